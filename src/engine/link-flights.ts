// `LinkFlights`: the flights of a Connection: what goes in front of them and behind, who is told, and what an answer means for its transaction.
import { type Command, type CommandResult, DriverError } from '../dialect/contract/driver.ts'
import { ResourceClosedError } from '../errors.ts'
import type { EventListener, Unlisten } from '../events.ts'
import type { PooledConnection } from '../pool/pooled-connection.ts'
import { type Hub, newHub } from './events.ts'
import { type HeardLink, transmitHeard } from './hooks.ts'
import { tellNotices, tellNoticesOfFailure } from './notices.ts'
import type { Observer, Origins } from './observer.ts'
import type { BeginOptionsOfConnection } from './options.ts'
import { isOutcomeUnknown, lossBehind, outcomeUnknown, type Phase, rolledBack, runsElsewhere } from './outcome.ts'
import { onlyReads } from './reading.ts'
import { blockIsOver, connectionWasLost, stillPrepared, stillRunning } from './refusals.ts'
import { controlCommand, type Runtime } from './runtime.ts'
import type { Transaction, TransactionOwner, TwoPhaseTransaction } from './transaction.ts'
import { TransactionScope } from './transaction-scope.ts'
import { type Failure, foundDead, isHarmless, judge, judgeDriverError } from './verdict.ts'

const COMMIT = controlCommand('COMMIT', true)
const ENDING: readonly Command[] = [COMMIT]
const NONE: readonly Command[] = []
/** The one kind of statement that a failed transaction still takes. */
const ENDS_FAILURE = /^\s*(?:rollback|abort)\b/i

/** One borrowed connection and the flights on it: what goes in front of them, who is told, and what becomes of the transaction. */
export abstract class LinkFlights implements TransactionOwner, HeardLink {
  protected currentRuntime: Runtime
  /** Listeners of this connection, and of its engine behind them. */
  hub: Hub
  /** The Connection that listeners are told of. */
  readonly face: unknown
  readonly scope: TransactionScope = new TransactionScope(this)
  protected currentSlot: PooledConnection | null
  protected isClosed = false
  /** Whether anything may have reached the server since the connection was borrowed. */
  sent = false
  /** The connection on which a flight came back: what is sent over it may stand on what was sent before. */
  #answered: PooledConnection | null = null
  /** Whether the transaction can only have read. */
  protected onlyRead = false
  /** What is running. */
  protected busy: string | null = null
  /** Whether listeners are told of what is running. */
  protected telling = false
  #whenFree: (() => void)[] = []
  /** The transaction whose block is running: nothing is run behind its end. */
  block: Transaction | null = null
  /** Streams of which somebody wants to know when they end; null while there was none. */
  streams: Set<{ drop(): Promise<void> }> | null = null
  /** Waiting commands that listeners were told of. */
  told: readonly Command[] = NONE
  /** Set while what ends a phase of a transaction in two is on its way. */
  #phase: Phase | null = null

  constructor(runtime: Runtime, slot: PooledConnection, face: unknown) {
    this.currentRuntime = runtime
    this.currentSlot = slot
    this.face = face
    this.hub = runtime.observer.hub
    runtime.pool.guard(slot, this)
  }

  abstract commitTransaction(transaction: Transaction, signal: AbortSignal | undefined): Promise<void>
  abstract rollBackTransaction(transaction: Transaction): Promise<void>
  abstract prepareTransaction(transaction: TwoPhaseTransaction): Promise<void>

  get runtime(): Runtime {
    return this.currentRuntime
  }

  get observer(): Observer {
    return this.currentRuntime.observer
  }

  /** Whether anybody wants to know of executions. */
  get watched(): boolean {
    return this.currentRuntime.observer.watching || this.hub.any
  }

  /** Tells a listener of this connection's events. */
  listen(name: string, listener: EventListener<never>): Unlisten {
    const engine = this.currentRuntime.observer.hub
    if (this.hub === engine) this.hub = newHub('A connection', engine)
    return this.hub.on(name as never, listener)
  }

  /** Null while the connection is lost or given up. */
  get slot(): PooledConnection | null {
    return this.currentSlot
  }

  get xid(): string | null {
    return this.scope.xid
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
    via: Runtime = this.currentRuntime,
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
    via: Runtime = this.currentRuntime,
  ): Promise<readonly CommandResult[]> {
    const what = commands[0]?.statement.sql ?? 'COMMIT'
    this.#checkUsable(what)
    const { scope } = this
    if (scope.root === null) this.open()
    if (this.onlyRead) this.onlyRead = commands.every(({ statement }) => onlyReads(statement))
    // Only now: a listener of this COMMIT may still have run something inside of them, or have hindered it.
    if (commit && commands.length === 0) scope.forgetSavepoints()
    const { waiting } = scope
    const first = waiting.length
    const last = commit && scope.endsOnIdle ? ENDING : NONE
    const all = first === 0 && last === NONE ? commands : [...waiting, ...commands, ...last]
    const results = await this.fly(what, all, first, commands.length, origins, signal, commit, via)
    if (commit) this.#committed(results.at(-1))
    return all === commands ? results : results.slice(first, first + commands.length)
  }

  /** Makes sure that something can be sent. @returns the commands that have to go in front, which nobody was told of yet. */
  announced(what: string): readonly Command[] {
    this.#checkUsable(what)
    if (this.scope.root === null) this.open()
    const { waiting } = this.scope
    this.told = this.told.filter((command) => waiting.includes(command))
    return waiting.filter((command) => !this.told.includes(command))
  }

  /** Runs a command of the engine's own: in the transaction where there is one, in none otherwise. */
  async ask(command: Command): Promise<CommandResult> {
    const { sql } = command.statement
    const commands = [command]
    if (this.scope.root === null) this.#checkUsable(sql)
    const results =
      this.scope.root === null
        ? await this.fly(sql, commands, 0, 1, 'transaction', undefined, false, this.currentRuntime)
        : await this.transmit(commands, 'transaction', undefined, false)
    return results[0] as CommandResult
  }

  protected async fly(
    what: string,
    all: readonly Command[],
    first: number,
    count: number,
    origins: Origins,
    signal: AbortSignal | undefined,
    commit: boolean,
    via: Runtime,
  ): Promise<readonly CommandResult[]> {
    this.busy = what
    try {
      const slot = this.currentSlot ?? (await this.#reconnect(signal))
      const results =
        slot === this.#answered && !slot.unproven
          ? await via.send(slot, all, first, count, origins, signal)
          : await this.#sendFirst(slot, signal, all, (place) => via.send(place, all, first, count, origins, signal))
      this.#heard(this.currentSlot ?? slot)
      this.#arrived(this.currentSlot ?? slot)
      this.telling = this.hub.any && this.hub.has('notice')
      if (this.telling) await tellNotices(this, all, results)
      return results
    } catch (thrown) {
      this.telling = this.hub.any
      if (this.telling && this.hub.has('notice')) await tellNoticesOfFailure(this, all, thrown)
      const error = this.hub.has('handleError') ? await this.judge(thrown, all, first, signal) : thrown
      return this.departed(error, all, first, count, commit, signal)
    } finally {
      this.telling = false
      this.rest()
    }
  }

  /** Runs a flight whose last command ends a phase of a transaction in two: of one that is lost the outcome is not known. */
  protected async inPhase<T>(phase: Phase, run: () => Promise<T>): Promise<T> {
    this.#phase = phase
    try {
      return await run()
    } finally {
      this.#phase = null
    }
  }

  /** Nothing is running any more. */
  protected rest(): void {
    this.busy = null
    if (this.#whenFree.length > 0) for (const resolve of this.#whenFree.splice(0)) resolve()
  }

  /** Resolves when nothing is running. */
  free(): Promise<void> {
    if (this.busy === null) return Promise.resolve()
    return new Promise((resolve) => this.#whenFree.push(resolve))
  }

  /** Cuts the connection; a transaction on it is spoilt. */
  lose(reason: unknown): void {
    if (this.currentSlot !== null) this.drop(this.currentSlot, reason)
    this.scope.fail(reason)
  }

  /** @throws ResourceClosedError */
  checkOpen(): void {
    if (this.isClosed) throw new ResourceClosedError('This Connection is closed')
  }

  protected open(options?: BeginOptionsOfConnection): Transaction {
    this.told = NONE
    this.onlyRead = true
    return this.scope.open(this.currentRuntime.beginCommand(options))
  }

  async #reconnect(signal: AbortSignal | undefined): Promise<PooledConnection> {
    const { pool } = this.runtime
    const slot = await this.observer.checkout(pool, signal)
    pool.guard(slot, this)
    this.currentSlot = slot
    return slot
  }

  /** Sends the first flight on a connection; where the server had gone before it began anything of it, on another. */
  async #sendFirst<T>(
    first: PooledConnection,
    signal: AbortSignal | undefined,
    commands: readonly Command[],
    send: (slot: PooledConnection) => Promise<T>,
  ): Promise<T> {
    for (let slot = first, attempt = 1; ; attempt += 1) {
      try {
        return await send(slot)
      } catch (thrown) {
        if (slot.detached || !runsElsewhere(thrown, attempt)) throw thrown
        const error = this.hub.has('handleError') ? await this.#judgePrePing(thrown, commands, signal) : thrown
        if (!isHarmless(error)) this.runtime.pool.failed(error)
        this.drop(slot, error)
        slot = await this.#reconnect(signal)
      }
    }
  }

  /** The server may have taken something on this connection. */
  #heard(slot: PooledConnection | null): void {
    this.sent = true
    this.#answered = slot
  }

  /** Asks listeners about an error. */
  protected judge(
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

  /** Asks listeners about a connection that was found dead. @throws DriverError they say that it is not, or put another error in the place. */
  async #judgePrePing(
    error: DriverError,
    commands: readonly Command[],
    signal: AbortSignal | undefined,
  ): Promise<DriverError> {
    const failure = (): Failure => ({
      hub: this.hub,
      face: this.face,
      sql: null,
      parameters: null,
      isPrePing: true,
      wrapped: this.runtime.wrap(error, commands, 0, commands.length, signal),
    })
    return foundDead(await judgeDriverError(error, failure))
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
  protected departed(
    error: unknown,
    commands: readonly Command[],
    first: number,
    count: number,
    commit: boolean,
    signal: AbortSignal | undefined,
  ): readonly CommandResult[] {
    const wrapped = this.runtime.wrap(error, commands, first, count, signal)
    if (!(error instanceof DriverError)) throw wrapped
    const slot = this.currentSlot
    if (error.sent && !error.unread) this.#heard(slot)
    if (slot === null || error.disconnected || slot.connection.transactionStatus === 'lost')
      throw this.#lost(error, wrapped, commands.length, commit ? first + count : null)
    if (!error.sent) throw wrapped
    // The signal came when all was done: there is nothing left to abort.
    if (error.completed) {
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

  /**
   * The connection is gone.
   *
   * @param count how many commands the flight had.
   * @param commitIndex where COMMIT stood in it; null where it was not in it.
   */
  #lost(error: DriverError, wrapped: unknown, count: number, commitIndex: number | null): unknown {
    if (!isHarmless(error)) this.runtime.pool.failed(error)
    const phase = this.#phase
    const endIndex = phase === null ? commitIndex : count - 1
    const uncertain = endIndex !== null && isOutcomeUnknown(error, endIndex)
    const outcome = uncertain ? outcomeUnknown(phase, error, wrapped) : wrapped
    this.lose((error.disconnected || uncertain ? null : lossBehind(this)) ?? outcome)
    return outcome
  }

  #checkUsable(what: string): void {
    this.checkOpen()
    this.checkFree(what)
    this.checkBlock()
    if (this.scope.prepared !== null) throw stillPrepared(this.scope.prepared.xid)
    if (this.scope.failure === null) return
    if (this.currentSlot === null) throw connectionWasLost(this.scope.failure)
    if (!ENDS_FAILURE.test(what)) this.scope.checkSound()
  }

  protected checkFree(what: string): void {
    if (this.busy !== null) throw stillRunning(this.busy, what)
  }

  protected checkBlock(): void {
    if (this.block !== null && this.block.state === 'closed') throw blockIsOver()
  }

  protected drop(slot: PooledConnection, reason: unknown = this.scope.failure): void {
    // Somebody may have given it up meanwhile.
    if (this.currentSlot !== slot) return
    this.currentSlot = null
    this.runtime.pool.discard(slot, { reason })
  }
}
