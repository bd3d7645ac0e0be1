// Any order of work, savepoints, failing flushes and rollbacks: the session holds what a plain model says, and so does the database.
import fc from 'fast-check'
import { IntegrityError, PendingRollbackError, select } from 'tsalchemy'
import { joinedload, mapped, type Session, type SessionTransaction, selectinload } from 'tsalchemy/orm'
import { describe, expect, test } from 'vitest'
import { sqlDatabases } from '../../support/server.ts'
import { Address, User } from './models.ts'
import { type TestDatabase, useDatabase } from './use-database.ts'

/** Names of users, and ids of their addresses, by id. */
type Rows = ReadonlyMap<number, { readonly name: string; readonly addresses: readonly number[] }>

const TAKEN = 'taken'
const steps = fc.constantFrom(
  ...(['add', 'add', 'add', 'rename', 'rename', 'delete', 'give', 'give', 'take', 'move', 'look', 'look'] as const),
  ...(['flush', 'fail', 'fail', 'savepoint', 'savepoint', 'release', 'undo', 'commit', 'rollback', 'expire'] as const),
  'another session' as const,
)
type Step = typeof steps extends fc.Arbitrary<infer S> ? S : never

/** A session, and what it should hold. */
class Player {
  readonly #db: TestDatabase
  readonly #random: (below: number) => number
  readonly #autoflush: boolean
  #session: Session
  #committed: Rows = new Map()
  #current = new Map<number, { name: string; addresses: number[] }>()
  #savepoints: { readonly transaction: SessionTransaction; readonly rows: Rows }[] = []
  #failed = false
  #next = 1

  constructor(db: TestDatabase, random: (below: number) => number) {
    this.#db = db
    this.#random = random
    this.#autoflush = random(4) > 0
    this.#session = this.#open()
  }

  #open(): Session {
    return this.#db.session({ autoflush: this.#autoflush, expireOnCommit: this.#random(3) === 0 })
  }

  #restore(rows: Rows): void {
    this.#current = new Map([...rows].map(([id, { name, addresses }]) => [id, { name, addresses: [...addresses] }]))
  }

  #copy(): Rows {
    return new Map([...this.#current].map(([id, { name, addresses }]) => [id, { name, addresses: [...addresses] }]))
  }

  /** One of the users, with its addresses. */
  async #one(): Promise<{ user: User; row: { name: string; addresses: number[] } } | null> {
    const ids = [...this.#current.keys()]
    const id = ids[this.#random(ids.length)]
    const row = this.#current.get(id ?? 0)
    if (id === undefined || row === undefined) return null
    if (!this.#autoflush) await this.#session.flush()
    const user = await this.#session.get(User, id)
    if (user === null) throw new Error(`There is no user ${id}`)
    await user.awaitable.addresses
    return { user, row }
  }

  async #failing(): Promise<void> {
    const how = this.#random(2)
    const bad =
      how === 0 ? new User({ id: this.#next++, name: 'x', nick: TAKEN }) : new Address({ email: 'x', userId: -1 })
    this.#session.add(bad)
    const all = this.#savepoints.length === 0 && this.#random(2) === 0
    await expect(all ? this.#session.commit() : this.#session.flush()).rejects.toBeInstanceOf(IntegrityError)
    this.#failed = true
  }

  /** A flush has failed: nothing works before somebody has rolled back. */
  async #recover(): Promise<void> {
    await expect(this.#session.execute(select(User))).rejects.toBeInstanceOf(PendingRollbackError)
    this.#session.add(new User({ name: 'comes too late' }))
    await (this.#random(2) === 0 ? this.#undo() : this.#rollback())
    this.#failed = false
  }

  async #undo(): Promise<void> {
    const savepoint = this.#savepoints.pop()
    if (savepoint === undefined) return this.#rollback()
    await savepoint.transaction.rollback()
    this.#restore(savepoint.rows)
  }

  async #rollback(): Promise<void> {
    await this.#session.rollback()
    this.#ended()
  }

  #ended(): void {
    this.#restore(this.#committed)
    this.#savepoints = []
  }

  async #look(): Promise<void> {
    if (!this.#autoflush) await this.#session.flush()
    const u = mapped(User)
    const load = this.#random(2) === 0 ? selectinload : joinedload
    const users = await this.#session.scalars(select(u).where(u.nick.is(null)).options(load(u.addresses))).all()
    const found = users.map(({ id, name, addresses }) => [id, { name, addresses: addresses.map((each) => each.id) }])
    expect(sorted(new Map(found as never))).toEqual(sorted(this.#current))
  }

  async step(step: Step): Promise<void> {
    if (this.#failed) return this.#recover()
    const session = this.#session
    if (step === 'add') {
      const id = this.#next++
      const addresses = Array.from({ length: this.#random(3) }, () => this.#next++)
      const made = addresses.map((each) => new Address({ id: each, email: `${each}` }))
      session.add(new User({ id, name: `${id}`, addresses: made }))
      this.#current.set(id, { name: `${id}`, addresses })
    } else if (step === 'flush') await session.flush()
    else if (step === 'fail') await this.#failing()
    else if (step === 'look') await this.#look()
    else if (step === 'undo') await this.#undo()
    else if (step === 'rollback') await this.#rollback()
    else if (step === 'savepoint') {
      const transaction = await session.beginNested()
      this.#savepoints.push({ transaction, rows: this.#copy() })
    } else if (step === 'release') await this.#savepoints.pop()?.transaction.commit()
    else if (step === 'commit') {
      await session.commit()
      this.#committed = this.#copy()
      this.#savepoints = []
    } else if (step === 'expire') {
      await session.flush()
      session.expireAll()
    } else if (step === 'another session') {
      await session.close()
      this.#session = this.#open()
      this.#ended()
    } else await this.#change(step)
  }

  async #change(step: 'rename' | 'delete' | 'give' | 'take' | 'move'): Promise<void> {
    const one = await this.#one()
    if (one === null) return
    const { user, row } = one
    const [first] = user.addresses
    if (step === 'rename') user.name = row.name = `renamed ${this.#next++}`
    else if (step === 'give') {
      const id = this.#next++
      user.addresses.push(new Address({ id, email: `${id}` }))
      row.addresses.push(id)
    } else if (step === 'delete') {
      this.#current.delete(user.id)
      await this.#session.delete(user)
    } else if (first !== undefined) {
      const other = step === 'move' ? await this.#one() : null
      if (step === 'move' && (other === null || other.user === user)) return
      row.addresses.splice(row.addresses.indexOf(first.id), 1)
      other?.row.addresses.push(first.id)
      if (other === null) user.addresses.splice(0, 1)
      else if (this.#random(2) === 0) first.user = other.user
      else other.user.addresses.push(first)
    }
  }

  async leave(): Promise<void> {
    await this.#session.close()
  }

  /** What was committed is there, and nothing else. */
  async checkRows(): Promise<void> {
    expect(this.#db.engine.stats().pool.checkedOut).toBe(0)
    const found = new Map<number, { name: string; addresses: number[] }>()
    for (const [id, name] of await this.#db.rows('SELECT id, name FROM user_account WHERE nick IS NULL'))
      found.set(Number(id), { name: String(name), addresses: [] })
    for (const [id, user] of await this.#db.rows('SELECT id, user_id FROM address'))
      found.get(Number(user))?.addresses.push(Number(id))
    expect(sorted(found)).toEqual(sorted(this.#committed))
  }
}

function sorted(rows: Rows): unknown[] {
  const flat = [...rows].map(([id, { name, addresses }]) => [id, name, [...addresses].sort((a, b) => a - b)] as const)
  return flat.sort(([one], [other]) => one - other)
}

describe.each(sqlDatabases())('a session on $name', (target) => {
  const db = useDatabase(target)

  test('holds what a plain model says', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(steps, { maxLength: 40, size: 'max' }),
        fc.infiniteStream(fc.nat(997)),
        async (given, random) => {
          await db.engine.execute('DELETE FROM address')
          await db.engine.execute('DELETE FROM user_account')
          await db.engine.execute(`INSERT INTO user_account (id, name, nick) VALUES (-5, 'x', '${TAKEN}')`)
          const player = new Player(db, (below) => (below === 0 ? 0 : (random.next().value ?? 0) % below))
          try {
            for (const step of given) await player.step(step)
          } finally {
            await player.leave()
          }
          await player.checkRows()
        },
      ),
      { numRuns: 40 },
    )
  })
})
