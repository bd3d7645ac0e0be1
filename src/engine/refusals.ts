// What a connection says when it is asked for something at the wrong moment.
import { IllegalStateChangeError, InvalidRequestError, PendingRollbackError, ResourceClosedError } from '../errors.ts'
import { quoteName } from '../nearest.ts'

const BEGUN = 'This Connection has already begun a transaction, by begin() or by running a statement (autobegin): '

export function alreadyBegun(): InvalidRequestError {
  return new InvalidRequestError(
    `${BEGUN}begin() can be called once commit() or rollback() has ended it, beginNested() sets a savepoint in it`,
  )
}

export function optionsTooLate(): InvalidRequestError {
  return new InvalidRequestError(
    `${BEGUN}isolationLevel, readOnly and deferrable may not be altered before commit() or rollback() has ended it`,
  )
}

export function stillRunning(running: string, what: string): IllegalStateChangeError {
  return new IllegalStateChangeError(
    `This Connection is still running ${quoteName(running)} and cannot run ${quoteName(what)} at the same time: ` +
      'await the one before, or use a connection for each',
  )
}

export function blockIsOver(): InvalidRequestError {
  return new InvalidRequestError(
    "Can't operate on a closed transaction inside of its block: the transaction of begin(fn) has been ended " +
      'by commit() or rollback(), and its function must end before the connection can be used again',
  )
}

export function stillPrepared(xid: string): InvalidRequestError {
  return new InvalidRequestError(
    `Can't run anything on this connection before commit() or rollback() has ended its prepared transaction ${quoteName(xid)}`,
  )
}

export function connectionWasLost(failure: unknown): PendingRollbackError {
  return new PendingRollbackError(
    "Can't reconnect until the invalid transaction is rolled back: its connection was lost. Call rollback() first",
    { cause: failure },
  )
}

export function isOver(): InvalidRequestError {
  return new InvalidRequestError('This transaction is inactive: it is over already')
}

/** @param why what ended them. */
export function rowsAreGone(why: string): ResourceClosedError {
  return new ResourceClosedError(`The rows of this stream that were not read yet are gone: ${why}`)
}
