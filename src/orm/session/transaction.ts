// `SessionTransaction`: the handle on a session's transaction, or on a savepoint in it.
import { InvalidRequestError } from '../../errors.ts'
import { Outbox } from '../persist/outbox.ts'
import { commitIn } from './commit.ts'
import type { SessionCore } from './core.ts'
import { flushInto } from './flush.ts'
import type { Level } from './levels.ts'

/**
 * A transaction of a session, or a savepoint in it: `session.begin()` and `session.beginNested()` make it. Leaving the block of an
 * `await using` declaration rolls back what was not committed.
 *
 * @example
 * await using savepoint = await session.beginNested()
 * session.add(new User({ name: 'ed' }))
 * await savepoint.commit()
 */
export class SessionTransaction {
  readonly #core: SessionCore
  readonly #level: Level

  /** @internal */
  constructor(core: SessionCore, level: Level) {
    this.#core = core
    this.#level = level
  }

  /** Whether it was neither committed nor rolled back. */
  get isActive(): boolean {
    return this.#core.levels.isOpen(this.#level) && this.#level.failure === null
  }

  /** Whether it is a savepoint. */
  get isNested(): boolean {
    return this.#level.savepoint !== null
  }

  /**
   * Flushes, and commits or releases the savepoint, with those inside it.
   *
   * @throws InvalidRequestError it is over.
   */
  commit(): Promise<void> {
    return this.#run('commit()', async (core) => {
      core.levels.checkSound('transaction.commit()')
      if (!this.isNested) return commitIn(core, undefined)
      const outbox = new Outbox(() => core.connection())
      const complete = await flushInto(core, outbox, undefined)
      try {
        await outbox.send()
      } catch (error) {
        await core.levels.fail(error)
        throw error
      }
      complete?.()
      await core.levels.release(this.#level)
    })
  }

  /** Rolls back, with the savepoints inside it; does nothing where it is over. */
  async rollback(): Promise<void> {
    if (!this.#core.levels.isOpen(this.#level)) return
    await this.#run('rollback()', (core) =>
      this.isNested ? core.levels.rollBackTo(this.#level) : core.levels.rollBack(),
    )
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.rollback()
  }

  /** @internal Commits behind some work, or rolls back where it fails. */
  async run<T>(work: () => T | PromiseLike<T>): Promise<T> {
    let value: T
    try {
      value = await this.#core.levels.inBlock(work)
      // The work may have ended the transaction itself.
      if (this.#core.levels.isOpen(this.#level)) await this.commit()
    } catch (error) {
      // The first error tells what happened; the transaction is over in any case.
      await this.rollback().catch(() => undefined)
      throw error
    }
    return value
  }

  #run(name: string, call: (core: SessionCore) => Promise<void>): Promise<void> {
    const core = this.#core
    const kind = this.isNested ? 'savepoint' : 'transaction'
    return core.exclusive.run(`${kind}.${name}`, async () => {
      if (!core.levels.isOpen(this.#level))
        throw new InvalidRequestError(`This ${kind} is over: it was committed or rolled back`)
      await call(core)
    })
  }
}
