// Any order of statements, savepoints, failures, commits and rollbacks on a connection, and of kills of its backend: what it shows and
// what stays is what a plain model says.
import fc from 'fast-check'
import {
  Column,
  CommitOutcomeUnknown,
  type Connection,
  createEngine,
  DBAPIError,
  type Engine,
  Integer,
  InvalidRequestError,
  insert,
  MetaData,
  PendingRollbackError,
  select,
  type Transaction,
  TransactionRolledBack,
  table,
  UniqueViolation,
} from 'tsalchemy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { provides, sqlDatabases } from '../support/server.ts'

const metadata = new MetaData()
const log = table('model_log', metadata, { id: Column(Integer, { primaryKey: true, autoincrement: false }) })
const TAKEN = insert(log).values({ id: 0 })

const steps = fc.constantFrom(
  ...(['insert', 'insert', 'insert', 'together', 'look', 'look', 'fail', 'fail together', 'begin'] as const),
  ...(['savepoint', 'savepoint', 'release', 'undo', 'undo', 'commit', 'rollback', 'close'] as const),
  ...(['kill', 'invalidate', 'alone'] as const),
)
type Step = typeof steps extends fc.Arbitrary<infer S> ? S : never

/** What is open, the transaction first; each with what was written since. */
interface Frame {
  readonly transaction: Transaction | null
  ids: number[]
}

/** Kills the backend of a connection. */
type Kill = (connection: Connection) => Promise<void>

class Player {
  readonly #engine: Engine
  readonly #kill: Kill | null
  readonly #random: (below: number) => number
  #connection: Connection
  #frames: Frame[] = []
  #state: 'sound' | 'failed' | 'lost' = 'sound'
  /** Whether the connection may turn out to be lost at any time. */
  #dying = false
  readonly committed: Set<number> = new Set()
  readonly unknown: Set<number> = new Set()
  #next = 1

  constructor(engine: Engine, connection: Connection, kill: Kill | null, random: (below: number) => number) {
    this.#engine = engine
    this.#connection = connection
    this.#kill = kill
    this.#random = random
  }

  get #pending(): number[] {
    return this.#frames.flatMap(({ ids }) => ids)
  }

  /** Runs what writes or reads: it succeeds exactly where the transaction is sound. */
  async #run(ids: readonly number[], work: () => PromiseLike<unknown>): Promise<void> {
    const error = await work().then(
      () => null,
      (thrown: unknown) => thrown,
    )
    if (this.#frames.length === 0) this.#frames.push({ transaction: null, ids: [] })
    if (error === null) {
      expect(this.#state).toBe('sound')
      this.#frames.at(-1)?.ids.push(...ids)
    } else if (this.#state !== 'sound') expect(error).toBeInstanceOf(PendingRollbackError)
    else this.#failed(error)
  }

  #failed(error: unknown): void {
    expect(error).toBeInstanceOf(DBAPIError)
    const lost = (error as DBAPIError).connectionInvalidated
    expect(lost ? this.#dying : error instanceof UniqueViolation).toBe(true)
    this.#state = lost ? 'lost' : 'failed'
    if (lost) this.#dying = false
  }

  #ended(): void {
    this.#frames = []
    this.#state = 'sound'
  }

  async #commit(): Promise<void> {
    const ids = this.#pending
    const error = await this.#connection.commit().then(
      () => null,
      (thrown: unknown) => thrown,
    )
    if (error === null) {
      expect(this.#state).toBe('sound')
      for (const id of ids) this.committed.add(id)
      return this.#ended()
    }
    if (this.#state === 'failed' && error instanceof TransactionRolledBack) return this.#ended()
    if (error instanceof CommitOutcomeUnknown) for (const id of ids) this.unknown.add(id)
    else if (this.#state === 'sound') this.#failed(error)
    else expect(error).toBeInstanceOf(PendingRollbackError)
    await this.#rollback()
  }

  async #rollback(): Promise<void> {
    await this.#connection.rollback()
    expect(this.#connection.inTransaction()).toBe(false)
    this.#ended()
  }

  /** Back to a savepoint, or its release, with all inside of it. */
  async #endSavepoint(release: boolean): Promise<void> {
    if (this.#frames.length < 2) return
    const place = 1 + this.#random(this.#frames.length - 1)
    const { transaction } = this.#frames[place] as Frame
    if (release) {
      const released = transaction?.commit()
      if (this.#state !== 'sound') return expect(released).rejects.toBeInstanceOf(PendingRollbackError)
      await released
      this.#frames[place - 1]?.ids.push(...this.#frames.splice(place).flatMap(({ ids }) => ids))
      return
    }
    const error = await transaction?.rollback().then(
      () => null,
      (thrown: unknown) => thrown,
    )
    this.#frames.splice(place)
    if (error !== null) this.#failed(error)
    else if (this.#state === 'failed') this.#state = this.#connection.getTransaction()?.isActive ? 'sound' : 'failed'
    if (!this.#dying && this.#kill === null) expect(this.#state).toBe('sound')
  }

  async step(step: Step): Promise<void> {
    const connection = this.#connection
    const id = this.#next++
    const one = insert(log).values({ id })
    if (step === 'insert') await this.#run([id], () => connection.execute(one))
    else if (step === 'together') await this.#run([id], () => connection.executeAll([one, select(log.c.id).limit(1)]))
    else if (step === 'fail') await this.#run([], () => connection.execute(TAKEN))
    else if (step === 'fail together') await this.#run([], () => connection.executeAll([one, TAKEN]))
    else if (step === 'look') {
      let seen: number[] = []
      const sound = this.#state === 'sound'
      await this.#run([], async () => {
        seen = await connection
          .execute(select(log.c.id).where(log.c.id.gt(0)))
          .scalars()
          .all()
      })
      if (!sound || this.#state !== 'sound') return
      const own = new Set([...this.committed, ...this.#pending])
      expect(seen.filter((each) => !this.unknown.has(each)).sort()).toEqual([...own].sort())
    } else if (step === 'begin') {
      if (this.#frames.length > 0) expect(() => connection.begin()).toThrow(InvalidRequestError)
      else this.#frames.push({ transaction: connection.begin(), ids: [] })
    } else if (step === 'savepoint') {
      if (this.#state !== 'sound') expect(() => connection.beginNested()).toThrow(PendingRollbackError)
      else {
        if (this.#frames.length === 0) this.#frames.push({ transaction: null, ids: [] })
        this.#frames.push({ transaction: connection.beginNested(), ids: [] })
      }
    } else if (step === 'release') await this.#endSavepoint(true)
    else if (step === 'undo') await this.#endSavepoint(false)
    else if (step === 'commit') await this.#commit()
    else if (step === 'rollback') await this.#rollback()
    else if (step === 'close' || step === 'alone') {
      await connection.close()
      this.#ended()
      this.#dying = false
      if (step === 'alone') {
        await this.#engine.execute(one)
        this.committed.add(id)
      }
      this.#connection = await this.#engine.connect()
    } else await this.#lose(step)
  }

  async #lose(step: 'kill' | 'invalidate'): Promise<void> {
    if (this.#kill === null || this.#connection.invalidated) return
    if (step === 'kill') {
      this.#dying = true
      await this.#kill(this.#connection)
    } else {
      this.#connection.invalidate()
      if (this.#frames.length > 0) this.#state = 'lost'
    }
  }

  async leave(): Promise<void> {
    await this.#connection.close()
  }
}

describe.each(sqlDatabases())('a connection on $name', (target) => {
  const engine = createEngine(target.url, { poolSize: 2, maxOverflow: 0 })
  const server = provides(target, 'server') ? createEngine(target.url, { poolSize: 1 }) : null
  beforeAll(() => metadata.createAll(engine))
  afterAll(async () => {
    await server?.dispose()
    await engine.dispose()
  })

  test('shows and keeps what a plain model says', { timeout: 120_000 }, async () => {
    const kill =
      server === null
        ? null
        : async ({ driverConnection }: Connection): Promise<void> => {
            await server.execute('SELECT pg_terminate_backend($1::int)', [driverConnection?.processId])
          }
    await fc.assert(
      fc.asyncProperty(
        fc.array(steps, { maxLength: 50, size: 'max' }),
        fc.infiniteStream(fc.nat(997)),
        async (given, random) => {
          await (server ?? engine).execute('DELETE FROM model_log')
          await (server ?? engine).execute(TAKEN)
          const below = (limit: number): number => (random.next().value ?? 0) % limit
          const player = new Player(engine, await engine.connect(), kill, below)
          try {
            for (const step of given) await player.step(step)
          } finally {
            await player.leave()
          }
          expect(engine.stats().pool.checkedOut).toBe(0)
          const rows = await (server ?? engine)
            .execute(select(log.c.id).where(log.c.id.gt(0)))
            .scalars()
            .all()
          expect(rows.filter((id) => !player.unknown.has(id)).sort()).toEqual(
            [...player.committed].filter((id) => !player.unknown.has(id)).sort(),
          )
        },
      ),
      { numRuns: 60 },
    )
  })
})
