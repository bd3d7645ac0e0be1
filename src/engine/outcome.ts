// What became of a transaction, where the answer to its end is not the one that was asked for.
import { type CommandResult, DriverError } from '../dialect/contract/driver.ts'
import { CommitOutcomeUnknown, TransactionRolledBack } from '../errors.ts'
import { quoteName } from '../nearest.ts'
import type { PooledConnection } from '../pool/pooled-connection.ts'
import { lossOf } from '../pool/reset.ts'
import type { Runtime } from './runtime.ts'

/** Whether the database may have done what ends the transaction before the connection was lost: unless it said itself that it stopped before. */
export function isOutcomeUnknown(error: DriverError, commitIndex: number): boolean {
  if (!error.sent || error.unread) return false
  return !(error.fields !== null && error.commandIndex !== null && error.commandIndex < commitIndex)
}

/** What a connection was lost by that came on the heels of an answer: nothing is wrong with the answer. Null where it is unknown. */
export function lossBehind({ slot, runtime }: { slot: PooledConnection | null; runtime: Runtime }): unknown {
  const loss = slot === null ? null : lossOf(slot.connection)
  return loss === null ? null : runtime.wrap(loss, [], 0, 0, undefined)
}

/** How many connections in a row may turn out to be dead when something is sent for the first time. */
const MOST_ATTEMPTS = 3

/** Whether a connection was gone before the server began anything of a flight: another connection runs it, where this was not the last attempt. */
export function runsElsewhere(error: unknown, attempt: number): error is DriverError {
  if (attempt === MOST_ATTEMPTS || !(error instanceof DriverError)) return false
  return error.disconnected && !error.canceled && (error.unread || !error.sent)
}

export function rolledBack(asked: string, answer: CommandResult | undefined): TransactionRolledBack {
  return new TransactionRolledBack(
    `The transaction was rolled back by the database although ${asked} was asked (its answer was ${answer?.tag ?? 'none'})`,
  )
}

/** What ends a phase of a transaction in two, and of which one. */
export interface Phase {
  readonly verb: 'PREPARE TRANSACTION' | 'COMMIT PREPARED' | 'ROLLBACK PREPARED'
  readonly xid: string
}

const PHASES: Readonly<Record<Phase['verb'], (name: string) => string>> = {
  'PREPARE TRANSACTION': (name) =>
    `whether ${name} is prepared is not known. Where recoverTwophase() of another connection names it (pg_prepared_xacts has its gid), it is: commitPrepared() or rollbackPrepared() ends it there. Otherwise it was rolled back`,
  'COMMIT PREPARED': (name) =>
    `whether ${name} was committed is not known. Where recoverTwophase() of another connection names it (pg_prepared_xacts has its gid), it still waits: commitPrepared() commits it there. Otherwise it was committed`,
  'ROLLBACK PREPARED': (name) =>
    `whether ${name} was rolled back is not known. Where recoverTwophase() of another connection names it (pg_prepared_xacts has its gid), it still waits: rollbackPrepared() rolls it back there. Otherwise it was rolled back`,
}

/** What to raise where the connection was lost while a phase was ended. */
function phaseOutcomeUnknown({ verb, xid }: Phase): typeof commitOutcomeUnknown {
  return (error, wrapped) =>
    new CommitOutcomeUnknown(
      `The connection was lost while ${verb} was on its way: ${PHASES[verb](quoteName(xid))}. ${reasonOf(error, wrapped)}`,
      { cause: error, statement: verb, connectionInvalidated: true },
    )
}

function commitOutcomeUnknown(error: DriverError, wrapped: unknown): CommitOutcomeUnknown {
  return new CommitOutcomeUnknown(
    `The connection was lost while COMMIT was on its way: whether the transaction was committed is not known. ${reasonOf(error, wrapped)}`,
    { cause: error, statement: 'COMMIT', connectionInvalidated: true },
  )
}

function reasonOf(error: DriverError, wrapped: unknown): string {
  return wrapped instanceof Error ? wrapped.message : error.message
}

/** The error that says so: of a phase of a transaction in two, or of COMMIT. */
export function outcomeUnknown(phase: Phase | null, error: DriverError, wrapped: unknown): CommitOutcomeUnknown {
  return (phase === null ? commitOutcomeUnknown : phaseOutcomeUnknown(phase))(error, wrapped)
}
