// The codecs of the types that a database has beside PostgreSQL's own, and those that the application brought.
import { DriverError } from '../../contract/driver.ts'
import type { ValueCodec } from '../../contract/value-codec.ts'
import { arrayOf } from './array.ts'
import { ARRAY_OIDS } from './array-oid.ts'
import { codecByOid } from './by-oid.ts'
import { utf8 } from './bytes.ts'
import { checkText, defineCodec, type PostgresCodec, refusal } from './codec.ts'
import { compositeOf } from './composite.ts'
import { hstore } from './hstore.ts'
import { multirangeOf, rangeOf } from './range.ts'
import { text } from './text.ts'

/** What `pg_type` and its kin say of a type. */
export interface CatalogType {
  readonly oid: number
  readonly name: string
  readonly schema: string
  /** `e`num, `d`omain, `c`omposite, `r`ange, `m`ultirange, `b`ase. */
  readonly sort: string
  /** The type of an array's items; 0 where it is no array. */
  readonly element: number
  /** What a domain is made of, what the ends of a range are; 0 for others. */
  readonly base: number
  readonly delimiter: string
  /** The fields of a composite type. */
  readonly fields: readonly string[]
  readonly fieldTypes: readonly number[]
}

/** The first number that initdb or a user can have given; PostgreSQL's own are all known. */
const FIRST_OTHER = 10_000

/** Names of SQL for types that the catalogs call otherwise. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['smallint', 'int2'],
  ['integer', 'int4'],
  ['int', 'int4'],
  ['bigint', 'int8'],
  ['decimal', 'numeric'],
  ['real', 'float4'],
  ['double precision', 'float8'],
  ['boolean', 'bool'],
  ['character varying', 'varchar'],
  ['character', 'bpchar'],
  ['char', 'bpchar'],
  ['timestamp without time zone', 'timestamp'],
  ['timestamp with time zone', 'timestamptz'],
  ['time without time zone', 'time'],
  ['time with time zone', 'timetz'],
  ['bit varying', 'varbit'],
])

/** Writes an instance of a class. */
type Encoder = (value: never) => string

/**
 * The types of one database by number. It knows PostgreSQL's own, learns the others from rows of the catalogs, and lets the
 * application's codecs go before both.
 */
export class TypeCatalog {
  readonly #rows: Map<number, CatalogType> = new Map()
  readonly #codecs: Map<number, PostgresCodec> = new Map()
  /** The application's, by number and by name. */
  readonly #own: Map<number | string, ValueCodec> = new Map()
  readonly #encoders: Map<unknown, Encoder> = new Map()
  /** Whether the catalogs were asked for all types. */
  complete = false

  constructor(codecs: readonly ValueCodec[] = []) {
    for (const codec of codecs) {
      const { type } = codec
      this.#own.set(typeof type === 'string' ? (ALIASES.get(type) ?? type) : type, codec)
      if (codec.class !== undefined) this.#encoders.set(codec.class, encoderOf(codec))
    }
    for (const oid of OWN_OIDS) {
      const codec = this.#own.size === 0 ? null : this.#ownCodec(oid, codecByOid(oid).name, null)
      if (codec !== null) this.#codecs.set(oid, codec)
    }
    for (const [item, array] of ARRAY_OIDS) {
      const codec = this.#codecs.get(item)
      if (codec !== undefined) this.#codecs.set(array, arrayOf(codec, { oid: array }))
    }
  }

  /** How the application writes an object; null where it does not. */
  encode(value: object): string | null {
    if (this.#encoders.size === 0) return null
    for (let made: unknown = value; made !== null; made = Object.getPrototypeOf(made)) {
      const encoder = this.#encoders.get((made as { readonly constructor?: unknown }).constructor)
      if (encoder !== undefined) return encoder(value as never)
    }
    return null
  }

  /** The codec of a type; null where the catalogs have to be asked. */
  find(oid: number): PostgresCodec | null {
    const known = this.#codecs.get(oid)
    if (known !== undefined) return known
    return oid < FIRST_OTHER ? codecByOid(oid) : null
  }

  /** Takes what the catalogs say. Types that were asked for and are not there have the server's text. */
  learn(rows: readonly CatalogType[], asked: readonly number[]): void {
    for (const row of rows) {
      this.#rows.set(row.oid, row)
      this.#codecs.delete(row.oid)
    }
    for (const row of rows) this.#resolve(row.oid, new Set())
    for (const oid of asked) if (!this.#codecs.has(oid)) this.#codecs.set(oid, text)
  }

  /** Forgets a type whose values turned out to be others than the catalogs said, and what is made of it. */
  forget(oid: number): void {
    if (!this.#codecs.delete(oid)) return
    for (const row of this.#rows.values())
      if (row.element === oid || row.base === oid || row.fieldTypes.includes(oid)) this.forget(row.oid)
  }

  /**
   * Has the fields of composite types, and of rows of tables, asked for again: one that got another name, or another type, reads as
   * before, and nothing else would tell.
   */
  forgetComposites(): void {
    for (const row of this.#rows.values()) if (row.sort === 'c') this.forget(row.oid)
  }

  #resolve(oid: number, above: Set<number>): PostgresCodec {
    const known = this.find(oid)
    if (known !== null) return known
    const row = this.#rows.get(oid)
    // A type that contains itself, by way of an array, is read as far as it is not within itself.
    if (row === undefined || above.has(oid)) return text
    above.add(oid)
    const codec = this.#ownCodec(oid, row.name, row.schema) ?? this.#made(row, above)
    above.delete(oid)
    if (above.size === 0) this.#codecs.set(oid, codec)
    return codec
  }

  #made(row: CatalogType, above: Set<number>): PostgresCodec {
    const of = (oid: number): PostgresCodec => this.#resolve(oid, above)
    const { name, sort, element, base } = row
    if (sort === 'd') return named(name, of(base))
    if (sort === 'c') {
      const fields = row.fields.map((key, place) => ({ key, codec: of(row.fieldTypes[place] ?? 0) }))
      return compositeOf(name, fields)
    }
    if (sort === 'r') return rangeOf(of(base), name, 0)
    if (sort === 'm') return multirangeOf(of(base), name, 0)
    if (element !== 0) return arrayOf(of(element), { oid: 0 })
    if (sort === 'b' && name === 'hstore') return hstore
    return defineCodec({ ...text, name, oid: 0, delimiter: row.delimiter })
  }

  /** The application's codec of a type; null where it has none, or leaves reading as it is. */
  #ownCodec(oid: number, name: string, schema: string | null): PostgresCodec | null {
    const own =
      this.#own.get(oid) ?? (schema === null ? undefined : this.#own.get(`${schema}.${name}`)) ?? this.#own.get(name)
    const { decode } = own ?? {}
    if (decode === undefined) return null
    const base = codecByOid(oid)
    return defineCodec({
      name,
      oid: 0,
      encode: (value) => {
        throw refusal(name, value, 'a declared type')
      },
      delimiter: base.delimiter,
      decodeText: (buffer, start, end) => decode(utf8(buffer, start, end)),
    })
  }
}

const OWN_OIDS: readonly number[] = [...ARRAY_OIDS.keys()]

function named(name: string, codec: PostgresCodec): PostgresCodec {
  // The server knows the type, and decides by its own what the text is.
  return defineCodec({ ...codec, encode: codec.encodeItem, name, oid: 0 })
}

function encoderOf(codec: ValueCodec): Encoder {
  const { type } = codec
  return (value: unknown) => {
    const written: unknown = codec.encode === undefined ? String(value) : codec.encode(value)
    if (typeof written === 'string') return checkText(String(type), written)
    throw new DriverError(`the codec of ${type} made ${typeof written} of a value; a parameter is sent as a string`, {
      sent: false,
    })
  }
}
