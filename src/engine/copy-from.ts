// Rows into a table by COPY: which columns, and rows as the bytes that travel.

import type { CopySpelling } from '../dialect/contract/copy.ts'
import type { ByteSource, Command, CommandResult } from '../dialect/contract/driver.ts'
import { DriverError } from '../dialect/contract/driver.ts'
import { ArgumentError, InvalidRequestError } from '../errors.ts'
import { isRecord } from '../expression/coerce/record.ts'
import { translatedSchema } from '../expression/schema/schema-map.ts'
import type { Table } from '../expression/schema/table.ts'
import { isBytes } from '../expression/types/dates-and-bytes.ts'
import { checkKeys, quoteName, suggestion } from '../nearest.ts'
import { isUnawaited, UNAWAITED } from '../show.ts'
import { watchCopy } from './copy-watch.ts'
import type { Link } from './link.ts'
import { controlCommand, type Runtime } from './runtime.ts'
import type { ExecutionTrace } from './trace.ts'

/** Options of {@link Connection.copyTo}, and of {@link Connection.copyFrom} where SQL is given. */
export interface CopyOptions {
  /** Aborting it stops the copy, on the server too. The rejection is the signal's reason. */
  readonly signal?: AbortSignal
}

/** Options of {@link Connection.copyFrom}. */
export interface CopyFromOptions extends CopyOptions {
  /**
   * Keys of the columns that the rows have, in the order of arrays. Default: the keys of the first row, or for arrays all columns
   * but those that the database computes. Columns left out get the database's defaults.
   */
  readonly columns?: readonly string[]
}

/** A row for a table: values by key, or in the order of the columns. */
export type CopyRow<Row> = { readonly [K in keyof Row]?: Row[K] } | readonly unknown[]

/** Several of something, at hand or to come. */
export type Source<T> = AsyncIterable<T> | Iterable<T>

type SchemaColumn = Table['columnList'][number]

/** About so much travels in one message. */
const PIECE = 64 * 1024

/** How the dialect copies. @throws InvalidRequestError it cannot. */
export function copySpelling({ dialect }: Runtime): CopySpelling {
  if (dialect.copy === undefined)
    throw new InvalidRequestError(
      `The dialect ${dialect.name} has no COPY: use insert() with several sets of parameters`,
    )
  return dialect.copy
}

/** @throws ArgumentError an option is unknown. */
export function checkCopyOptions(
  place: string,
  options: CopyFromOptions,
  keys: readonly (keyof CopyFromOptions)[],
): void {
  checkKeys(place, options, keys)
}

/**
 * Copies bytes that are in the format that the statement names.
 *
 * @returns how many rows were copied.
 */
export function copyBytes(link: Link, sql: string, source: unknown, options: CopyOptions): Promise<number> {
  checkCopyOptions('copyFrom()', options, ['signal'])
  if (!/\bcopy\b[\s\S]*\bfrom\s+stdin\b/i.test(sql))
    throw new ArgumentError('copyFrom() takes a table, or SQL of the form COPY ... FROM STDIN')
  return send(link, sql, bytesOf(source), options.signal)
}

async function* bytesOf(source: unknown): AsyncGenerator<Uint8Array> {
  // A string and bytes are iterable too, one character or number at a time.
  if (typeof source === 'string' || isBytes(source)) {
    yield typeof source === 'string' ? Buffer.from(source) : source
    return
  }
  for await (const piece of iterable(source)) {
    if (typeof piece === 'string') yield Buffer.from(piece)
    else if (isBytes(piece)) yield piece
    else throw new ArgumentError('The source of a COPY gives strings or bytes (Uint8Array)')
  }
}

function iterable(source: unknown): Source<unknown> {
  const given = source as Partial<AsyncIterable<unknown> & Iterable<unknown>> | null | undefined
  if (
    typeof given === 'object' &&
    given !== null &&
    (given[Symbol.asyncIterator] ?? given[Symbol.iterator]) !== undefined
  )
    return given as Source<unknown>
  throw new ArgumentError('copyFrom() takes rows, or pieces of data, that can be iterated, asynchronously or not')
}

/**
 * Copies rows into a table.
 *
 * @returns how many.
 */
export async function copyRows(link: Link, table: Table, rows: unknown, options: CopyFromOptions): Promise<number> {
  checkCopyOptions('copyFrom()', options, ['columns', 'signal'])
  const { runtime } = link
  const spelling = copySpelling(runtime)
  const source = iterable(rows)
  const iterator =
    (source as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator]?.() ??
    (source as Iterable<unknown>)[Symbol.iterator]()
  const first = await iterator.next()
  if (first.done === true) return 0
  try {
    const columns = columnsOf(table, first.value, options.columns)
    const { dialect } = runtime
    const schema = translatedSchema(runtime.cache.schemas, table.schema)
    const name = `${schema === null ? '' : `${dialect.quote(schema)}.`}${dialect.quote(table.name)}`
    const sql = spelling.from(
      name,
      columns.map((column) => dialect.quote(column.name)),
    )
    const lines = new Lines(runtime, spelling, columns)
    return await send(link, sql, lines.pieces(first.value, iterator), options.signal)
  } catch (error) {
    release(iterator)
    throw error
  }
}

/** Tells a source that nothing more is wanted; one that is busy hears of it when it next comes to a yield. */
function release(iterator: AsyncIterator<unknown> | Iterator<unknown>): void {
  try {
    void Promise.resolve(iterator.return?.()).catch(() => undefined)
  } catch {
    // What a source cannot do at its end is not what went wrong.
  }
}

function columnsOf(table: Table, first: unknown, given: readonly string[] | undefined): readonly SchemaColumn[] {
  if (given !== undefined) return given.map((key) => columnOf(table, key))
  if (Array.isArray(first)) return table.columnList.filter((column) => column.computed === null)
  const keys = Object.keys(objectOf(first, 1))
  if (keys.length === 0) throw new ArgumentError('copyFrom(): row 1 has no values, and tells no columns')
  return keys.map((key) => columnOf(table, key))
}

function columnOf(table: Table, key: string): SchemaColumn {
  const keys = table.columnList.map((column) => column.key)
  const column = table.columnList[keys.indexOf(key)]
  if (column === undefined)
    throw new ArgumentError(
      `copyFrom(): the table ${quoteName(table.name)} has no column ${quoteName(key)}${suggestion(key, keys)}`,
    )
  if (column.computed !== null)
    throw new ArgumentError(`copyFrom(): the database computes the column ${quoteName(key)}, which takes no values`)
  return column
}

function objectOf(row: unknown, number: number): Readonly<Record<string, unknown>> {
  if (isRecord(row)) return row
  const given = isUnawaited(row) ? `: it is ${UNAWAITED}` : ''
  throw new ArgumentError(
    `copyFrom(): row ${number} is neither an object of values by key nor a list of values${given}`,
  )
}

/** Makes lines of rows. */
class Lines {
  readonly #runtime: Runtime
  readonly #columns: readonly SchemaColumn[]
  readonly #keys: ReadonlySet<string>
  readonly #processes: readonly (((value: unknown) => unknown) | null)[]
  readonly #encode: (values: readonly unknown[]) => string
  #count = 0

  constructor(runtime: Runtime, spelling: CopySpelling, columns: readonly SchemaColumn[]) {
    const { dialect } = runtime
    this.#runtime = runtime
    this.#columns = columns
    this.#keys = new Set(columns.map((column) => column.key))
    this.#processes = columns.map((column) => column.type.bindProcessor(dialect))
    this.#encode = spelling.encoder(columns.map(({ key, type }) => ({ name: key, codec: dialect.codec(type) })))
  }

  /** The lines of all rows, several in a piece. */
  async *pieces(first: unknown, rest: AsyncIterator<unknown> | Iterator<unknown>): AsyncGenerator<Uint8Array> {
    let lines = this.#line(first)
    let ended = false
    try {
      for (let step = await rest.next(); step.done !== true; step = await rest.next()) {
        if (lines.length >= PIECE) {
          yield Buffer.from(lines)
          lines = ''
        }
        lines += this.#line(step.value)
      }
      ended = true
      yield Buffer.from(lines)
    } finally {
      if (!ended) await rest.return?.()
    }
  }

  #line(row: unknown): string {
    this.#count += 1
    const values = Array.isArray(row) ? this.#listed(row) : this.#named(objectOf(row, this.#count))
    try {
      for (let index = 0; index < values.length; index += 1) {
        const process = this.#processes[index]
        if (process) values[index] = process(values[index])
      }
      return this.#encode(values)
    } catch (error) {
      throw this.#refused(error)
    }
  }

  #listed(row: readonly unknown[]): unknown[] {
    const count = this.#columns.length
    if (row.length !== count)
      throw new ArgumentError(`copyFrom(): row ${this.#count} has ${row.length} values for ${count} columns`)
    const missing = row.findIndex((value) => typeof value === 'undefined')
    if (missing >= 0) throw this.#missing(this.#columns[missing]?.key ?? '')
    return [...row]
  }

  #named(row: Readonly<Record<string, unknown>>): unknown[] {
    const values = this.#columns.map(({ key }) => {
      const value = Object.hasOwn(row, key) ? row[key] : undefined
      if (value === undefined) throw this.#missing(key)
      return value
    })
    for (const key of Object.keys(row))
      if (!this.#keys.has(key) && row[key] !== undefined)
        throw new ArgumentError(
          `copyFrom(): row ${this.#count} has ${quoteName(key)}, which is none of the columns that are copied (${[...this.#keys].join(', ')})`,
        )
    return values
  }

  #missing(key: string): ArgumentError {
    return new ArgumentError(`copyFrom(): row ${this.#count} has no value for ${quoteName(key)}; NULL is null`)
  }

  /** The error for a value that its column does not take. */
  #refused(error: unknown): unknown {
    if (!(error instanceof DriverError)) return error
    const { parameterIndex, cause } = error
    const own = new DriverError(`row ${this.#count}, ${error.message}`, { cause, sent: false, parameterIndex })
    return this.#runtime.wrap(own, [], 0, 0, undefined)
  }
}

/** Sends the data of a COPY FROM STDIN. */
async function send(link: Link, sql: string, source: ByteSource, signal: AbortSignal | undefined): Promise<number> {
  copySpelling(link.runtime)
  let failure: { readonly error: unknown } | null = null
  const watched = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* source
    } catch (error) {
      failure = { error }
      throw error
    }
  }
  const via = link.runtime.by({
    run(connection, commands, options) {
      if (connection.copyIn === undefined) throw new DriverError('this driver has no COPY', { sent: false })
      return connection.copyIn(commands, watched(), options)
    },
  })
  try {
    const results = link.watched
      ? await watchCopy(link, sql, (own, trace) => transmitCopy(link, own, signal, via, trace))
      : await transmitCopy(link, sql, signal, via, null)
    return results[0]?.rowCount ?? 0
  } catch (error) {
    // What went wrong in the source is what its owner wants to know.
    const own = failure as { readonly error: unknown } | null
    throw own === null ? error : own.error
  }
}

/** Sends a COPY; the runtime knows what goes with it. */
export async function transmitCopy(
  link: Link,
  sql: string,
  signal: AbortSignal | undefined,
  via: Runtime,
  trace: ExecutionTrace | null,
): Promise<readonly CommandResult[]> {
  const commands: readonly Command[] = [controlCommand(sql, false)]
  trace?.compiled(commands)
  const results = await link.transmit(commands, 'raw', signal, false, via)
  trace?.arrived(results)
  return results
}
