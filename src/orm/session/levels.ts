// `Levels`: the transaction of a session and its savepoints: the connection they run on, and what each has to undo.
import { Connection } from '../../engine/connection.ts'
import type { ConnectionExecutionOptions } from '../../engine/options.ts'
import type { Transaction } from '../../engine/transaction.ts'
import { InvalidRequestError, PendingRollbackError } from '../../errors.ts'
import type { StateLike } from '../contract/orm.ts'
import { type Hold, type HoldSource, takeHold } from './hold.ts'
import type { Holdings } from './holdings.ts'
import { Snapshot } from './snapshot.ts'

/** A transaction, or a savepoint in it. */
export interface Level {
  /** Since it began; where it has failed, since then. */
  snapshot: Snapshot
  /** Null for the transaction itself. */
  readonly savepoint: Transaction | null
  /** What a flush failed with; the level was rolled back then, and waits to be told so. */
  failure: unknown
}

/** See the first line of the file. */
export class Levels {
  readonly #source: HoldSource
  readonly #holdings: Holdings
  #hold: Hold | null = null
  #levels: Level[] = []

  constructor(source: HoldSource, holdings: Holdings) {
    this.#source = source
    this.#holdings = holdings
  }

  /** Whether a transaction has begun, in the eyes of the user: something was added, changed or run. */
  get begun(): boolean {
    return this.#levels.length > 0
  }

  get nested(): boolean {
    return this.#levels.length > 1
  }

  /** How many functions given to `begin()` and `beginNested()` are running. */
  #blocks = 0

  /**
   * The innermost level, begun where there is none.
   *
   * @throws InvalidRequestError the function of a `begin()` is running whose transaction is over: nobody would commit what it goes on with.
   */
  get current(): Level {
    const level = this.#levels.at(-1)
    if (level !== undefined) return level
    this.#checkMayBegin()
    const root: Level = { snapshot: new Snapshot(), savepoint: null, failure: null }
    this.#levels.push(root)
    return root
  }

  #checkMayBegin(): void {
    if (this.#blocks > 0 && this.#levels.length === 0)
      throw new InvalidRequestError(
        "Can't operate on a closed transaction inside of its block: the transaction of session.begin(fn) has been ended by commit() or rollback(), and its function must end before the session can begin another",
      )
  }

  /** A function given to `begin()` or `beginNested()` runs: the transaction is its own. */
  async inBlock<T>(work: () => T | PromiseLike<T>): Promise<T> {
    this.#blocks += 1
    try {
      return await work()
    } finally {
      this.#blocks -= 1
    }
  }

  isOpen(level: Level): boolean {
    return this.#levels.includes(level)
  }

  /** @throws PendingRollbackError a flush failed and nobody has rolled back since. */
  checkSound(call: string): void {
    const failed = this.#levels.find((level) => level.failure !== null)
    if (failed === undefined) return
    const reason = failed.failure instanceof Error ? failed.failure.message.split('\n', 1)[0] : String(failed.failure)
    throw new PendingRollbackError(
      `${call} cannot run: the transaction of this session was rolled back because a flush failed. Call session.rollback() first. It failed with: ${reason}`,
      { cause: failed.failure },
    )
  }

  /**
   * The connection of the transaction, borrowed at first need.
   *
   * @param options of the connection, over those of the session.
   */
  async connection(signal?: AbortSignal, options?: ConnectionExecutionOptions): Promise<Connection> {
    this.#checkMayBegin()
    if (this.#hold === null) this.#hold = await takeHold(this.#source, signal, options)
    else if (options !== undefined) this.#hold.connection.executionOptions(options)
    if (this.#levels.length === 0) void this.current
    return this.#hold.connection
  }

  /** Whether COMMIT can travel with the last statements of the transaction. */
  async commitRides(signal: AbortSignal | undefined): Promise<boolean> {
    if (this.#hold === null && !(this.#source.bind instanceof Connection)) return true
    await this.connection(signal)
    return this.#hold?.commitRides ?? true
  }

  /** Whether anything of the transaction may have reached the server. */
  get hasSent(): boolean {
    return this.#hold?.connection.hasSent ?? false
  }

  /** Gives up the transaction and leaves the objects as they are: they belong to no session any more. */
  async abandon(): Promise<void> {
    await this.#end((hold) => hold.leave())
  }

  /** Begins a savepoint. */
  async beginNested(): Promise<Level> {
    const connection = await this.connection()
    void this.current
    const level: Level = { snapshot: new Snapshot(), savepoint: connection.beginNested(), failure: null }
    this.#levels.push(level)
    return level
  }

  /** Ends a savepoint and those in it; what they did counts for the level around. */
  async release(level: Level): Promise<void> {
    this.#checkOpen(level)
    await level.savepoint?.commit()
    while (this.isOpen(level) && this.nested) {
      const inner = this.#levels.pop()
      inner?.snapshot.mergeInto(this.current.snapshot)
    }
  }

  /** Rolls back to a savepoint, which is over then. */
  async rollBackTo(level: Level): Promise<void> {
    this.#checkOpen(level)
    this.#undoDownTo(level)
    this.#levels.splice(this.#levels.indexOf(level))
    if (level.failure === null) await level.savepoint?.rollback()
  }

  #undoDownTo(level: Level): void {
    for (let index = this.#levels.length - 1; index >= this.#levels.indexOf(level); index--) {
      const each = this.#levels[index]
      each?.snapshot.undo(this.#holdings, each.savepoint === null)
    }
  }

  /** The connection of the transaction; null where none was borrowed. */
  get held(): Connection | null {
    return this.#hold?.connection ?? null
  }

  /** Whether a connection was borrowed. */
  get connected(): boolean {
    return this.#hold !== null
  }

  /** The objects whose rows were deleted since the transaction began. */
  deleted(): StateLike[] {
    return this.#levels.flatMap(({ snapshot }) => [...snapshot.deleted])
  }

  /** The transaction was committed, in the flight that carried its last statements. */
  committed(): Promise<void> {
    return this.#end((hold) => hold.committed())
  }

  /** Rolls everything back. */
  async rollBack(): Promise<void> {
    const [root] = this.#levels
    const hold = this.#hold
    if (root !== undefined) this.#undoDownTo(root)
    this.#levels = []
    this.#hold = null
    await hold?.rollBack()
  }

  /** A flush has failed: the innermost level is rolled back at once. */
  async fail(error: unknown): Promise<void> {
    const level = this.current
    if (level.savepoint === null) {
      await this.failAll(error)
      return
    }
    this.#undoDownTo(level)
    markFailed(level, error)
    // Where even this fails, the connection is gone, and with it all that could be rolled back.
    await level.savepoint.rollback().catch(() => undefined)
  }

  /** A commit has failed: the whole transaction is rolled back at once. */
  async failAll(error: unknown): Promise<void> {
    const [root] = this.#levels
    if (root === undefined) return
    this.#undoDownTo(root)
    this.#levels = [root]
    markFailed(root, error)
    const hold = this.#hold
    this.#hold = null
    await hold?.rollBack().catch(() => undefined)
  }

  async #end(how: (hold: Hold) => Promise<void>): Promise<void> {
    for (const { snapshot } of this.#levels) snapshot.settle()
    const hold = this.#hold
    this.#levels = []
    this.#hold = null
    if (hold !== null) await how(hold)
  }

  #checkOpen(level: Level): void {
    if (!this.isOpen(level)) throw new InvalidRequestError('This transaction is over: it was committed or rolled back')
  }
}

/** The level was undone. What is done to objects until somebody rolls back will be undone as well. */
function markFailed(level: Level, error: unknown): void {
  level.failure = error
  level.snapshot = new Snapshot()
}
