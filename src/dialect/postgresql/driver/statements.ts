// What one connection knows of statements: which are prepared under which name, and what their rows look like.
import { randomBytes } from 'node:crypto'
import { type ColumnDescription, DriverError, type DriverStatement } from '../../contract/driver.ts'
import type { PostgresCodec } from '../codec/codec.ts'
import { refuseCopyIn } from './copy-in.ts'
import { createdName } from './created-name.ts'
import type { RowPlan } from './row-plan.ts'
import type { SessionTypes } from './session-types.ts'

const UNSENDABLE = /[\0\uD800-\uDFFF]/u
const BAD_TEXT = 'the text of a statement has a NUL character or a lone surrogate, which PostgreSQL cannot take'

/** A name on the server. */
export interface Prepared {
  /** Empty for the unnamed statement. */
  readonly name: string
  readonly key: string
  /** `sent` until the server has confirmed it. */
  state: 'new' | 'sent' | 'ready'
  /** Null where the statement returns no rows; undefined until described. */
  columns: readonly ColumnDescription[] | null | undefined
  lastUse: number
}

/** What a connection knows of one {@link DriverStatement}. */
export interface Known {
  readonly statement: DriverStatement
  /** The numbers of the parameters' types, 0 where the server infers. */
  readonly parameterTypes: readonly number[]
  prepared: Prepared
  /** Null until the rows are described, and where there are none. */
  plan: RowPlan | null
  /** What it makes that may have another thing's place: see {@link createdName}. */
  readonly creates: string | null
  /** Whether it is given a name on the server. */
  readonly prepares: boolean
}

/**
 * The prepared statements of one connection, the least recently used going first. A statement is found by the identity of
 * its object, and by its text and parameter types where the object is new.
 */
export class StatementCache {
  #capacity: number
  readonly #known = new WeakMap<DriverStatement, Known>()
  readonly #byKey = new Map<string, Prepared>()
  #clock = 0
  #names = 0
  /**
   * Of this connection alone: behind a pooler that nobody knows of, another client's statement may be where ours was, and under the
   * same name it would be run in its place.
   */
  readonly #mark = randomBytes(4).toString('hex')
  /** Names that the server should forget, in the order in which it was or will be asked to. */
  readonly doomed: string[] = []

  /** The types of the rows. */
  readonly types: SessionTypes

  constructor(capacity: number, types: SessionTypes) {
    this.#capacity = capacity
    this.types = types
  }

  /** Whether a pooler keeps what is prepared, and gives the same to all who ask with the same text. */
  #shared = false
  /** What is not prepared any more. */
  readonly #changed = new Set<string>()

  /** A pooler stands in front that keeps prepared statements, by their text. */
  share(): void {
    this.#shared = true
  }

  /** Prepares nothing any more. */
  stop(): void {
    this.#capacity = 0
  }

  /** The number of statements prepared, or about to be. */
  get size(): number {
    return this.#byKey.size
  }

  /**
   * The record of a statement, new where it was not seen before.
   *
   * @param copies whether data for a COPY FROM STDIN is at hand.
   * @throws DriverError for a text that cannot be sent.
   */
  find(statement: DriverStatement, copies = false): Known {
    let known = this.#known.get(statement)
    if (known === undefined) {
      checkSql(statement.sql)
      const refusal = copies ? null : refuseCopyIn(statement.sql)
      if (refusal !== null) throw new DriverError(refusal, { sent: false })
      const parameterTypes = statement.parameters.map((codec) => (codec as PostgresCodec | null)?.oid ?? 0)
      const creates = createdName(statement.sql)
      const prepares = statement.prepare && creates === null
      known = { statement, parameterTypes, prepared: unnamed(), plan: null, creates, prepares }
      // Without the data it would have to be refused.
      if (!copies) this.#known.set(statement, known)
    }
    return known
  }

  /**
   * Gives the statement its name on the server, making room where needed; the unnamed statement where it is not to be
   * prepared. The caller sends Parse where the state is `new`.
   */
  prepare(known: Known): Prepared {
    if (!known.prepares || this.#capacity === 0) {
      if (known.creates !== null) this.#forgetNaming(known.creates)
      known.prepared = unnamed()
      known.plan = null
      return known.prepared
    }
    let prepared = known.prepared
    if (this.#byKey.get(prepared.key) !== prepared) {
      const key = `${known.parameterTypes.join(',')}:${known.statement.sql}`
      if (this.#changed.has(key)) {
        known.prepared = unnamed()
        known.plan = null
        return known.prepared
      }
      const shared = this.#byKey.get(key)
      prepared = shared ?? {
        name: `s${++this.#names}_${this.#mark}`,
        key,
        state: 'new',
        columns: undefined,
        lastUse: 0,
      }
      if (shared === undefined) {
        if (this.#byKey.size >= this.#capacity) this.#evict()
        this.#byKey.set(key, prepared)
      }
      known.prepared = prepared
      known.plan = null
    }
    prepared.lastUse = ++this.#clock
    return prepared
  }

  /** Forgets a statement that the server has, or may have. */
  forget(prepared: Prepared): void {
    if (this.#byKey.get(prepared.key) !== prepared) return
    this.#byKey.delete(prepared.key)
    if (prepared.state !== 'new') this.doomed.push(prepared.name)
  }

  /**
   * Forgets a statement whose tables were changed under it. A pooler that keeps statements would give the old one again, whoever
   * asks, so that its text is prepared under no name from here on.
   */
  forgetChanged(prepared: Prepared): void {
    this.forget(prepared)
    if (this.#shared) this.#changed.add(prepared.key)
  }

  /** Forgets a statement that the server does not have. */
  drop(prepared: Prepared): void {
    if (this.#byKey.get(prepared.key) === prepared) this.#byKey.delete(prepared.key)
  }

  /** Forgets all that the server had, after it said that it forgot them (DISCARD ALL, DEALLOCATE ALL). */
  dropReady(): void {
    for (const prepared of this.#byKey.values()) if (prepared.state === 'ready') this.#byKey.delete(prepared.key)
  }

  /** Forgets all, closing each: one was found missing, and so may be others. */
  forgetAll(): void {
    for (const prepared of [...this.#byKey.values()]) this.forget(prepared)
  }

  /**
   * Forgets what speaks of a name that is about to mean something else, such as that of a temporary table in front of another: the
   * server plans by name once, and anew only where what it found then has changed.
   */
  #forgetNaming(name: string): void {
    for (const prepared of [...this.#byKey.values()])
      if (prepared.key.toLowerCase().includes(name)) this.forgetChanged(prepared)
  }

  /** Whether the transaction has made, changed or dropped anything that statements may be prepared for. */
  #defined = false
  /** Whether it may have changed the fields of types. */
  #altered = false

  /**
   * The session's own DDL, and its being rolled back: what was prepared before would fail where it gives other columns now or has
   * parameters of types that are gone, in the middle of a transaction perhaps, where it cannot be prepared anew.
   *
   * @param tag what the server said that it ran, without a count of rows.
   */
  ran(tag: string): void {
    const alters = tag.startsWith('ALTER ')
    const isChange = alters || tag.startsWith('DROP ')
    if (isChange || (tag === 'ROLLBACK' && this.#defined)) this.forgetAll()
    // Others may have asked what the types were before the end of the transaction.
    if (alters || tag === 'DO' || (this.#altered && (tag === 'COMMIT' || tag === 'ROLLBACK'))) {
      this.types.catalog.forgetComposites()
      this.#altered = true
    }
    if (isChange || tag.startsWith('CREATE ')) this.#defined = true
    else if (tag === 'BEGIN') {
      this.#defined = false
      this.#altered = false
    }
  }

  #evict(): void {
    let oldest: Prepared | undefined
    for (const prepared of this.#byKey.values()) {
      if (oldest === undefined || prepared.lastUse < oldest.lastUse) oldest = prepared
    }
    if (oldest !== undefined) this.forget(oldest)
  }
}

function unnamed(): Prepared {
  return { name: '', key: '', state: 'new', columns: undefined, lastUse: 0 }
}

function checkSql(sql: string): void {
  if (typeof sql !== 'string' || UNSENDABLE.test(sql)) throw new DriverError(BAD_TEXT, { sent: false })
}
