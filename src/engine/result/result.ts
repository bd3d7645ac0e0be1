// `Result`: the rows that a statement gave, held in memory and read once.
import { InvalidRequestError, MultipleResultsFound, NoResultFound, ResourceClosedError } from '../../errors.ts'
import { type ColumnKey, RowShape } from './row-shape.ts'
import { SeenValues } from './unique.ts'

/** What a Result is made from; the ORM makes its own. */
export interface ResultSource {
  /** Values of each row; owned by the Result. Null where the statement returns no rows. */
  readonly rows: unknown[][] | null
  readonly shape: RowShape
  /** Rows selected or changed; null where the database does not count. */
  readonly rowCount: number | null
  /** Positions of the primary key's columns, where a row was inserted and they are among those returned. */
  readonly primaryKey?: readonly number[] | null
}

/** The type of one column's values. */
export type ColumnValue<Row, Tuple extends unknown[], C> = C extends number
  ? Tuple[C]
  : C extends keyof Row
    ? Row[C]
    : unknown

/** How far the rows have been read; shared by all views of one result. */
interface Cursor {
  rows: unknown[][]
  position: number
  /** No rows at all, or closed for good. */
  closed: 'no rows' | 'closed' | null
}

type Form = 'row' | 'tuple' | 'scalar' | 'mapping'

/** How rows are shown. */
interface View {
  readonly form: Form
  readonly shape: RowShape
  /** Positions in the values of a row; null for all as they come. */
  readonly picked: readonly number[] | null
  /** Shows rows only once; null shows all. */
  readonly unique: Unique | null
}

/** What tells rows apart: the values that are shown, or what a function makes of the row as it was when the function was given. */
interface Unique {
  readonly seen: SeenValues
  readonly keyOf: ((item: unknown) => unknown) | null
  readonly view: View
}

const NO_SHAPE = new RowShape([])

/**
 * The rows that a statement gave.
 *
 * All rows are in memory, so reading is not asynchronous. Rows are read once: `all()` leaves nothing behind, `first()`, `one()`
 * and their kin close the result. `scalars()`, `tuples()`, `mappings()`, `columns()` and `unique()` are views of the same rows.
 *
 * @example
 * const result = await conn.execute(select(users.c.id, users.c.name))
 * for (const row of result) console.log(row.id, row.name)
 */
export class Result<Row = unknown, Tuple extends unknown[] = unknown[]> {
  readonly #source: ResultSource
  readonly #cursor: Cursor
  readonly #view: View

  /** @internal */
  constructor(source: ResultSource, cursor?: Cursor, view?: View) {
    this.#source = source
    this.#cursor = cursor ?? {
      rows: source.rows ?? [],
      position: 0,
      closed: source.rows === null ? 'no rows' : null,
    }
    this.#view = view ?? {
      form: 'row',
      shape: source.rows === null ? NO_SHAPE : source.shape,
      picked: null,
      unique: null,
    }
  }

  /** Whether the statement returns rows, be they none. */
  get returnsRows(): boolean {
    return this.#source.rows !== null
  }

  /** Rows selected, or matched by an INSERT, UPDATE or DELETE; null where the database does not count. */
  get rowCount(): number | null {
    return this.#source.rowCount
  }

  /** Whether nothing can be read any more. */
  get closed(): boolean {
    return this.#cursor.closed !== null
  }

  /** Names of the columns, in order. */
  keys(): string[] {
    return [...this.#view.shape.keys]
  }

  /**
   * The primary key of the row that an INSERT has made, in the order of the table's columns.
   *
   * @throws InvalidRequestError the statement is no INSERT, or does not return the key's columns.
   */
  get insertedPrimaryKey(): Tuple[number][] {
    const { primaryKey, rows } = this.#source
    const [row] = rows ?? []
    if (!primaryKey || primaryKey.length === 0 || row === undefined)
      throw new InvalidRequestError(
        'The inserted primary key is known only of an INSERT of one row that returns it: insert(...).returning(...)',
      )
    return primaryKey.map((index) => row[index]) as Tuple[number][]
  }

  /** All rows that are left. */
  all(): Row[] {
    this.#check()
    const cursor = this.#cursor
    const rows = cursor.position === 0 ? cursor.rows : cursor.rows.slice(cursor.position)
    cursor.rows = []
    cursor.position = 0
    return this.#show(rows)
  }

  /** The next row; null where none is left. */
  fetchOne(): Row | null {
    const [row] = this.fetchMany(1)
    return row ?? null
  }

  /** The next `size` rows, or those that are left. */
  fetchMany(size: number): Row[] {
    this.#check()
    checkSize(size)
    const found: Row[] = []
    const cursor = this.#cursor
    while (found.length < size && cursor.position < cursor.rows.length) {
      const from = cursor.position
      cursor.position += size - found.length
      found.push(...this.#show(cursor.rows.slice(from, cursor.position)))
    }
    return found
  }

  /** The rows in portions of `size`. */
  *partitions(size: number): IterableIterator<Row[]> {
    checkSize(size)
    for (let part = this.fetchMany(size); part.length > 0; part = this.fetchMany(size)) yield part
  }

  /** The rows one after the other. */
  *[Symbol.iterator](): IterableIterator<Row> {
    yield* this.all()
  }

  /** The first row, null where there is none; the others are dropped and the result is closed. */
  first(): Row | null {
    const found = this.#take(1)
    return found.length === 0 ? null : (found[0] as Row)
  }

  /**
   * The only row.
   *
   * @throws NoResultFound there is none.
   * @throws MultipleResultsFound there are several.
   */
  one(): Row {
    const found = this.#take(2)
    if (found.length === 0) throw new NoResultFound('No row was found when one was required')
    if (found.length > 1) throw severalFound('exactly one was required')
    return found[0] as Row
  }

  /**
   * The only row, null where there is none.
   *
   * @throws MultipleResultsFound there are several.
   */
  oneOrNone(): Row | null {
    const found = this.#take(2)
    if (found.length > 1) throw severalFound('one or none was required')
    return found.length === 0 ? null : (found[0] as Row)
  }

  /** The first column of the first row, null where there is no row; the others are dropped and the result is closed. */
  scalar(): Tuple[0] | null {
    return this.scalars().first()
  }

  /** The first column of the only row. @throws NoResultFound, MultipleResultsFound */
  scalarOne(): Tuple[0] {
    return this.scalars().one()
  }

  /** The first column of the only row, null where there is none. @throws MultipleResultsFound */
  scalarOneOrNone(): Tuple[0] | null {
    return this.scalars().oneOrNone()
  }

  /**
   * One column of each row in place of the row.
   *
   * @param column position, name, or the expression selected. Default: the first.
   * @throws NoSuchColumnError there is no such column.
   */
  scalars<C extends ColumnKey = 0>(column?: C): Result<ColumnValue<Row, Tuple, C>, [ColumnValue<Row, Tuple, C>]> {
    const index = this.#source.rows === null ? 0 : this.#view.shape.indexOf(column ?? 0)
    return this.#pick('scalar', [index]) as never
  }

  /** Rows as arrays of values, typed one by one. */
  tuples(): Result<Tuple, Tuple> {
    return this.#with({ form: 'tuple' }) as never
  }

  /** Rows as plain objects. @throws AmbiguousColumnError two columns have the same name. */
  mappings(): Result<Row, Tuple> {
    return this.#with({ form: 'mapping' }) as never
  }

  /**
   * Rows with only these columns, in this order.
   *
   * @throws NoSuchColumnError there is no such column.
   */
  columns(...columns: readonly ColumnKey[]): Result<Record<string, unknown>, unknown[]> {
    const indexes = columns.map((column) => this.#view.shape.indexOf(column))
    return this.#pick(this.#view.form === 'scalar' ? 'row' : this.#view.form, indexes) as never
  }

  /**
   * Each row only once: rows are the same where all their values are, objects of classes (entities) where they are the same object.
   *
   * @param keyOf gives what tells rows apart, where it is not all values.
   */
  unique(keyOf?: (row: Row) => unknown): Result<Row, Tuple> {
    const key = (keyOf as ((item: unknown) => unknown) | undefined) ?? null
    return this.#with({ unique: { seen: new SeenValues(), keyOf: key, view: this.#view } }) as never
  }

  /** Drops what was not read. */
  close(): void {
    this.#cursor.rows = []
    this.#cursor.closed ??= 'closed'
  }

  #with(change: Partial<View>): Result {
    return new Result(this.#source, this.#cursor, { ...this.#view, ...change })
  }

  #pick(form: Form, indexes: readonly number[]): Result {
    const { shape, picked } = this.#view
    const inValues = picked === null ? indexes : indexes.map((index) => picked[index] ?? 0)
    return this.#with({ form, shape: shape.pick(indexes), picked: inValues })
  }

  /** Up to `limit` rows, for methods that look at no more and close the result. */
  #take(limit: number): Row[] {
    this.#check()
    const cursor = this.#cursor
    const rows = cursor.rows
    const { unique } = this.#view
    // Uniqueness may need more rows than are wanted.
    const found = this.#show(rows.slice(cursor.position, unique === null ? cursor.position + limit : rows.length))
    this.close()
    return found
  }

  /** Values of rows in the form that was asked for. */
  #show(rows: unknown[][]): Row[] {
    const { unique } = this.#view
    return show(this.#view, unique === null ? rows : distinct(rows, this.#view, unique)) as Row[]
  }

  #check(): void {
    const { closed } = this.#cursor
    if (closed === 'no rows')
      throw new ResourceClosedError('This result object does not return rows. It has been closed automatically.')
    if (closed === 'closed') throw new ResourceClosedError('This result object is closed.')
  }
}

function show(view: View, rows: unknown[][]): unknown[] {
  const { form, shape, picked } = view
  if (form === 'scalar') {
    const column = picked?.[0] ?? 0
    return rows.map((values) => values[column])
  }
  const own = picked === null ? rows : pickAll(rows, picked)
  if (form === 'row') return shape.rows(own)
  return form === 'tuple' ? own : shape.mappings(own)
}

function distinct(rows: unknown[][], view: View, { seen, keyOf, view: keyView }: Unique): unknown[][] {
  if (keyOf !== null) {
    const items = show(keyView, rows)
    return rows.filter((_, index) => seen.isNew([keyOf(items[index])]))
  }
  const { picked } = view
  return rows.filter((values) => seen.isNew(picked === null ? values : picked.map((index) => values[index])))
}

function pickAll(rows: readonly unknown[][], picked: readonly number[]): unknown[][] {
  return rows.map((values) => picked.map((index) => values[index]))
}

function severalFound(required: string): MultipleResultsFound {
  return new MultipleResultsFound(`Multiple rows were found when ${required}`)
}

function checkSize(size: number): void {
  if (!Number.isInteger(size) || size < 1)
    throw new InvalidRequestError(
      `The number of rows to fetch must be a whole number of at least 1, got ${String(size)}`,
    )
}
