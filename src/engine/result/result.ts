// `Result`: the rows that a statement gave, held in memory and read once.
import type { DriverNotice } from '../../dialect/contract/driver.ts'
import { ArgumentError, InvalidRequestError, NoResultFound } from '../../errors.ts'
import type { ColumnsRow, ColumnsTuple, ColumnValue } from './column-types.ts'
import { cursorOf, takeMade } from './cursor.ts'
import { FrozenResult } from './frozen.ts'
import { checkSize, isClosed, returnsNoRows, severalFound } from './refusals.ts'
import { defaultsOfOne, type ResultSource } from './result-source.ts'
import { type ColumnKey, RowShape } from './row-shape.ts'
import { keyFunction, SeenValues } from './unique.ts'
import {
  asShown,
  type Cursor,
  distinctRows,
  type Form,
  mergedView,
  pick,
  pickColumns,
  positionOf,
  showView,
  tellsByHidden,
  type View,
} from './view.ts'

const NO_SHAPE = new RowShape([])

/** How many rows a loop makes ready at a time. */
const ROWS_AHEAD = 256

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
    this.#cursor = cursor ?? cursorOf(source.rows, source.made, source.shape)
    this.#view = view ?? {
      form: 'row',
      shape: source.rows === null ? NO_SHAPE : source.shape,
      selecting: source.selecting ?? null,
      picked: null,
      unique: null,
      yieldPer: null,
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

  /**
   * What the server had to say beside the rows, in order: notices and warnings of the statement (`RAISE NOTICE`), those of the
   * transaction's end with that of the statement that ended it.
   *
   * @example
   * (await conn.execute('DROP TABLE IF EXISTS absent')).notices[0]?.message     // table "absent" does not exist, skipping
   */
  get notices(): readonly DriverNotice[] {
    return this.#source.notices ?? []
  }

  /** Whether nothing can be read any more. */
  get closed(): boolean {
    return this.#cursor.closed !== null
  }

  /** Names of the columns, in order. */
  keys(): string[] {
    return [...this.#view.shape.keys]
  }

  /** Whether the statement is an INSERT. */
  get isInsert(): boolean {
    return this.#source.inserted?.isInsert === true
  }

  /**
   * The primary key of the row that an INSERT has made, in the order of the table's columns: given values, values of client-side
   * defaults, and what the database has numbered. It comes back by itself where one row is inserted.
   *
   * @throws InvalidRequestError the statement is no INSERT of one row, or made none, or its key did not come back (`inline()`).
   * @example
   * const result = await conn.execute(insert(users).values({ name: 'ed' }))
   * const [id] = result.insertedPrimaryKey   // INSERT INTO users (name) VALUES ($1::VARCHAR) RETURNING users.id
   */
  get insertedPrimaryKey(): unknown[] {
    const { inserted } = this.#source
    const key = inserted?.count === 1 ? inserted.primaryKey(0) : null
    if (key === null)
      throw new InvalidRequestError(
        'The inserted primary key is known only of an INSERT that has made one row and returns its key: of several rows ask by insert(...).returning(...)',
      )
    return key
  }

  /**
   * The primary key of each row that an INSERT has made.
   *
   * @throws InvalidRequestError the statement is no INSERT, or the keys' columns did not come back.
   */
  get insertedPrimaryKeyRows(): unknown[][] {
    const { inserted } = this.#source
    const keys = Array.from({ length: inserted?.count ?? 0 }, (_, row) => inserted?.primaryKey(row) ?? null)
    if (inserted?.isInsert !== true || keys.includes(null))
      throw new InvalidRequestError(
        'The inserted primary keys are known only of an INSERT that returns them: insert(...).returning(...), or insert(...).returnDefaults() where execution gives several rows',
      )
    return keys as unknown[][]
  }

  /**
   * What the database has given to columns that an INSERT of one row did not write, or, by `returnDefaults()`, an UPDATE has set by
   * expressions, by key; null where nothing came back.
   * @throws InvalidRequestError several rows were inserted: {@link returnedDefaultsRows} has those of each.
   */
  get returnedDefaults(): Record<string, unknown> | null {
    return defaultsOfOne(this.#source.inserted ?? null)
  }

  /** The same of each row; null where nothing came back. */
  get returnedDefaultsRows(): Record<string, unknown>[] | null {
    const { inserted } = this.#source
    const rows = Array.from({ length: inserted?.count ?? 0 }, (_, row) => inserted?.returnedDefaults(row) ?? null)
    return rows.length === 0 || rows.includes(null) ? null : (rows as Record<string, unknown>[])
  }

  /** All rows that are left. */
  all(): Row[] {
    this.#check()
    const cursor = this.#cursor
    const made = takeMade(cursor, this.#view)
    if (made !== null) return made as Row[]
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
      for (const row of this.#show(cursor.rows.slice(from, cursor.position))) found.push(row)
    }
    return found
  }

  /**
   * The rows in portions.
   *
   * @param size how many rows at a time. Default: what {@link yieldPer} says, or all.
   */
  *partitions(size?: number): IterableIterator<Row[]> {
    const each = size ?? this.#view.yieldPer ?? Number.MAX_SAFE_INTEGER
    for (let part = this.fetchMany(each); part.length > 0; part = this.fetchMany(each)) yield part
  }

  /** Lets {@link partitions} give so many rows at a time. The rows of a Result are in memory already; `stream()` fetches them in portions. */
  yieldPer(size: number): Result<Row, Tuple> {
    checkSize(size)
    return this.#with({ yieldPer: size }) as never
  }

  /** The rows one after the other; those that the loop does not reach stay to be read. */
  *[Symbol.iterator](): IterableIterator<Row> {
    this.#check()
    const cursor = this.#cursor
    // What is seen by unique() is seen, so such rows are looked at one by one.
    const ahead = this.#view.unique === null ? ROWS_AHEAD : 1
    while (cursor.position < cursor.rows.length) {
      const { rows, position } = cursor
      const shown = this.#show(rows.slice(position, position + ahead))
      if (shown.length === 0) cursor.position += 1
      for (let index = 0; index < shown.length; index += 1) {
        // Somebody else may have read, or closed, in the middle.
        if (cursor.rows !== rows || cursor.position !== position + index) break
        cursor.position += 1
        yield shown[index] as Row
      }
    }
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
    const index = this.#source.rows === null ? 0 : positionOf(this.#view, column ?? 0)
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
   * Rows with only these columns, in this order; a column may be named twice.
   *
   * @throws NoSuchColumnError there is no such column.
   */
  columns<const K extends readonly ColumnKey[]>(
    ...columns: K
  ): Result<ColumnsRow<Row, Tuple, K>, ColumnsTuple<Row, Tuple, K>> {
    if (this.#source.rows === null) this.#check()
    const indexes = columns.map((column) => positionOf(this.#view, column))
    return this.#pick(this.#view.form === 'scalar' ? 'row' : this.#view.form, indexes) as never
  }

  /**
   * Each row only once: rows are the same where all their values are, objects of classes (entities) where they are the same object.
   *
   * @param keyOf gives what tells rows apart, where it is not all values.
   */
  unique(keyOf?: (row: Row) => unknown): Result<Row, Tuple> {
    const key = keyFunction(keyOf)
    return this.#with({ unique: { seen: new SeenValues(), keyOf: key, view: this.#view } }) as never
  }

  /**
   * The rows that are left, to be read again and again. This result has nothing left then.
   *
   * @example
   * const frozen = (await conn.execute(select(users.c.id))).freeze()
   * frozen.result().all()   // as often as is wanted
   */
  freeze(): FrozenResult<Result<Row, Tuple>> {
    const rows = this.#left()
    const { rowCount } = this.#source
    const view = asShown(this.#view)
    const copy = (): unknown[][] => rows.map((values) => values.slice())
    return new FrozenResult(
      () => new Result({ rows: copy(), shape: view.shape, rowCount }, undefined, view) as Result<Row, Tuple>,
    )
  }

  /**
   * The rows that are left in this result and in others, one after the other. The results have nothing left then.
   *
   * @throws ArgumentError something that is no result.
   * @throws InvalidRequestError a result has other columns, or lacks those by which `unique()` tells rows apart.
   */
  merge(...others: readonly Result<Row, Tuple>[]): Result<Row, Tuple> {
    const all: readonly Result<Row, Tuple>[] = [this, ...others]
    if (!others.every((each) => each instanceof Result)) throw new ArgumentError('merge() takes results of executions')
    const { shape } = this.#view
    const other = others.find((each) => !each.#view.shape.isLike(shape))
    if (other !== undefined)
      throw new InvalidRequestError(
        `Only results with the same columns can be merged: ${shape.keys.join(', ')} and ${other.keys().join(', ')}`,
      )
    const whole = tellsByHidden(this.#view)
    if (whole && !others.every((each) => each.#source.shape.isLike(this.#source.shape)))
      throw new InvalidRequestError('unique() tells rows apart by columns that are not shown, and a result lacks them')
    const counts = all.map((each) => each.rowCount)
    const rowCount = counts.includes(null) ? null : counts.reduce((sum: number, count) => sum + (count ?? 0), 0)
    const rows = all.flatMap((each) => each.#left(whole))
    return new Result({ rows, shape, rowCount }, undefined, mergedView(this.#view, whole))
  }

  /** Drops what was not read. */
  close(): void {
    this.#cursor.rows = []
    this.#cursor.closed ??= 'closed'
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** Takes the values of all rows that are left, as far as they are shown, or all of them. */
  #left(whole: boolean = false): unknown[][] {
    this.#check()
    const cursor = this.#cursor
    const rows = cursor.rows.slice(cursor.position)
    cursor.rows = []
    cursor.position = 0
    const left = distinctRows(this.#view, rows)
    return whole ? left : pickColumns(this.#view, left)
  }

  #with(change: Partial<View>): Result {
    return new Result(this.#source, this.#cursor, { ...this.#view, ...change })
  }

  #pick(form: Form, indexes: readonly number[]): Result {
    return this.#with(pick(this.#view, form, indexes))
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
    return showView(this.#view, rows) as Row[]
  }

  #check(): void {
    const { closed } = this.#cursor
    if (closed === 'no rows') throw returnsNoRows()
    if (closed === 'closed') throw isClosed()
  }
}
