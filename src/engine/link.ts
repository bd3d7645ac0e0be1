// `Link`: the working part of a Connection: one borrowed connection, the flights on it, and its transaction's state.
import { type Command, type CommandResult, DriverError } from '../dialect/contract/driver.ts'
import { InvalidRequestError, ResourceClosedError, TransactionRolledBack } from '../errors.ts'
import type { EventListener, Unlisten } from '../events.ts'
import type { PooledConnection } from '../pool/pooled-connection.ts'
import { rollBack } from '../pool/reset.ts'
import { type Hub, newHub } from './events.ts'
import { type HeardLink, transmitHeard } from './hooks.ts'
import type { Observer, Origins } from './observer.ts'
import type { BeginOptionsOfConnection, ConnectionExecutionOptions } from './options.ts'
import { commitOutcomeUnknown, isOutcomeUnknown, preparedOutcomeUnknown, rolledBack } from './outcome.ts'
import { onlyReads } from './reading.ts'
import {
  alreadyBegun,
  blockIsOver,
  connectionWasLost,
  isOver,
  optionsTooLate,
  stillPrepared,
  stillRunning,
} from './refusals.ts'
import { controlCommand, type Runtime } from './runtime.ts'
import type { Transaction, TransactionOwner, TwoPhaseTransaction } from './transaction.ts'
import { TransactionScope } from './transaction-scope.ts'
import { twoPhaseOf } from './two-phase.ts'
import { isHarmless, judge } from './verdict.ts'

const COMMIT = controlCommand('COMMIT', true)
const ROLLBACK = controlCommand('ROLLBACK', true)
const ENDING: readonly Command[] = [COMMIT]
const NONE: readonly Command[] = []
/** The one kind of statement that a failed transaction still takes. */
const ENDS_FAILURE = /^\s*(?:rollback|abort)\b/i

/** One borrowed connection, the flights on it, and its transaction's state. */
export class Link implements TransactionOwner, HeardLink {
  #runtime: Runtime
  /** Listeners of this connection, and of its engine behind them. */
  hub: Hub
  /** The Connection that listeners are told of. */
  readonly face: unknown
  readonly scope: TransactionScope = new TransactionScope(this)
  #slot: PooledConnection | null
  #closed = false
  /** Whether the transaction can only have read. */
  #onlyRead = false
  /** What is running. */
  #busy: string | null = null
  #whenFree: (() => void)[] = []
  /** The transaction whose block is running: nothing is run behind its end. */
  block: Transaction | null = null

  /** Waiting commands that listeners were told of. */
  #announced: readonly Command[] = NONE

  constructor(runtime: Runtime, slot: PooledConnection, face: unknown) {
    this.#runtime = runtime
    this.#slot = slot
    this.face = face
    this.hub = runtime.observer.hub
    runtime.pool.guard(slot, this)
  }

  get runtime(): Runtime {
    return this.#runtime
  }

  get observer(): Observer {
    return this.#runtime.observer
  }

  /** Whether anybody wants to know of executions. */
  get watched(): boolean {
    return this.#runtime.observer.watching || this.hub.any
  }

  /** Tells a listener of this connection's events. */
  listen(name: string, listener: EventListener<never>): Unlisten {
    const engine = this.#runtime.observer.hub
    if (this.hub === engine) this.hub = newHub('A connection', engine)
    return this.hub.on(name as never, listener)
  }

  /** @throws InvalidRequestError they are of transactions, and one has begun. */
  setOptions(options: ConnectionExecutionOptions): void {
    const { isolationLevel, readOnly, deferrable } = options
    if (this.scope.root !== null && (isolationLevel ?? readOnly ?? deferrable) !== undefined) throw optionsTooLate()
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

  /** Whether COMMIT would be sent. */
  get commits(): boolean {
    return this.scope.endsOnIdle
  }

  /**
   * Sends commands in one flight, with what has to go in front of them, and keeps the transaction's state.
   *
   * @param origins where each command comes from, for the log; one for all where it is no list.
   * @param commit whether COMMIT travels behind them.
   * @param via the runtime with the options of these statements.
   * @returns what the commands gave, without those that rode with them.
   */
  transmit(
    commands: readonly Command[],
    origins: Origins,
    signal: AbortSignal | undefined,
    commit: boolean,
    via: Runtime = this.#runtime,
  ): Promise<readonly CommandResult[]> {
    if (this.hub.any) return transmitHeard(this, commands, origins, signal, commit, via)
    return this.send(commands, origins, signal, commit, via)
  }

  /** As {@link transmit}, without telling listeners. */
  async send(
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
    if (this.#onlyRead) this.#onlyRead = commands.every(({ statement }) => onlyReads(statement))
    const { waiting } = scope
    const first = waiting.length
    const last = commit && scope.endsOnIdle ? ENDING : NONE
    const all = first === 0 && last === NONE ? commands : [...waiting, ...commands, ...last]
    const results = await this.#fly(what, all, first, commands.length, origins, signal, commit, via)
    if (commit) this.#committed(results.at(-1))
    return all === commands ? results : results.slice(first, first + commands.length)
  }

  /** Makes sure that something can be sent. @returns the commands that have to go in front, which nobody was told of yet. */
  announced(what: string): readonly Command[] {
    this.#checkUsable(what)
    if (this.scope.root === null) this.#open()
    const { waiting } = this.scope
    const fresh = waiting.filter((command) => !this.#announced.includes(command))
    this.#announced = waiting
    return fresh
  }

  /** Runs a command of the engine's own: in the transaction where there is one, in none otherwise. */
  async ask(command: Command): Promise<CommandResult> {
    const { sql } = command.statement
    const commands = [command]
    if (this.scope.root === null) this.#checkUsable(sql)
    const results =
      this.scope.root === null
        ? await this.#fly(sql, commands, 0, 1, 'transaction', undefined, false, this.#runtime)
        : await this.transmit(commands, 'transaction', undefined, false)
    return results[0] as CommandResult
  }

  async #fly(
    what: string,
    all: readonly Command[],
    first: number,
    count: number,
    origins: Origins,
    signal: AbortSignal | undefined,
    commit: boolean,
    via: Runtime,
  ): Promise<readonly CommandResult[]> {
    this.#busy = what
    try {
      const slot = this.#slot ?? (await this.#reconnect(signal))
      const results = slot.unproven
        ? await this.#sendUnproven(slot, signal, (place) => via.send(place, all, first, count, origins, signal))
        : await via.send(slot, all, first, count, origins, signal)
      this.#arrived(this.#slot ?? slot)
      return results
    } catch (thrown) {
      const error = this.hub.has('handleError') ? await this.#judge(thrown, all, first, signal) : thrown
      return this.#departed(error, all, first, count, commit, signal)
    } finally {
      this.#busy = null
      if (this.#whenFree.length > 0) for (const resolve of this.#whenFree.splice(0)) resolve()
    }
  }

  /** Resolves when nothing is running. */
  free(): Promise<void> {
    if (this.#busy === null) return Promise.resolve()
    return new Promise((resolve) => this.#whenFree.push(resolve))
  }

  /** @throws InvalidRequestError a transaction has begun already. */
  begin(options?: BeginOptionsOfConnection): Transaction {
    this.checkNoTransaction()
    return this.#open(options)
  }

  /** Begins a transaction in two phases. */
  beginTwoPhase(xid: string): TwoPhaseTransaction {
    this.checkNoTransaction()
    const begin = this.#runtime.beginCommand()
    if (begin === null)
      throw new InvalidRequestError('This Connection is in AUTOCOMMIT, where nothing is begun that could be prepared')
    this.#announced = NONE
    this.#onlyRead = false
    return this.scope.openTwoPhase(begin, xid)
  }

  /** @throws InvalidRequestError a transaction has begun already. */
  checkNoTransaction(): void {
    this.checkOpen()
    this.#checkBlock()
    if (this.scope.root !== null) throw alreadyBegun()
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
    if (transaction.state === 'closed' || !this.scope.isOpen(transaction)) throw isOver()
    if (transaction.savepoint === null) {
      await this.commit()
      return
    }
    this.#checkFree('RELEASE SAVEPOINT')
    this.scope.checkSound()
    if (this.hub.has('releaseSavepoint') && this.scope.begun)
      await this.hub.emit('releaseSavepoint', { connection: this.face, name: transaction.savepoint })
    this.scope.release(transaction)
  }

  /** The first phase: the transaction goes on without this connection. */
  async prepareTransaction(transaction: TwoPhaseTransaction): Promise<void> {
    this.checkOpen()
    if (!this.scope.isOpen(transaction)) throw isOver()
    const spelling = twoPhaseOf(this.#runtime.dialect)
    const { scope } = this
    scope.preparing = true
    let answer: CommandResult | undefined
    try {
      const command = controlCommand(spelling.prepare(transaction.xid), false)
      answer = (await this.transmit([command], 'transaction', undefined, false))[0]
    } finally {
      scope.preparing = false
    }
    if (answer?.tag === 'PREPARE TRANSACTION') {
      scope.closeNested()
      transaction.state = 'prepared'
      return
    }
    scope.close()
    throw rolledBack('PREPARE TRANSACTION', answer)
  }

  /** The second phase. What the database refuses leaves it prepared, and this connection without it. */
  async #endPrepared(transaction: TwoPhaseTransaction, commit: boolean): Promise<void> {
    const { xid } = transaction
    const spelling = twoPhaseOf(this.#runtime.dialect)
    const commands = [controlCommand(commit ? spelling.commit(xid) : spelling.rollback(xid), false)]
    const what = commands[0]?.statement.sql ?? ''
    this.#checkFree(what)
    try {
      await this.#fly(what, commands, 0, 1, 'transaction', undefined, false, this.#runtime)
    } catch (error) {
      const lost = this.#slot === null
      this.scope.close()
      throw commit && lost ? preparedOutcomeUnknown(xid, error) : error
    }
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
    if (scope.prepared !== null) {
      await this.#endPrepared(scope.prepared, true)
      return
    }
    if (scope.failure !== null) await this.#refuseCommit()
    if (!scope.begun || !scope.endsOnIdle) {
      scope.close()
      return
    }
    scope.forgetSavepoints()
    await this.transmit(NONE, 'transaction', undefined, true)
  }

  /**
   * Rolls back the transaction; there is one. Fails only where it is prepared: a connection that cannot roll back is cut, which does it
   * too, but for what was prepared.
   */
  async rollBack(): Promise<void> {
    this.#checkFree('ROLLBACK')
    if (this.scope.prepared !== null) {
      await this.#endPrepared(this.scope.prepared, false)
      return
    }
    const slot = this.#slot
    const status = slot?.connection.transactionStatus ?? 'lost'
    this.scope.close()
    if (slot === null || status === 'idle') return
    if (status === 'lost') {
      this.#drop(slot)
      return
    }
    if (this.hub.has('rollback')) await this.hub.emit('rollback', { connection: this.face })
    this.#busy = 'ROLLBACK'
    this.runtime.tell([ROLLBACK])
    if (!(await rollBack(slot.connection))) this.#drop(slot)
    this.#busy = null
  }

  /** Cuts the connection; a transaction on it is spoilt. */
  lose(reason: unknown): void {
    if (this.#slot !== null) this.#drop(this.#slot, reason)
    this.scope.fail(reason)
  }

  /** Rolls back what is open and gives the connection back. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.free()
    let later = false
    try {
      if (this.scope.root !== null) {
        later = this.#onlyRead && this.#canLeave()
        if (later) await this.#leave()
        else await this.rollBack()
      }
    } finally {
      const slot = this.#slot
      this.#slot = null
      if (slot !== null) await this.runtime.pool.checkin(slot, later)
    }
  }

  /** Whether the pool can roll back what is open. */
  #canLeave(): boolean {
    const status = this.#slot?.connection.transactionStatus
    return this.scope.prepared === null && (status === 'active' || status === 'failed')
  }

  /** Leaves it to the pool to roll back a transaction that has only read: nobody waits for its locks, and its user not for the answer. */
  async #leave(): Promise<void> {
    this.scope.close()
    if (this.hub.has('rollback')) await this.hub.emit('rollback', { connection: this.face })
    this.runtime.tell([ROLLBACK])
  }

  /** @throws ResourceClosedError */
  checkOpen(): void {
    if (this.#closed) throw new ResourceClosedError('This Connection is closed')
  }

  #open(options?: BeginOptionsOfConnection): Transaction {
    this.#announced = NONE
    this.#onlyRead = true
    return this.scope.open(this.#runtime.beginCommand(options))
  }

  async #rollBackTo(savepoint: Transaction): Promise<void> {
    this.#checkFree('ROLLBACK TO SAVEPOINT')
    const { scope } = this
    // What was lost with the connection, or with the whole transaction, cannot be rescued by a savepoint.
    const beyond = this.#slot?.connection.transactionStatus
    const command = scope.rollBackTo(savepoint)
    if (command === null || !scope.begun || (beyond !== 'active' && beyond !== 'failed')) return
    if (this.hub.has('rollbackSavepoint') && savepoint.savepoint !== null)
      await this.hub.emit('rollbackSavepoint', { connection: this.face, name: savepoint.savepoint })
    this.#busy = command.statement.sql
    const commands = [command]
    try {
      await this.runtime.send(this.#slot as PooledConnection, commands, 0, 1, 'transaction', undefined)
      scope.recover()
    } catch (thrown) {
      const error = this.hub.has('handleError') ? await this.#judge(thrown, commands, 0, undefined) : thrown
      this.#departed(error, commands, 0, 1, false, undefined)
    } finally {
      this.#busy = null
    }
  }

  async #reconnect(signal: AbortSignal | undefined): Promise<PooledConnection> {
    const { pool } = this.runtime
    const slot = await this.observer.checkout(pool, signal)
    pool.guard(slot, this)
    this.#slot = slot
    return slot
  }

  /** Sends on a connection of which nobody knows whether it lives; where the server had gone before it read anything, on another. */
  async #sendUnproven<T>(
    slot: PooledConnection,
    signal: AbortSignal | undefined,
    send: (slot: PooledConnection) => Promise<T>,
  ): Promise<T> {
    try {
      return await send(slot)
    } catch (error) {
      if (!(error instanceof DriverError) || !error.unread) throw error
      this.runtime.pool.failed(error)
      this.#drop(slot, error)
      return send(await this.#reconnect(signal))
    }
  }

  /** Asks listeners about an error. */
  #judge(
    error: unknown,
    commands: readonly Command[],
    first: number,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    return judge(error, () => {
      const { commandIndex } = error as DriverError
      const command = commands[Math.min(commandIndex ?? first, commands.length - 1)]
      return {
        hub: this.hub,
        face: this.face,
        sql: command?.statement.sql ?? null,
        parameters: command?.parameters ?? null,
        wrapped: this.runtime.wrap(error, commands, first, commands.length, signal),
      }
    })
  }

  /** A flight came back well. */
  #arrived(slot: PooledConnection): void {
    const { scope } = this
    scope.sent()
    const status = slot.connection.transactionStatus
    if (status === 'active') {
      if (scope.failure !== null) scope.recover()
    } else if (status === 'idle' && scope.endsOnIdle && !scope.preparing) scope.close()
  }

  /** The answer to a COMMIT came. */
  #committed(answer: CommandResult | undefined): void {
    const asked = this.scope.endsOnIdle
    this.scope.close()
    if (asked && answer?.tag !== 'COMMIT') throw rolledBack('COMMIT', answer)
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
    if (error.refusedWrite) this.runtime.pool.failed(error)
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
    if (!isHarmless(error)) this.runtime.pool.failed(error)
    const uncertain = commitIndex !== null && error.sent && isOutcomeUnknown(error, commitIndex)
    const outcome = uncertain ? commitOutcomeUnknown(error, wrapped) : wrapped
    this.lose(outcome)
    return outcome
  }

  #checkUsable(what: string): void {
    this.checkOpen()
    this.#checkFree(what)
    this.#checkBlock()
    if (this.scope.prepared !== null) throw stillPrepared(this.scope.prepared.xid)
    if (this.scope.failure === null) return
    if (this.#slot === null) throw connectionWasLost(this.scope.failure)
    if (!ENDS_FAILURE.test(what)) this.scope.checkSound()
  }

  #checkFree(what: string): void {
    if (this.#busy !== null) throw stillRunning(this.#busy, what)
  }

  #checkBlock(): void {
    if (this.block !== null && this.block.state === 'closed') throw blockIsOver()
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

  #drop(slot: PooledConnection, reason: unknown = this.scope.failure): void {
    this.#slot = null
    this.runtime.pool.discard(slot, { reason })
  }
}
