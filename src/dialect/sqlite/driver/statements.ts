// Statements that a connection has prepared, and how the rows of each are read.
import { type Command, DriverError, type DriverStatement } from '../../contract/driver.ts'
import type { SqliteCodec } from '../codec/codec.ts'
import { untyped } from '../codec/untyped.ts'
import { declaredCodec } from '../type-codec.ts'
import type { Bindings, DatabaseHandle, PreparedStatement, Stored } from './library.ts'
import { type ScannedSql, scanSql } from './scan.ts'

/** How the rows of a statement are read. */
export interface RowReading {
  readonly names: readonly { readonly name: string; readonly typeId: number }[]
  readonly codecs: readonly SqliteCodec[]
  /** Whether INTEGERs must come as bigints. */
  readonly wide: boolean
}

/** A statement that is prepared. */
export interface Known {
  readonly scanned: ScannedSql
  readonly prepared: PreparedStatement
  /** Null where it gives no rows. */
  reading: RowReading | null
  /** Whose columns {@link reading} is for: the same text can be read by other types. */
  readFor: DriverStatement | null
}

/** Statements by their text, those not used for longest forgotten first. */
export class StatementCache {
  readonly #handle: DatabaseHandle
  readonly #size: number
  readonly #known: Map<string, Known> = new Map()
  /** The one that was found last, which stands behind all others already. */
  #last: { readonly sql: string; readonly known: Known } | null = null

  constructor(handle: DatabaseHandle, size: number) {
    this.#handle = handle
    this.#size = size
  }

  /** The prepared form of a statement. @throws what the library throws for SQL that it cannot read. */
  find(statement: DriverStatement, scanned: ScannedSql): Known {
    const { sql } = statement
    if (this.#last?.sql === sql) return this.#last.known
    const known = this.#known.get(sql)
    if (known !== undefined) {
      this.#known.delete(sql)
      this.#known.set(sql, known)
      this.#last = { sql, known }
      return known
    }
    const fresh = this.prepare(scanned)
    if (!statement.prepare || this.#size === 0) return fresh
    this.#known.set(sql, fresh)
    this.#last = { sql, known: fresh }
    if (this.#known.size > this.#size) this.#known.delete(this.#known.keys().next().value ?? '')
    return fresh
  }

  /** A form that nobody else uses. */
  prepare(scanned: ScannedSql): Known {
    return { scanned, prepared: this.#handle.prepare(scanned.sql), reading: null, readFor: null }
  }

  /** Forgets all: tables have changed, and with them what statements give. */
  clear(): void {
    this.#known.clear()
    this.#last = null
  }
}

const scans: WeakMap<DriverStatement, ScannedSql> = new WeakMap()

/** What the SQL of a statement says of itself, read once for each. */
export function scannedOf(statement: DriverStatement): ScannedSql {
  let scanned = scans.get(statement)
  if (scanned === undefined) {
    scanned = scanSql(statement.sql)
    scans.set(statement, scanned)
  }
  return scanned
}

/** How the rows of a statement are to be read; null where it gives none. */
export function readingOf(known: Known, statement: DriverStatement): RowReading | null {
  if (known.readFor === statement) return known.reading
  const columns = known.prepared.columns()
  known.readFor = statement
  if (columns === null) {
    known.reading = null
    return null
  }
  const codecs = columns.map(({ declared }, index) => {
    const given = statement.columns?.[index] as SqliteCodec | null | undefined
    return given ?? (statement.columns === null ? lenient(declaredCodec(declared)) : null) ?? untyped
  })
  known.reading = {
    names: columns.map(({ name }) => ({ name, typeId: 0 })),
    codecs,
    wide: codecs.some((codec) => codec.wide),
  }
  return known.reading
}

const lenients: WeakMap<SqliteCodec, SqliteCodec> = new WeakMap()

/** A codec that was not asked for: what it cannot read comes as it is stored. */
function lenient(codec: SqliteCodec | null): SqliteCodec | null {
  if (codec === null) return null
  let known = lenients.get(codec)
  if (known === undefined) {
    known = {
      ...codec,
      wide: true,
      decode(value) {
        try {
          return codec.decode(value)
        } catch {
          return untyped.decode(value)
        }
      },
    }
    lenients.set(codec, known)
  }
  return known
}

/** Reads rows in place. @throws DriverError a value is none of its column's type. */
export function readRows(rows: Stored[][], { codecs, names }: RowReading): unknown[][] {
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as Stored[] as unknown[]
    for (let index = 0; index < codecs.length; index++) {
      const value = row[index] as Stored
      if (value === null) continue
      try {
        row[index] = (codecs[index] as SqliteCodec).decode(value)
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        const name = names[index]?.name
        const where = name === undefined ? '' : `, column ${JSON.stringify(name)}`
        throw new DriverError(`row ${at + 1} of the result${where}: ${why}`, { cause: error })
      }
    }
  }
  return rows
}

/**
 * The values of a command as SQLite takes them.
 *
 * @throws DriverError a value is none of its type, or there are too many or too few.
 */
export function bindingsOf({ statement, parameters }: Command, scanned: ScannedSql, commandIndex: number): Bindings {
  const count = parameters.length
  const codecs = statement.parameters as readonly (SqliteCodec | null)[]
  const { style } = scanned
  if (count !== codecs.length || count !== scanned.parameters || style === 'named' || style === 'mixed')
    throw new DriverError(misfit(codecs.length, count, scanned), { sent: false, commandIndex })
  const stored: Stored[] = new Array(count)
  for (let index = 0; index < count; index++) {
    const value = parameters[index]
    try {
      stored[index] = value === null ? null : (codecs[index] ?? untyped).encode(value)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      const codec = codecs[index] ?? null
      const type = codec === null ? '' : ` (${codec.name})`
      throw new DriverError(`parameter ?${index + 1}${type}: ${why}`, {
        cause: error,
        sent: false,
        fields: error instanceof DriverError ? error.fields : null,
        commandIndex,
        parameterIndex: index,
      })
    }
  }
  return style === 'numbered' ? numbered(stored) : stored
}

/** What is wrong with the number of values, or with how the SQL asks for them. */
function misfit(declared: number, given: number, { style, parameters }: ScannedSql): string {
  if (given === declared && style === 'named')
    return "SQL given as a string takes values for ?, ?1 or $1; use text('... :name') for values by name"
  if (given === declared && style === 'mixed')
    return 'the statement mixes ways of naming its parameters: write all as ?, or all as ?1, ?2'
  return `the statement has ${given === declared ? parameters : declared} parameters and was given ${given}`
}

/** By number, from 1. */
function numbered(stored: readonly Stored[]): Record<string, Stored> {
  const named: Record<string, Stored> = {}
  for (let index = 0; index < stored.length; index++) named[index + 1] = stored[index] as Stored
  return named
}
