// `StreamResult`: the rows of a statement as they come, page by page, never all in memory.
import { NoResultFound, ResourceClosedError } from '../../errors.ts'
import type { ColumnsRow, ColumnsTuple, ColumnValue } from './column-types.ts'
import { checkSize, isClosed, returnsNoRows, severalFound } from './refusals.ts'
import type { ColumnKey, RowShape } from './row-shape.ts'
import { keyFunction, SeenValues } from './unique.ts'
import { pick, positionOf, type Selecting, showView, type View } from './view.ts'

/** A place from which pages of rows come. @internal */
export interface Pages {
  /** Known once the first page was asked for; null where the statement returns no rows. */
  readonly shape: RowShape | null
  /** The statement that gives the rows, once the shape is known; null or absent where it does not know what it selects. */
  readonly selecting?: Selecting | null
  /** The next page; null at the end. */
  next(): Promise<unknown[][] | null>
  close(): Promise<void>
}

/** How far a stream has been read; shared by all views of it. */
class Reading {
  readonly pages: Pages
  #page: unknown[][] = []
  #position = 0
  /** The page that was asked for; several readers wait for the same one. */
  #turning: Promise<boolean> | null = null
  #started = false
  #ended = false
  #failure: { readonly error: unknown } | null = null
  closed = false

  constructor(pages: Pages) {
    this.pages = pages
  }

  /** The shape of the rows; asks for the first page where that was not done. */
  async shape(): Promise<RowShape> {
    if (this.closed) throw isClosed()
    if (!this.#started) await this.#turn()
    const { shape } = this.pages
    if (shape !== null) return shape
    throw returnsNoRows()
  }

  /** Rows that are at hand, up to so many; null where a page has to be asked for. */
  takeNow(limit: number): unknown[][] | null {
    const left = this.#page.length - this.#position
    if (left === 0) return null
    const rows =
      this.#position === 0 && left <= limit ? this.#page : this.#page.slice(this.#position, this.#position + limit)
    this.#position += rows.length
    return rows
  }

  /** The next rows, up to so many, of one page at most; none at the end. */
  async take(limit: number): Promise<unknown[][]> {
    for (;;) {
      if (this.closed) throw isClosed()
      const rows = this.takeNow(limit)
      if (rows !== null) return rows
      if (!(await this.#turn())) return []
    }
  }

  /** The next page; false at the end. */
  #turn(): Promise<boolean> {
    if (this.#ended) return Promise.resolve(false)
    if (this.#failure !== null) return Promise.reject(failedBefore(this.#failure.error))
    this.#turning ??= this.#next().finally(() => {
      this.#started = true
      this.#turning = null
    })
    return this.#turning
  }

  async #next(): Promise<boolean> {
    // What was delivered is let go before more is asked for.
    this.#page = []
    this.#position = 0
    const page = await this.pages.next().catch((error: unknown) => {
      // Once more asked it would give nothing, as if all had been read.
      this.#failure = { error }
      throw error
    })
    this.#ended = page === null
    // Who closed it in the meantime wants none of them.
    if (!this.closed) this.#page = page ?? []
    return !this.#ended
  }

  /** Lets go of the database when all is read; reading on gives nothing then, and is no error. */
  async end(): Promise<void> {
    this.#ended = true
    await this.pages.close()
  }

  async close(): Promise<void> {
    this.closed = true
    this.#page = []
    this.#position = 0
    await this.pages.close()
  }
}

function failedBefore(error: unknown): ResourceClosedError {
  return new ResourceClosedError('Reading this stream has failed before: the rows that it had not given are gone', {
    cause: error,
  })
}

/** Makes the view of a stream once the shape of its rows is known. */
type Show = (base: View) => View

/**
 * The rows of a statement as the database gives them: a page at a time, the next one when the last is read. Iterate over it; what
 * the loop does not reach is let go. Nothing is sent before the first row is asked for.
 *
 * `scalars()`, `tuples()`, `mappings()`, `columns()` and `unique()` are views of the same rows, which are read once.
 *
 * @example
 * for await (const row of conn.stream(select(users.c.id, users.c.name))) console.log(row.id, row.name)
 */
export class StreamResult<Row = unknown, Tuple extends unknown[] = unknown[]>
  implements AsyncIterable<Row>, AsyncDisposable
{
  readonly #reading: Reading
  readonly #show: Show
  #view: View | null = null

  /** @internal */
  constructor(source: Pages | Reading, show: Show = (base) => base) {
    this.#reading = source instanceof Reading ? source : new Reading(source)
    this.#show = show
  }

  /** Whether it was closed: nothing can be read any more. */
  get closed(): boolean {
    return this.#reading.closed
  }

  /** Names of the columns, in order. Asks for the first page where that was not done. */
  async keys(): Promise<string[]> {
    return [...(await this.#shown()).shape.keys]
  }

  /** The rows one after the other. Leaving the loop closes the stream. */
  [Symbol.asyncIterator](): AsyncIterator<Row, undefined> {
    const reading = this.#reading
    let ready: Row[] = []
    let at = 0
    let last: Promise<unknown> | null = null
    let waiting = 0
    let ended = false
    const more = async (): Promise<IteratorResult<Row, undefined>> => {
      if (ended) return { value: undefined, done: true }
      ready = await this.#next(Number.POSITIVE_INFINITY)
      at = 1
      if (ready.length === 0) {
        ended = true
        await reading.close()
        return { value: undefined, done: true }
      }
      return { value: ready[0] as Row, done: false }
    }
    const next = (): Promise<IteratorResult<Row, undefined>> =>
      at < ready.length && !reading.closed ? Promise.resolve({ value: ready[at++] as Row, done: false }) : more()
    // Who asks before the last answer has come is answered behind it.
    const turn = async (before: Promise<unknown> | null): Promise<IteratorResult<Row, undefined>> => {
      try {
        await before?.catch(() => undefined)
        return await next()
      } finally {
        waiting -= 1
      }
    }
    return {
      next: () => {
        if (waiting === 0 && at < ready.length) return next()
        waiting += 1
        // Nobody but the reader waits for it: the stack of an error does not go beyond what two wait for.
        const answer = turn(waiting === 1 ? null : last)
        last = answer
        return answer
      },
      return: async () => {
        ended = true
        await reading.close()
        return { value: undefined, done: true }
      },
    }
  }

  /**
   * The rows in lists of `size`, the last of which may be shorter. Leaving the loop closes the stream.
   *
   * @param size default: as they come from the database, a page at a time (`yieldPer`).
   */
  partitions(size?: number): AsyncIterable<Row[]> {
    if (size !== undefined) checkSize(size)
    return {
      [Symbol.asyncIterator]: () => this.#partitions(size),
    }
  }

  async *#partitions(size: number | undefined): AsyncGenerator<Row[], undefined, undefined> {
    try {
      for (;;) {
        const rows = size === undefined ? await this.#next(Number.POSITIVE_INFINITY) : await this.#several(size)
        if (rows.length === 0) return undefined
        yield rows
      }
    } finally {
      await this.close()
    }
  }

  /** The next row; null where there is none left. */
  async fetchOne(): Promise<Row | null> {
    return (await this.#next(1))[0] ?? null
  }

  /** The next rows, `size` of them unless fewer are left. */
  async fetchMany(size: number): Promise<Row[]> {
    checkSize(size)
    return this.#several(size)
  }

  /** All rows that are left, in memory. */
  async all(): Promise<Row[]> {
    const rows = await this.#several(Number.POSITIVE_INFINITY)
    await this.#reading.end()
    return rows
  }

  /** The first row, null where there is none; the others are dropped. */
  async first(): Promise<Row | null> {
    const [row = null] = await this.#atMost(1)
    return row
  }

  /**
   * The only row.
   *
   * @throws NoResultFound there is none.
   * @throws MultipleResultsFound there are several.
   */
  async one(): Promise<Row> {
    const found = await this.#atMost(2)
    if (found.length === 0) throw new NoResultFound('No row was found when one was required')
    if (found.length > 1) throw severalFound('exactly one was required')
    return found[0] as Row
  }

  /**
   * The only row, null where there is none.
   *
   * @throws MultipleResultsFound there are several.
   */
  async oneOrNone(): Promise<Row | null> {
    const found = await this.#atMost(2)
    if (found.length > 1) throw severalFound('one or none was required')
    return found[0] ?? null
  }

  /** The first column of the first row, null where there is no row; the others are dropped. */
  scalar(): Promise<Tuple[0] | null> {
    return this.scalars().first()
  }

  /** The first column of the only row. @throws NoResultFound, MultipleResultsFound */
  scalarOne(): Promise<Tuple[0]> {
    return this.scalars().one()
  }

  /** The first column of the only row, null where there is none. @throws MultipleResultsFound */
  scalarOneOrNone(): Promise<Tuple[0] | null> {
    return this.scalars().oneOrNone()
  }

  /** One column of each row in place of the row. @param column position, name, or the expression selected. Default: the first. */
  scalars<C extends ColumnKey = 0>(column?: C): StreamResult<ColumnValue<Row, Tuple, C>, [ColumnValue<Row, Tuple, C>]> {
    return this.#with((view) => pick(view, 'scalar', [positionOf(view, column ?? 0)])) as never
  }

  /** Rows as arrays of values, typed one by one. */
  tuples(): StreamResult<Tuple, Tuple> {
    return this.#with((view) => ({ ...view, form: 'tuple' })) as never
  }

  /** Rows as plain objects. Reading throws AmbiguousColumnError where two columns have the same name. */
  mappings(): StreamResult<Row, Tuple> {
    return this.#with((view) => ({ ...view, form: 'mapping' })) as never
  }

  /** Rows with only these columns, in this order. Reading throws NoSuchColumnError where there is no such column. */
  columns<const K extends readonly ColumnKey[]>(
    ...columns: K
  ): StreamResult<ColumnsRow<Row, Tuple, K>, ColumnsTuple<Row, Tuple, K>> {
    return this.#with((view) =>
      pick(
        view,
        view.form === 'scalar' ? 'row' : view.form,
        columns.map((column) => positionOf(view, column)),
      ),
    ) as never
  }

  /**
   * Each row only once. What tells them apart is remembered for all rows that were read: memory grows with their number.
   *
   * @param keyOf gives what tells rows apart, where it is not all values.
   */
  unique(keyOf?: (row: Row) => unknown): StreamResult<Row, Tuple> {
    const key = keyFunction(keyOf)
    return this.#with((view) => ({ ...view, unique: { seen: new SeenValues(), keyOf: key, view } })) as never
  }

  /** Lets go of the rows that were not read. Calling it again does nothing. */
  close(): Promise<void> {
    return this.#reading.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #with(change: Show): StreamResult {
    return new StreamResult(this.#reading as Reading, (base) => change(this.#show(base)))
  }

  async #shown(): Promise<View> {
    this.#view ??= this.#show({
      form: 'row',
      shape: await this.#reading.shape(),
      selecting: this.#reading.pages.selecting ?? null,
      picked: null,
      unique: null,
      yieldPer: null,
    })
    return this.#view
  }

  /** The next rows, up to so many, of one page at most; none at the end only. */
  async #next(limit: number): Promise<Row[]> {
    if (this.closed) throw isClosed()
    const view = await this.#shown()
    for (;;) {
      const rows = await this.#reading.take(limit)
      if (rows.length === 0) return []
      // Of rows that are shown once there may be none in a page.
      const shown = showView(view, rows) as Row[]
      if (shown.length > 0) return shown
    }
  }

  async #several(count: number): Promise<Row[]> {
    const all: Row[] = []
    while (all.length < count) {
      const rows = await this.#next(count - all.length)
      if (rows.length === 0) break
      for (const row of rows) all.push(row)
    }
    return all
  }

  async #atMost(count: number): Promise<Row[]> {
    try {
      return await this.#several(count)
    } finally {
      await this.close()
    }
  }
}
