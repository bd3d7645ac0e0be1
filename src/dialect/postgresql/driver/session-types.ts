// Reading values of types that are not known yet: kept as text until the catalogs have told what they are.
import type { Command, CommandResult, DriverStatement } from '../../contract/driver.ts'
import { type Decode, defineCodec, type PostgresCodec } from '../codec/codec.ts'
import { arrayOf, bool, oid, text } from '../codec/index.ts'
import type { CatalogType, TypeCatalog } from '../codec/type-catalog.ts'
import { type BatchFailure, type BatchOutcome, typeFailure } from './outcome.ts'

/** Sends commands over the connection. */
type Ask = (commands: readonly Command[]) => Promise<BatchOutcome>

/** A value whose type is not known; never given to anybody. */
class Undecoded {
  readonly slot: Slot
  readonly text: string
  constructor(slot: Slot, text: string) {
    this.slot = slot
    this.text = text
  }
}

/** Where rows of one connection find the codec of a type that is not PostgreSQL's own, as soon as it is known. */
interface Slot {
  readonly oid: number
  readonly codec: PostgresCodec
}

/** The types of one connection. */
export class SessionTypes {
  readonly catalog: TypeCatalog
  readonly #slots: Map<number, Slot> = new Map()
  /** Whether values were read whose types are not known. */
  pending = false

  constructor(catalog: TypeCatalog) {
    this.catalog = catalog
  }

  /** The codec of a type. */
  codec(oid: number): PostgresCodec {
    // Types that the application brought a codec for, or PostgreSQL brings itself, change no more.
    return (oid < FIRST_OTHER ? this.catalog.find(oid) : null) ?? this.#slot(oid).codec
  }

  #slot(oid: number): Slot {
    let slot = this.#slots.get(oid)
    if (slot === undefined) {
      const made: Slot = { oid, codec: defineCodec({ ...text, oid: 0, decodeText: this.#reader(oid, () => made) }) }
      slot = made
      this.#slots.set(oid, slot)
    }
    return slot
  }

  #reader(oid: number, slot: () => Slot): Decode {
    return (buffer, start, end) => {
      const codec = this.catalog.find(oid)
      try {
        if (codec !== null) return codec.decodeText(buffer, start, end)
      } catch {
        // The type may have been altered since it was asked for.
        this.catalog.forget(oid)
      }
      this.pending = true
      return new Undecoded(slot(), buffer.toString('utf8', start, end))
    }
  }

  /**
   * An outcome in which the values that could not be read have been.
   *
   * @param ask sends commands over the connection; null where that cannot be done: the values of what was answered before a failure are
   * the server's text then, and what was answered in full fails.
   */
  async settled(outcome: BatchOutcome, ask: Ask | null): Promise<BatchOutcome> {
    this.pending = false
    try {
      const failure = await this.#settle(outcome.results, outcome.failure === null, ask)
      return failure === null ? outcome : { ...outcome, failure }
    } catch (error) {
      return { ...outcome, failure: typeFailure(error) }
    }
  }

  async #settle(results: readonly CommandResult[], whole: boolean, ask: Ask | null): Promise<BatchFailure | null> {
    const unknown = new Set<number>()
    for (const result of results) {
      eachUndecoded(result, (value) => {
        unknown.add(value.slot.oid)
        return value
      })
    }
    const asked = [...unknown].filter((oid) => this.catalog.find(oid) === null)
    const failure = !whole || asked.length === 0 ? null : await this.#learn(asked, ask)
    if (failure === null) for (const result of results) eachUndecoded(result, (value) => this.#decoded(value))
    return failure
  }

  /** Null, or why the catalogs did not answer: a canceled question says nothing of the types, for this connection or others. */
  async #learn(asked: readonly number[], ask: Ask | null): Promise<BatchFailure | null> {
    if (ask === null) return typeFailure('the connection cannot be asked what it is')
    const { results, failure } = await ask([{ statement: LOOKUP, parameters: [asked, !this.catalog.complete] }])
    // What was asked for is done, whatever became of this.
    if (failure !== null) return typeFailure(failure.error)
    this.catalog.learn((results[0]?.rows ?? []).map(typeOf), asked)
    this.catalog.complete = true
    return null
  }

  #decoded({ slot, text }: Undecoded): unknown {
    const codec = this.catalog.find(slot.oid)
    if (codec === null) return text
    const bytes = Buffer.from(text)
    return codec.decodeText(bytes, 0, bytes.length)
  }
}

const FIRST_OTHER = 10_000

/** Calls a function with each value of a result that was not read, and puts what it gives in its place. */
function eachUndecoded(result: CommandResult, change: (value: Undecoded) => unknown): void {
  for (const row of result.rows)
    for (let index = 0; index < row.length; index++) {
      const value = row[index]
      if (value instanceof Undecoded) row[index] = change(value)
    }
  for (const row of result.made ?? [])
    for (const key of Object.keys(row)) {
      const value = row[key]
      if (value instanceof Undecoded) row[key] = change(value)
    }
}

function typeOf(row: readonly unknown[]): CatalogType {
  const [oid, name, schema, sort, element, base, delimiter, fields, fieldTypes] = row
  return { oid, name, schema, sort, element, base, delimiter, fields, fieldTypes } as CatalogType
}

/** $1: types that are wanted; $2: whether all others of users and extensions are told too. */
const LOOKUP: DriverStatement = {
  sql: `WITH RECURSIVE wanted(oid) AS (
  SELECT pg_catalog.unnest($1)
  UNION
  SELECT t.oid FROM pg_catalog.pg_type t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
  LEFT JOIN pg_catalog.pg_class c ON c.oid IN (t.typrelid, e.typrelid)
  WHERE $2 AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND t.typtype <> 'p' AND (c.oid IS NULL OR c.relkind = 'c')
  UNION
  SELECT part.oid FROM wanted w JOIN pg_catalog.pg_type t ON t.oid = w.oid
  CROSS JOIN LATERAL (
    SELECT t.typelem UNION ALL SELECT t.typbasetype
    UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range r WHERE t.oid IN (r.rngtypid, r.rngmultitypid)
    UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a
      WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
  ) part(oid)
  WHERE part.oid >= 10000
)
SELECT t.oid, t.typname, n.nspname, t.typtype, CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END,
  coalesce(nullif(t.typbasetype, 0), r.rngsubtype, m.rngsubtype, 0), t.typdelim,
  ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum),
  ARRAY(SELECT a.atttypid FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
FROM wanted w JOIN pg_catalog.pg_type t ON t.oid = w.oid
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid
LEFT JOIN pg_catalog.pg_range m ON m.rngmultitypid = t.oid`,
  parameters: [arrayOf(oid), bool],
  columns: [oid, text, text, text, oid, oid, text, arrayOf(text), arrayOf(oid)],
  prepare: false,
}
