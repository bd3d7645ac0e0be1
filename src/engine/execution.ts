// One execution: from a statement and its parameters to commands, and from what they gave to a result.
import type { Compiled } from '../dialect/contract/compiled.ts'
import type { ColumnDescription, Command, CommandResult, DriverNotice } from '../dialect/contract/driver.ts'
import { InvalidRequestError, ObjectNotExecutableError } from '../errors.ts'
import { isElement } from '../expression/base/element.ts'
import { Executable } from '../expression/base/executable.ts'
import { hasClauseElement } from '../expression/base/protocol.ts'
import { Role } from '../expression/base/role.ts'
import { describe } from '../expression/coerce/describe.ts'
import { Insert } from '../expression/dml/insert.ts'
import { ColumnClause } from '../expression/element/column.ts'
import { Sequence } from '../expression/schema/sequence.ts'
import { quoteName } from '../nearest.ts'
import { showValue } from '../show.ts'
import type { ColumnProcess, CompiledEntry, Resolved } from './compiled-cache.ts'
import { rowCountOf } from './hooks.ts'
import { commandsOf, type InsertMany, insertMany } from './insert-many.ts'
import { Inserted } from './inserted.ts'
import type { ExecuteOptions } from './options.ts'
import {
  columnKeysOf,
  type LateValue,
  type NamedParameters,
  parameterSets,
  settleLate,
  valuesOf,
  valuesOfMany,
} from './parameters.ts'
import { positionalValues } from './raw-statements.ts'
import { PendingResult } from './result/pending-result.ts'
import { Result } from './result/result.ts'
import { RowShape } from './result/row-shape.ts'
import type { Selecting } from './result/view.ts'
import type { Runtime } from './runtime.ts'

/** A statement, or SQL as a string. */
export type Statement = Executable | string

/** A statement ready to be sent: a command for each set of parameters. */
export interface PreparedExecution {
  readonly commands: readonly Command[]
  readonly origin: CompiledEntry | 'raw'
  /** Set where many rows are inserted together. */
  readonly insert?: InsertMany
  /** Set where a default is still to come; what it gives is ready to be sent. */
  readonly complete?: () => Promise<PreparedExecution>
}

/** Runs executions: an engine or a connection. */
export interface ExecutionRunner {
  /** @internal */
  runExecution(execution: Execution): Promise<Result>
}

/** An execution that is sent when it is awaited. */
export class Execution<Row = unknown, Tuple extends unknown[] = unknown[]> extends PendingResult<Row, Tuple> {
  readonly runner: ExecutionRunner
  readonly statement: Statement
  readonly parameters: unknown
  readonly options: ExecuteOptions | undefined
  /** COMMIT rides in the same flight. */
  commit = false
  /** Rows will be read as objects, so that the driver may make them. */
  objects = false

  constructor(runner: ExecutionRunner, statement: Statement, parameters: unknown, options: ExecuteOptions | undefined) {
    super()
    this.runner = runner
    this.statement = statement
    this.parameters = parameters
    this.options = options
  }

  protected begin(): Promise<Result<Row, Tuple>> {
    return this.runner.runExecution(this as unknown as Execution) as Promise<Result<Row, Tuple>>
  }

  override expectObjects(): void {
    if (!this.begun) this.objects = true
  }

  unstarted(): PendingResult | null {
    return this.begun ? null : (this as unknown as PendingResult)
  }
}

/**
 * Makes a statement and its parameters ready to be sent.
 *
 * @param objects whether rows will be read as objects.
 * @throws ObjectNotExecutableError it is no statement.
 * @throws CompileError it has no spelling in this dialect.
 * @throws StatementError its parameters do not fit.
 */
export function prepareExecution(
  runtime: Runtime,
  statement: Statement,
  parameters: unknown,
  objects = false,
): PreparedExecution {
  if (typeof statement === 'string') {
    const values = positionalValues(parameters)
    return { commands: [{ statement: runtime.raw.find(statement, values.length), parameters: values }], origin: 'raw' }
  }
  if (!(statement instanceof Executable)) throw notExecutable(statement)
  const sets = parameterSets(parameters)
  // By index: taking a list apart asks for its iterator.
  const first = sets?.[0]
  const many = sets !== null && sets.length > 1
  const late: LateValue[] | null = statement.sort === 'insert' || statement.sort === 'update' ? [] : null
  const resolved = resolveStatement(runtime, statement, first === undefined ? null : first, many)
  if (!many) {
    const values = valuesOf(resolved, first ?? null, null, late)
    const command = commandOf(runtime, resolved.compiled, values)
    const { entry } = resolved
    const target = objects && statement.sort === 'select' ? (entry.shape?.target ?? null) : null
    const prepared = { commands: [target === null ? command : { ...command, target }], origin: entry }
    return late === null || late.length === 0 ? prepared : { ...prepared, complete: () => completed(prepared, late) }
  }
  const { compiled, entry: origin } = resolved
  if (statement instanceof Insert && compiled.holes.length === 0)
    return prepareInsert(runtime, statement, resolved, sets)
  const commands = sets.map((set, index) => commandOf(runtime, compiled, valuesOf(resolved, set, index, late)))
  const prepared = { commands, origin }
  return late === null || late.length === 0 ? prepared : { ...prepared, complete: () => completed(prepared, late) }
}

/** An INSERT of many rows. */
function prepareInsert(
  runtime: Runtime,
  statement: Insert<unknown, unknown[]>,
  resolved: Resolved,
  sets: readonly NamedParameters[],
): PreparedExecution {
  const late: LateValue[] = []
  const { compiled, entry: origin } = resolved
  const given = { statement: compiled.statement, values: valuesOfMany(resolved, sets, late), count: sets.length }
  const together = (): PreparedExecution => {
    const insert = insertMany(runtime, statement, origin, sets, given)
    return insert === null ? { commands: commandsOf(given), origin } : { commands: insert.commands, origin, insert }
  }
  if (late.length === 0) return together()
  return { commands: commandsOf(given), origin, complete: () => settleLate(late).then(together) }
}

async function completed(prepared: PreparedExecution, late: readonly LateValue[]): Promise<PreparedExecution> {
  await settleLate(late)
  return prepared
}

/** Waits for what an execution is waiting for: defaults whose functions are asynchronous. */
export function completeExecution(prepared: PreparedExecution): PreparedExecution | Promise<PreparedExecution> {
  return prepared.complete === undefined ? prepared : prepared.complete()
}

/** The compiled form of a statement; `first` is the first set of parameters that execution gives, `many` tells that there are more. */
export function resolveStatement(
  runtime: Runtime,
  statement: Executable,
  first: Readonly<Record<string, unknown>> | null,
  many = false,
): Resolved {
  const { sort } = statement
  const keys = first !== null && (sort === 'insert' || sort === 'update') ? columnKeysOf(first) : null
  return runtime.cache.resolve(statement, keys, many && sort === 'insert')
}

/** A compiled statement with its values; lists are written into the text where the dialect wants that. */
export function commandOf(runtime: Runtime, compiled: Compiled, values: readonly unknown[]): Command {
  if (compiled.holes.length > 0) return runtime.dialect.expandLists(compiled, values)
  return { statement: compiled.statement, parameters: values }
}

/**
 * What the commands of one execution gave, as one result.
 *
 * @param statement what was run: what was learnt of it may have been learnt of another of its shape.
 */
export function resultOf(prepared: PreparedExecution, given: readonly CommandResult[], statement: Statement): Result {
  const entry = prepared.origin === 'raw' ? null : prepared.origin
  const results = prepared.insert === undefined ? given : prepared.insert.arrange(given)
  const [first] = results
  if (first === undefined || first.columns === null)
    return new Result({
      rows: null,
      shape: NO_COLUMNS,
      rowCount: rowCountOf(results),
      notices: noticesOf(given),
      inserted: insertedBy(prepared, entry, null),
    })
  if (first.made !== undefined && entry?.shape != null) {
    if (entry.processes !== null) processMade(first.made, entry.processes, entry.shape.keys)
    return new Result({
      rows: [],
      made: first.made,
      shape: entry.shape,
      selecting: selectingOf(statement, entry),
      rowCount: rowCountOf(results),
      notices: noticesOf(given),
    })
  }
  const rows = results.length === 1 ? first.rows : results.flatMap((result) => result.rows)
  if (entry?.compiled.sort === 'text') checkTextColumns(entry.compiled, first.columns)
  const shape = entry?.shape ?? shapeOf(first.columns)
  const processes = entry?.processes ?? null
  if (processes !== null) processRows(rows, processes)
  if (entry?.compiled.implicitReturning === true)
    return new Result({
      rows: null,
      shape: NO_COLUMNS,
      rowCount: rowCountOf(results),
      notices: noticesOf(given),
      inserted: insertedBy(prepared, entry, rows),
    })
  return new Result({
    rows,
    shape,
    selecting: selectingOf(statement, entry),
    rowCount: rowCountOf(results),
    notices: noticesOf(given),
    inserted: insertedBy(prepared, entry, rows),
  })
}

/** The statement, where it knows what it has selected; null where only the server knows, or names are all there is. */
export function selectingOf(statement: Statement, entry: CompiledEntry | null): Selecting | null {
  if (entry === null || entry.shape === null || typeof statement === 'string') return null
  return 'exportedColumns' in statement ? (statement as Executable & Selecting) : null
}

/** What the server had to say; null where it said nothing. */
function noticesOf(results: readonly CommandResult[]): readonly DriverNotice[] | null {
  let all: DriverNotice[] | null = null
  for (const { notices } of results) if (notices !== undefined) all = [...(all ?? []), ...notices]
  return all
}

/** What the rows of a result look like; null where there are none. */
export function columnsOf({ origin }: PreparedExecution, { columns }: CommandResult): RowShape | null {
  if (columns === null || (origin !== 'raw' && origin.compiled.implicitReturning === true)) return null
  if (origin !== 'raw' && origin.compiled.sort === 'text') checkTextColumns(origin.compiled, columns)
  return (origin === 'raw' ? null : origin.shape) ?? shapeOf(columns)
}

/** What a statement of a flight has made of rows; null where it is no INSERT, and brings no values back by itself. */
export function insertedBy(
  { commands, insert }: Pick<PreparedExecution, 'commands' | 'insert'>,
  entry: CompiledEntry | null,
  rows: readonly (readonly unknown[])[] | null,
): Inserted | null {
  if (entry === null || entry.target === null) return null
  const { sort, implicitReturning } = entry.compiled
  if (sort !== 'insert' && implicitReturning !== true) return null
  return new Inserted(entry, entry.target, insert === undefined ? () => commands : () => insert.rows(), rows)
}

/** Changes the values of rows in place, as their types want it. */
export function processRows(rows: unknown[][], processes: readonly ColumnProcess[]): void {
  for (const { index, process } of processes) for (const row of rows) row[index] = process(row[index])
}

/** The same of rows that the driver has made. */
function processMade(
  rows: readonly Record<string, unknown>[],
  processes: readonly ColumnProcess[],
  keys: readonly string[],
): void {
  for (const { index, process } of processes) {
    const key = keys[index] as string
    for (const row of rows) row[key] = process(row[key])
  }
}

/** The texts whose columns were found to be what the server describes, by its description. */
const checked: WeakMap<readonly ColumnDescription[], Compiled> = new WeakMap()

/**
 * What `columns()` says of a text is what its values are read by, in the order of the text.
 *
 * @throws InvalidRequestError it says more than there is, or the same names in another order.
 */
function checkTextColumns(compiled: Compiled, given: readonly ColumnDescription[]): void {
  const { columns } = compiled
  if (columns === null || checked.get(given) === compiled) return
  const names = given.map(({ name }) => name)
  // Columns of tables may have other names in the text; what is only a name and a type is meant by its name.
  const isMeant = columns.every(({ source }) => source instanceof ColumnClause && source.table === null)
  const inOrder = !isMeant || columns.every(({ key }, index) => key === names[index] || !names.includes(key))
  if (inOrder && columns.length <= names.length) {
    checked.set(given, compiled)
    return
  }
  throw new InvalidRequestError(
    `columns() of text() tells the columns in the order of the text: it names ${columns.map(({ key }) => key).join(', ')}, and the statement gives ${names.join(', ')}`,
  )
}

const NO_COLUMNS = new RowShape([])

/** Drivers describe the rows of a prepared statement by one and the same list. */
const shapes: WeakMap<readonly ColumnDescription[], RowShape> = new WeakMap()

function shapeOf(columns: readonly ColumnDescription[]): RowShape {
  let shape = shapes.get(columns)
  if (shape === undefined) {
    shape = new RowShape(columns.map((column) => column.name))
    shapes.set(columns, shape)
  }
  return shape
}

function notExecutable(given: unknown): ObjectNotExecutableError {
  const isRows = isElement(given) && (given.roles & Role.from) !== 0
  if (given instanceof Sequence)
    return new ObjectNotExecutableError(
      `Not an executable object: the sequence ${quoteName(given.name)}; select(sequence.nextValue()) asks it for a number`,
    )
  const why =
    isRows || hasClauseElement(given)
      ? 'a class or table stands for a statement only inside of one: select(...)'
      : isElement(given)
        ? 'an expression is no statement: select(...) makes one of it'
        : 'execute() takes a statement, or SQL as a string'
  // A table shown with all that hangs on it is a page long.
  const shown = isElement(given) || hasClauseElement(given) ? describe(given) : showValue(given)
  return new ObjectNotExecutableError(`Not an executable object: ${shown}; ${why}`)
}
