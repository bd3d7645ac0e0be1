// What became of a transaction, where the answer to its end is not the one that was asked for.
import type { CommandResult, DriverError } from '../dialect/contract/driver.ts'
import { CommitOutcomeUnknown, TransactionRolledBack } from '../errors.ts'
import { quoteName } from '../nearest.ts'

/** Whether the database may have committed before the connection was lost: unless it said itself that it stopped before. */
export function isOutcomeUnknown(error: DriverError, commitIndex: number): boolean {
  return !(error.fields !== null && error.commandIndex !== null && error.commandIndex < commitIndex)
}

export function rolledBack(asked: string, answer: CommandResult | undefined): TransactionRolledBack {
  return new TransactionRolledBack(
    `The transaction was rolled back by the database although ${asked} was asked (its answer was ${answer?.tag ?? 'none'})`,
  )
}

export function preparedOutcomeUnknown(xid: string, cause: unknown): CommitOutcomeUnknown {
  return new CommitOutcomeUnknown(
    `The connection was lost while COMMIT PREPARED was on its way: recoverTwophase() tells whether ${quoteName(xid)} still waits, and commitPrepared() on another connection commits it`,
    { cause, statement: 'COMMIT PREPARED', connectionInvalidated: true },
  )
}

export function commitOutcomeUnknown(error: DriverError, wrapped: unknown): CommitOutcomeUnknown {
  const why = wrapped instanceof Error ? wrapped.message : error.message
  return new CommitOutcomeUnknown(
    `The connection was lost while COMMIT was on its way: whether the transaction was committed is not known. ${why}`,
    { cause: error, statement: 'COMMIT', connectionInvalidated: true },
  )
}
