// INSERT of many rows in as few statements as there are pages: the rows of a page are arrays, one for each column.
import type { CompiledParameter } from '../dialect/contract/compiled.ts'
import type { Command, CommandResult, DriverStatement } from '../dialect/contract/driver.ts'
import { InvalidRequestError } from '../errors.ts'
import type { Insert, InsertState } from '../expression/dml/insert.ts'
import type { Bind } from '../expression/element/bind.ts'
import type { ColumnElement } from '../expression/element/column-element.ts'
import { SchemaColumn } from '../expression/schema/column.ts'
import { EMPTY_SELECT, Select } from '../expression/select/select.ts'
import { UuidType } from '../expression/types/scalar.ts'
import { StringType } from '../expression/types/string.ts'
import type { TypeHost } from '../expression/types/type.ts'
import type { CompiledEntry } from './compiled-cache.ts'
import { labelPage } from './page-label.ts'
import { fitArrays, isNumberedUpwards, parameterName, rowArrays, rowColumn } from './row-batch.ts'
import type { Runtime } from './runtime.ts'

/** Rows that travel in one statement where nobody says otherwise: beyond, nothing is gained and memory is lost. */
const DEFAULT_PAGE = 10_000

/** What many rows were given. */
export interface GivenRows {
  /** The statement that inserts one. */
  readonly statement: DriverStatement
  /** A list for each parameter of it, of as many values as there are rows. */
  readonly values: readonly (readonly unknown[])[]
  readonly count: number
}

/** A command for each row. */
export function commandsOf({ statement, values, count }: GivenRows): Command[] {
  return Array.from({ length: count }, (_, row) => ({ statement, parameters: values.map((list) => list[row]) }))
}

/** How an INSERT of many rows is sent, and how what it gives is read. */
export interface InsertMany {
  readonly commands: readonly Command[]
  /** What each row was given, as a command for each. */
  rows(): readonly Command[]
  /** What the commands gave, the rows in the order of the parameters where that was asked for. */
  arrange(results: readonly CommandResult[]): readonly CommandResult[]
}

/** How the rows that come back are put in the order of the parameters. */
type Sentinel =
  /** By a key that the database numbers upwards in the order of the rows. */
  | { readonly sort: 'numbered'; readonly returned: number }
  /** By the key that the rows were given. */
  | { readonly sort: 'given'; readonly parts: readonly KeyPart[] }

/** A column of the key: where it stands in the rows and among the parameters, and its values as comparable texts. */
interface KeyPart {
  readonly returned: number
  readonly parameter: number
  readonly text: (value: unknown) => string
}

/** An INSERT made of one that is run many times. */
interface Batch {
  readonly statement: Insert<unknown, unknown[]>
  /** For each array the position of its values among the parameters of a row. */
  readonly sources: readonly number[]
  /** How many columns were asked for; those behind them are for the order only. */
  readonly visible: number
  readonly sentinel: Sentinel | null
}

/** Made once for each compiled statement; null where its rows cannot be given as arrays. */
const batches: WeakMap<CompiledEntry, { plain?: Batch | null; sorted?: Batch | null }> = new WeakMap()

/**
 * The way in which many rows are inserted together; null where they must be inserted one by one, in one flight all the same.
 *
 * @param given the rows as they would be inserted one by one.
 */
export function insertMany(
  runtime: Runtime,
  statement: Insert<unknown, unknown[]>,
  entry: CompiledEntry,
  sets: readonly Readonly<Record<string, unknown>>[],
  given: GivenRows,
): InsertMany | null {
  if (!runtime.dialect.features.arrayBatches) return null
  const returns = entry.compiled.columns !== null
  const sorted = returns && runtime.options.sortByParameterOrder === true
  const batch = batchOf(statement, entry, sorted, runtime.dialect)
  if (batch === null || (updatesConflicts(statement.state) && !areDistinct(statement.state, sets))) return null
  const { compiled } = runtime.cache.resolve(batch.statement, null)
  const places = placesOf(compiled.parameters, batch.sources)
  const size = runtime.options.insertmanyvaluesPageSize ?? DEFAULT_PAGE
  const pages = Math.ceil(given.count / size)
  const pageOf = (list: readonly unknown[], page: number): readonly unknown[] =>
    pages === 1 ? list : list.slice(page * size, (page + 1) * size)
  const commands = Array.from({ length: pages }, (_, page) => {
    const parameters = places.map((place) =>
      'source' in place ? pageOf(given.values[place.source] ?? [], page) : place.constant,
    )
    labelPage(parameters, page + 1, pages, sorted)
    return { statement: compiled.statement, parameters }
  })
  const arrange = (results: readonly CommandResult[]): readonly CommandResult[] =>
    returns
      ? results.map((result, page) =>
          arranged(batch, result, (parameter) => pageOf(given.values[parameter] ?? [], page)),
        )
      : results
  return { commands, rows: () => commandsOf(given), arrange }
}

function batchOf(
  statement: Insert<unknown, unknown[]>,
  entry: CompiledEntry,
  sorted: boolean,
  host: TypeHost,
): Batch | null {
  let known = batches.get(entry)
  if (known === undefined) {
    known = {}
    batches.set(entry, known)
  }
  const key = sorted ? 'sorted' : 'plain'
  let batch = known[key]
  if (batch === undefined) {
    batch = makeBatch(statement, entry, sorted, host)
    known[key] = batch
  }
  return batch
}

function makeBatch(
  statement: Insert<unknown, unknown[]>,
  entry: CompiledEntry,
  sorted: boolean,
  host: TypeHost,
): Batch | null {
  const { state } = statement
  const { compiled } = entry
  if (state.from !== null || state.rows !== null || state.ctes.length > 0 || state.prefixes.length > 0) return null
  if (compiled.holes.length > 0 || compiled.uncacheable !== null) return null
  // What stands in defaults of the table is the same for all rows of all statements.
  const sources = compiled.parameters.flatMap((each, index) => (each.index < 0 && each.bind !== null ? [] : [index]))
  const written = sources.map((index) => columnOf(state, compiled.parameters[index] as CompiledParameter))
  // A value that belongs to no column (in an expression, in ON CONFLICT) may be another for each row.
  if (!written.every((column) => column !== null) || !fitArrays(written, host)) return null
  const expressions = expressionsOf(state, written)
  const asked = state.returning.length > 0 ? state.returning : (compiled.columns ?? []).map(({ source }) => source)
  const sentinel = sorted ? sentinelOf(state, entry, written, sources) : null
  if (sorted && sentinel === null) return null
  const arrays = rowArrays(state.table, written, true)
  const select = new Select({
    ...EMPTY_SELECT,
    items: [...written.map((_, index) => rowColumn(arrays, index)), ...expressions.map(({ value }) => value)],
    froms: [arrays],
    orderBy: arrays.ordinality === null ? [] : [arrays.ordinality],
  })
  const columns = [...written, ...expressions.map(({ column }) => column)]
  const { returnDefaults: _, ...rest } = state
  const batch = statement.with({
    ...rest,
    values: null,
    from: { columns, select, includeDefaults: false },
    inline: true,
    returning: [...(asked as InsertState['returning']), ...(sentinel?.added ?? [])],
  })
  return { statement: batch, sources, visible: compiled.columns?.length ?? 0, sentinel: sentinel?.sentinel ?? null }
}

/** The column that a parameter is the value of; null where it is none. */
function columnOf({ table, values }: InsertState, parameter: CompiledParameter): SchemaColumn | null {
  const column = table.columnList.find((each) => each.key === parameter.key)
  if (!(column instanceof SchemaColumn) || parameter.isLiteral === true) return null
  // A parameter of the column's name in an expression for another column would be another thing.
  const assigned = values?.find((assignment) => assignment.column.key === column.key)?.value
  const isOwn = parameter.bind === null || parameter.bind === (assigned as unknown)
  return isOwn && parameter.type === column.type ? column : null
}

/** Columns that the database computes in the statement, the same way for each row. */
function expressionsOf(
  { table, values }: InsertState,
  written: readonly SchemaColumn[],
): { readonly column: SchemaColumn; readonly value: ColumnElement }[] {
  const found: { column: SchemaColumn; value: ColumnElement }[] = []
  for (const column of table.columnList) {
    if (!(column instanceof SchemaColumn) || written.includes(column)) continue
    const assigned = values?.find((assignment) => assignment.column === column)?.value
    if (assigned !== undefined) found.push({ column, value: assigned })
    else if (column.default?.sort === 'expression') found.push({ column, value: column.default.element })
  }
  return found
}

/** What tells the rows apart that come back, and which columns have to come back for it; null where nothing does. */
function sentinelOf(
  state: InsertState,
  entry: CompiledEntry,
  written: readonly SchemaColumn[],
  sources: readonly number[],
): { readonly sentinel: Sentinel; readonly added: readonly SchemaColumn[] } | null {
  // A row that is there keeps the number that it has.
  if (updatesConflicts(state)) return null
  const columns = entry.compiled.columns ?? []
  const key = state.table.columnList.filter((column) => column instanceof SchemaColumn && column.primaryKey)
  const added: SchemaColumn[] = []
  const place = (column: SchemaColumn): number => {
    const returned = columns.findIndex(({ source }) => source === column)
    return returned >= 0 ? returned : columns.length + added.push(column) - 1
  }
  const own = key as SchemaColumn[]
  const numbered = own.find((column) => !written.includes(column) && isNumberedUpwards(column))
  if (numbered !== undefined) return { sentinel: { sort: 'numbered', returned: place(numbered) }, added }
  if (own.length === 0 || !own.every((column) => written.includes(column) && isPlain(column))) return null
  const parts = own.map((column) => ({
    returned: place(column),
    parameter: sources[written.indexOf(column)] ?? -1,
    text: column.type instanceof UuidType ? uuidText : String,
  }))
  return { sentinel: { sort: 'given', parts }, added }
}

/** Whether equal values of the column are equal texts, in the database as here. */
function isPlain({ type }: SchemaColumn): boolean {
  // A subclass may pad, or ignore case.
  return type.affinity === 'integer' || type.constructor === StringType || type.constructor === UuidType
}

function updatesConflicts({ onConflict }: InsertState): boolean {
  return onConflict !== null && (onConflict as { readonly set?: unknown }).set !== null
}

/**
 * Whether no two rows conflict with each other: one statement cannot change a row twice. Known only where the conflict is about
 * columns that every row gives.
 */
function areDistinct(state: InsertState, sets: readonly Readonly<Record<string, unknown>>[]): boolean {
  const { target } = state.onConflict as unknown as {
    readonly target: { readonly elements: readonly unknown[] } | null
  }
  const columns = target?.elements ?? []
  if (columns.length === 0 || !columns.every((column) => column instanceof SchemaColumn && isPlain(column)))
    return false
  const keys = (columns as SchemaColumn[]).map((column) => column.key)
  const seen = new Set<string>()
  for (const set of sets) {
    const values = keys.map((key) => set[key])
    if (values.some((value) => value === undefined || value === null)) return false
    seen.add(keyText(values.map(uuidText)))
  }
  return seen.size === sets.length
}

/** What stands in a place of the statement: the values of all rows at a position, or a constant. */
type Place = { readonly source: number } | { readonly constant: unknown }

function placesOf(parameters: readonly CompiledParameter[], sources: readonly number[]): Place[] {
  const names = new Map(sources.map((source, index) => [parameterName(index), source]))
  return parameters.map(({ key, bind, process }) => {
    const source = names.get(key)
    if (source !== undefined) return { source }
    const value = (bind as Bind | null)?.effectiveValue() ?? null
    return { constant: process === null ? value : process(value) }
  })
}

/** The values that the rows of a page were given for a parameter. */
type GivenValues = (parameter: number) => readonly unknown[]

function arranged({ sentinel, visible }: Batch, result: CommandResult, given: GivenValues): CommandResult {
  const { columns } = result
  if (sentinel === null || columns === null) return result
  const rows =
    sentinel.sort === 'numbered' ? byNumber(result.rows, sentinel.returned) : byKey(result.rows, sentinel.parts, given)
  for (const row of rows) row.length = visible
  return { ...result, rows, columns: columns.slice(0, visible) }
}

function byNumber(rows: readonly unknown[][], index: number): unknown[][] {
  return rows.toSorted((one, other) => ((one[index] as number) < (other[index] as number) ? -1 : 1))
}

function byKey(rows: readonly unknown[][], parts: readonly KeyPart[], given: GivenValues): unknown[][] {
  const found = new Map(rows.map((row) => [keyText(parts.map(({ returned, text }) => text(row[returned]))), row]))
  const texts = parts.map(({ parameter, text }) => given(parameter).map(text))
  const sorted = (texts[0] ?? []).flatMap((_, index) => {
    const key = keyText(texts.map((list) => list[index] as string))
    const row = found.get(key)
    // Of rows that conflict with each other the first was inserted.
    found.delete(key)
    return row === undefined ? [] : [row]
  })
  if (sorted.length !== rows.length)
    throw new InvalidRequestError(
      'sortByParameterOrder: the primary keys that came back are not those that were given (a trigger may change them). The rows have been inserted nevertheless: leave the option out, or return something that tells the rows apart',
    )
  return sorted
}

function keyText(parts: readonly string[]): string {
  return JSON.stringify(parts)
}

/** The database takes a UUID in several spellings and gives one. */
function uuidText(value: unknown): string {
  return String(value).toLowerCase().replaceAll(/[{}-]/g, '')
}
