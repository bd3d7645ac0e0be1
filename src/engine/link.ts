// `Link`: the working part of a Connection: one borrowed connection, the flights on it, and its transaction's state.
import { type Command, type CommandResult, DriverError } from '../dialect/contract/driver.ts'
import {
  CommitOutcomeUnknown,
  IllegalStateChangeError,
  InvalidRequestError,
  PendingRollbackError,
  ResourceClosedError,
  TransactionRolledBack,
} from '../errors.ts'
import { quoteName } from '../nearest.ts'
import type { PooledConnection } from '../pool/pooled-connection.ts'
import { rollBack } from '../pool/reset.ts'
import type { Origins } from './observer.ts'
import type { BeginOptionsOfConnection, ConnectionExecutionOptions } from './options.ts'
import { controlCommand, type Runtime } from './runtime.ts'
import type { Transaction, TransactionOwner } from './transaction.ts'
import { TransactionScope } from './transaction-scope.ts'

const COMMIT = controlCommand('COMMIT', true)
const ROLLBACK = controlCommand('ROLLBACK', true)
const ENDING: readonly Command[] = [COMMIT]
const NONE: readonly Command[] = []
/** The one kind of statement that a failed transaction still takes. */
const ENDS_FAILURE = /^\s*(?:rollback|abort)\b/i

/** One borrowed connection, the flights on it, and its transaction's state. */
export class Link implements TransactionOwner {
  #runtime: Runtime
  readonly scope: TransactionScope = new TransactionScope(this)
  #slot: PooledConnection | null
  #closed = false
  /** What is running. */
  #busy: string | null = null
  #whenFree: (() => void)[] = []
  /** The transaction whose block is running: nothing is run behind its end. */
  block: Transaction | null = null

  constructor(runtime: Runtime, slot: PooledConnection) {
    this.#runtime = runtime
    this.#slot = slot
  }

  get runtime(): Runtime {
    return this.#runtime
  }

  /** @throws InvalidRequestError they are of transactions, and one has begun. */
  setOptions(options: ConnectionExecutionOptions): void {
    const { isolationLevel, readOnly, deferrable } = options
    if (this.scope.root !== null && (isolationLevel ?? readOnly ?? deferrable) !== undefined)
      throw new InvalidRequestError(
        'This Connection has already begun a transaction, by begin() or by running a statement (autobegin): ' +
          'isolationLevel, readOnly and deferrable may not be altered before commit() or rollback() has ended it',
      )
    const runtime = this.#runtime.with(options)
    // What cannot be together is told here, not by the first statement.
    runtime.beginCommand()
    this.#runtime = runtime
  }

  get closed(): boolean {
    return this.#closed
  }

  /** Null while the connection is lost or given up. */
  get slot(): PooledConnection | null {
    return this.#slot
  }

  /**
   * Sends commands in one flight, with what has to go in front of them, and keeps the transaction's state.
   *
   * @param origins where each command comes from, for the log; one for all where it is no list.
   * @param commit whether COMMIT travels behind them.
   * @param via the runtime with the options of these statements.
   * @returns what the commands gave, without those that rode with them.
   */
  async transmit(
    commands: readonly Command[],
    origins: Origins,
    signal: AbortSignal | undefined,
    commit: boolean,
    via: Runtime = this.#runtime,
  ): Promise<readonly CommandResult[]> {
    const what = commands[0]?.statement.sql ?? 'COMMIT'
    this.#checkUsable(what)
    const { scope } = this
    if (scope.root === null) this.#open()
    const { waiting } = scope
    const first = waiting.length
    const last = commit && scope.endsOnIdle ? ENDING : NONE
    const all = first === 0 && last === NONE ? commands : [...waiting, ...commands, ...last]
    this.#busy = what
    let results: readonly CommandResult[]
    try {
      const slot = this.#slot ?? (await this.#reconnect(signal))
      results = await via.send(slot, all, first, commands.length, origins, signal)
      this.#arrived(slot)
    } catch (error) {
      results = this.#departed(error, all, first, commands.length, commit, signal)
    } finally {
      this.#busy = null
      if (this.#whenFree.length > 0) for (const resolve of this.#whenFree.splice(0)) resolve()
    }
    if (commit) this.#committed(results.at(-1))
    return all === commands ? results : results.slice(first, first + commands.length)
  }

  /** Resolves when nothing is running. */
  free(): Promise<void> {
    if (this.#busy === null) return Promise.resolve()
    return new Promise((resolve) => this.#whenFree.push(resolve))
  }

  /** @throws InvalidRequestError a transaction has begun already. */
  begin(options?: BeginOptionsOfConnection): Transaction {
    this.checkOpen()
    this.#checkBlock()
    if (this.scope.root !== null)
      throw new InvalidRequestError(
        'This Connection has already begun a transaction, by begin() or by running a statement (autobegin): ' +
          'begin() can be called once commit() or rollback() has ended it, beginNested() sets a savepoint in it',
      )
    return this.#open(options)
  }

  /** Sets a savepoint, in a transaction that is begun if there is none. */
  beginNested(): Transaction {
    this.checkOpen()
    this.#checkBlock()
    this.scope.checkSound()
    if (this.scope.root === null) this.#open()
    return this.scope.openNested()
  }

  /** @throws InvalidRequestError it is over already. */
  async commitTransaction(transaction: Transaction): Promise<void> {
    this.checkOpen()
    if (transaction.state === 'closed' || !this.scope.isOpen(transaction))
      throw new InvalidRequestError('This transaction is inactive: it is over already')
    if (transaction.savepoint === null) {
      await this.commit()
      return
    }
    this.#checkFree('RELEASE SAVEPOINT')
    this.scope.checkSound()
    this.scope.release(transaction)
  }

  async rollBackTransaction(transaction: Transaction): Promise<void> {
    if (this.#closed || !this.scope.isOpen(transaction)) return
    if (transaction.savepoint === null) await this.rollBack()
    else await this.#rollBackTo(transaction)
  }

  /** Commits the transaction; there is one. */
  async commit(): Promise<void> {
    this.#checkFree('COMMIT')
    const { scope } = this
    if (scope.failure !== null) await this.#refuseCommit()
    if (!scope.begun || !scope.endsOnIdle) {
      scope.close()
      return
    }
    scope.forgetSavepoints()
    await this.transmit(NONE, 'transaction', undefined, true)
  }

  /** Rolls back the transaction; there is one. Never fails: a connection that cannot roll back is cut, which does it too. */
  async rollBack(): Promise<void> {
    this.#checkFree('ROLLBACK')
    const slot = this.#slot
    const status = slot?.connection.transactionStatus ?? 'lost'
    this.scope.close()
    if (slot === null || status === 'idle') return
    if (status === 'lost') {
      this.#drop(slot)
      return
    }
    this.#busy = 'ROLLBACK'
    this.runtime.tell([ROLLBACK])
    if (!(await rollBack(slot.connection))) this.#drop(slot)
    this.#busy = null
  }

  /** Cuts the connection; a transaction on it is spoilt. */
  lose(reason: unknown): void {
    if (this.#slot !== null) this.#drop(this.#slot)
    this.scope.fail(reason)
  }

  /** Rolls back what is open and gives the connection back. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.free()
    if (this.scope.root !== null) await this.rollBack()
    const slot = this.#slot
    this.#slot = null
    if (slot !== null) await this.runtime.pool.checkin(slot)
  }

  /** @throws ResourceClosedError */
  checkOpen(): void {
    if (this.#closed) throw new ResourceClosedError('This Connection is closed')
  }

  #open(options?: BeginOptionsOfConnection): Transaction {
    return this.scope.open(this.#runtime.beginCommand(options))
  }

  async #rollBackTo(savepoint: Transaction): Promise<void> {
    this.#checkFree('ROLLBACK TO SAVEPOINT')
    const { scope } = this
    // What was lost with the connection, or with the whole transaction, cannot be rescued by a savepoint.
    const beyond = this.#slot?.connection.transactionStatus
    const command = scope.rollBackTo(savepoint)
    if (command === null || !scope.begun || (beyond !== 'active' && beyond !== 'failed')) return
    this.#busy = command.statement.sql
    const commands = [command]
    try {
      await this.runtime.send(this.#slot as PooledConnection, commands, 0, 1, 'transaction', undefined)
      scope.recover()
    } catch (error) {
      this.#departed(error, commands, 0, 1, false, undefined)
    } finally {
      this.#busy = null
    }
  }

  async #reconnect(signal: AbortSignal | undefined): Promise<PooledConnection> {
    const slot = await this.runtime.pool.checkout(signal)
    this.#slot = slot
    return slot
  }

  /** A flight came back well. */
  #arrived(slot: PooledConnection): void {
    const { scope } = this
    scope.sent()
    const status = slot.connection.transactionStatus
    if (status === 'active') {
      if (scope.failure !== null) scope.recover()
    } else if (status === 'idle' && scope.endsOnIdle) scope.close()
  }

  /** The answer to a COMMIT came. */
  #committed(answer: CommandResult | undefined): void {
    const asked = this.scope.endsOnIdle
    this.scope.close()
    if (asked && answer?.tag !== 'COMMIT')
      throw new TransactionRolledBack(
        `The transaction was rolled back by the database although COMMIT was asked (its answer was ${answer?.tag ?? 'none'})`,
      )
  }

  /** A flight failed: brings the state in line and throws, or returns the results where it had not failed after all. */
  #departed(
    error: unknown,
    commands: readonly Command[],
    first: number,
    count: number,
    commit: boolean,
    signal: AbortSignal | undefined,
  ): readonly CommandResult[] {
    const wrapped = this.runtime.wrap(error, commands, first, count, signal)
    if (!(error instanceof DriverError)) throw wrapped
    const slot = this.#slot
    if (slot === null || error.disconnected || slot.connection.transactionStatus === 'lost')
      throw this.#lost(error, wrapped, commit ? first + count : null)
    if (!error.sent) throw wrapped
    // The signal came when all was done: there is nothing left to abort.
    if (error.canceled && error.results.length === commands.length) {
      this.#arrived(slot)
      return error.results
    }
    const { scope } = this
    const status = slot.connection.transactionStatus
    scope.sent()
    // A value that cannot be read does not stop the server: what rode behind it was done.
    if (status === 'idle' && commit && error.fields === null) {
      scope.close()
      if (wrapped instanceof Error) wrapped.message += '\n[The transaction has been committed nevertheless]'
    } else if (status === 'failed' || (status === 'idle' && scope.endsOnIdle)) scope.fail(wrapped)
    throw wrapped
  }

  /** The connection is gone. @param commitIndex where COMMIT stood in the flight; null where it was not in it. */
  #lost(error: DriverError, wrapped: unknown, commitIndex: number | null): unknown {
    if (!error.canceled) this.runtime.pool.invalidate()
    const uncertain = commitIndex !== null && error.sent && isOutcomeUnknown(error, commitIndex)
    const outcome = uncertain ? commitOutcomeUnknown(error, wrapped) : wrapped
    this.lose(outcome)
    return outcome
  }

  #checkUsable(what: string): void {
    this.checkOpen()
    this.#checkFree(what)
    this.#checkBlock()
    if (this.scope.failure === null) return
    if (this.#slot === null)
      throw new PendingRollbackError(
        "Can't reconnect until the invalid transaction is rolled back: its connection was lost. Call rollback() first",
        { cause: this.scope.failure },
      )
    if (!ENDS_FAILURE.test(what)) this.scope.checkSound()
  }

  #checkFree(what: string): void {
    if (this.#busy !== null)
      throw new IllegalStateChangeError(
        `This Connection is still running ${quoteName(this.#busy)} and cannot run ${quoteName(what)} at the same time: ` +
          'await the one before, or use a connection for each',
      )
  }

  #checkBlock(): void {
    if (this.block !== null && this.block.state === 'closed')
      throw new InvalidRequestError(
        "Can't operate on a closed transaction inside of its block: the transaction of begin(fn) has been ended " +
          'by commit() or rollback(), and its function must end before the connection can be used again',
      )
  }

  /** The transaction failed, so that there is nothing to commit. */
  async #refuseCommit(): Promise<never> {
    const { failure } = this.scope
    if (this.#slot === null || this.#slot.connection.transactionStatus === 'idle') this.scope.checkSound()
    await this.rollBack()
    throw new TransactionRolledBack('The transaction was rolled back, not committed: a statement in it had failed', {
      cause: failure,
    })
  }

  #drop(slot: PooledConnection): void {
    this.#slot = null
    this.runtime.pool.discard(slot)
  }
}

/** Whether the database may have committed before the connection was lost: unless it said itself that it stopped before. */
function isOutcomeUnknown(error: DriverError, commitIndex: number): boolean {
  return !(error.fields !== null && error.commandIndex !== null && error.commandIndex < commitIndex)
}

function commitOutcomeUnknown(error: DriverError, wrapped: unknown): CommitOutcomeUnknown {
  const why = wrapped instanceof Error ? wrapped.message : error.message
  return new CommitOutcomeUnknown(
    `The connection was lost while COMMIT was on its way: whether the transaction was committed is not known. ${why}`,
    { cause: error, statement: 'COMMIT', connectionInvalidated: true },
  )
}
