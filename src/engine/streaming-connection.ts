// What a Connection does with rows that are not held in memory: streams, and COPY in both directions.
import { LinkedAbort } from '../abort.ts'
import { ArgumentError, ResourceClosedError } from '../errors.ts'
import { Executable } from '../expression/base/executable.ts'
import type { ColumnDefinitions, RowOf } from '../expression/from/typed.ts'
import { Table } from '../expression/schema/table.ts'
import { select } from '../expression/select/select.ts'
import { checkKeys } from '../nearest.ts'
import { type CopyFromOptions, type CopyOptions, type CopyRow, copyBytes, copyRows, type Source } from './copy-from.ts'
import { CopyPages, type CopyReading, copyOutBytes } from './copy-to.ts'
import type { Link } from './link.ts'
import { NOTIFY } from './listen.ts'
import { checkNotifications } from './listen-session.ts'
import type { ExecuteOptions } from './options.ts'
import type { NamedParameters } from './parameters.ts'
import { StreamResult } from './result/stream-result.ts'
import { LinkStream, type StreamRequest } from './stream-source.ts'

/** The part of a Connection that streams and copies. */
export abstract class StreamingConnection {
  /** What is being copied out at present. */
  readonly #copies: Set<CopyReading> = new Set()
  /** What is being copied in. */
  readonly #incoming: Set<LinkedAbort> = new Set()

  /** @internal */
  protected abstract get streamLink(): Link

  /**
   * The rows of a statement as the database gives them, `yieldPer` at a time: never all in memory. Other statements may be run
   * on this connection between two rows. The rows live as long as the transaction: COMMIT and ROLLBACK drop those not read yet.
   *
   * @param options `yieldPer` is how many rows travel in one flight. Default 1000.
   * @throws what {@link execute} throws, when rows are read.
   * @throws InvalidRequestError the connection is in AUTOCOMMIT, or the database has no cursors; when rows are read.
   * @throws ResourceClosedError the transaction is over; when rows are read.
   * @example
   * for await (const user of conn.stream(select(users.c.id, users.c.name), null, { yieldPer: 500 }))
   *   await conn.execute(insert(log).values({ userId: user.id }))
   */
  stream<Row, Tuple extends unknown[]>(
    statement: Executable<Row, Tuple>,
    parameters?: NamedParameters | null,
    options?: ExecuteOptions,
  ): StreamResult<Row, Tuple>
  stream(
    sql: string,
    values?: readonly unknown[] | null,
    options?: ExecuteOptions,
  ): StreamResult<Record<string, unknown>, unknown[]>
  stream(statement: Executable | string, parameters?: unknown, options?: ExecuteOptions): StreamResult {
    if (options?.server !== undefined)
      throw new ArgumentError(
        'stream() of a Connection has no option server: engine.connect({ server: ... }) chooses it',
      )
    return new StreamResult(this.pagesOf({ statement, parameters, options }))
  }

  /** @internal */
  pagesOf(request: StreamRequest): LinkStream {
    return new LinkStream(this.streamLink, request)
  }

  /**
   * Moves rows into a table by COPY: the fastest way for many rows whose keys need not come back. The rows are taken from the
   * source as fast as the database takes them, all or none are copied, and the types of the columns encode their values. Columns that
   * the rows do not have get the database's defaults; defaults of the client are not evaluated.
   *
   * With SQL of the form `COPY ... FROM STDIN` in place of the table, moves bytes or strings in the format that it names.
   *
   * @returns how many rows were copied.
   * @throws ArgumentError a row has other columns than the first, a value is missing, or the source cannot be iterated.
   * @throws DataError a value is none of its column's type; the message tells row and column.
   * @throws what the source throws, and what {@link Connection.execute} throws. The transaction has failed then.
   * @throws InvalidRequestError the database has no COPY.
   * @example
   * await conn.copyFrom(users, [{ id: 1, name: 'ed' }, { id: 2, name: 'wendy' }])     // COPY users (id, name) FROM STDIN
   * await conn.copyFrom('COPY users (id, name) FROM STDIN (FORMAT csv)', createReadStream('users.csv'))
   */
  copyFrom<D extends ColumnDefinitions>(
    table: Table<D>,
    rows: Source<CopyRow<RowOf<D>>>,
    options?: CopyFromOptions,
  ): Promise<number>
  copyFrom(sql: string, source: Source<Uint8Array | string>, options?: CopyOptions): Promise<number>
  async copyFrom(target: Table | string, source: unknown, options: CopyFromOptions = {}): Promise<number> {
    checkKeys('copyFrom()', options, ['columns', 'signal'])
    const closing = new LinkedAbort(options.signal)
    const own = { ...options, signal: closing.signal }
    this.#incoming.add(closing)
    try {
      if (typeof target === 'string') return await copyBytes(this.streamLink, target, source, own)
      if (target instanceof Table) return await copyRows(this.streamLink, target, source, own)
    } finally {
      this.#incoming.delete(closing)
      closing.release()
    }
    throw new ArgumentError('copyFrom() takes a table, or SQL of the form COPY ... FROM STDIN')
  }

  /**
   * Moves the rows of a table or a query out by COPY, at the pace at which they are read. Until the last row was read, or the loop
   * left, the connection does nothing else. A query's values are written into its text, as COPY takes no parameters.
   *
   * With SQL of the form `COPY ... TO STDOUT`, gives the bytes in the format that it names.
   *
   * @throws what {@link Connection.execute} throws, when rows are read.
   * @throws InvalidRequestError the database has no COPY; when rows are read.
   * @example
   * for await (const user of conn.copyTo(select(users.c.id, users.c.name))) console.log(user.id, user.name)
   * // COPY (SELECT users.id, users.name FROM users) TO STDOUT
   * for await (const bytes of conn.copyTo('COPY users TO STDOUT (FORMAT csv, HEADER)')) process.stdout.write(bytes)
   */
  copyTo<Row, Tuple extends unknown[]>(query: Executable<Row, Tuple>, options?: CopyOptions): StreamResult<Row, Tuple>
  copyTo<D extends ColumnDefinitions>(table: Table<D>, options?: CopyOptions): StreamResult<RowOf<D>>
  copyTo(sql: string, options?: CopyOptions): AsyncIterable<Uint8Array>
  copyTo(source: Executable | Table | string, options: CopyOptions = {}): StreamResult | AsyncIterable<Uint8Array> {
    if (typeof source === 'string') return copyOutBytes(this.streamLink, source, options, this.#copies)
    const query = source instanceof Table ? select(source) : source
    if (!(query instanceof Executable))
      throw new ArgumentError('copyTo() takes a table, a query, or SQL of the form COPY ... TO STDOUT')
    return new StreamResult(new CopyPages(this.streamLink, query, options, this.#copies))
  }

  /**
   * Sends a notification to a channel when the transaction is committed; to nobody where it is rolled back.
   *
   * @param payload less than 8000 bytes. Default: empty.
   * @throws what {@link Connection.execute} throws.
   * @throws InvalidRequestError the database has no notifications.
   */
  async notify(channel: string, payload: string = ''): Promise<void> {
    checkNotifications(this.streamLink.runtime)
    await this.execute(NOTIFY, [channel, payload])
  }

  /** @internal */
  abstract execute(sql: string, values: readonly unknown[]): PromiseLike<unknown>

  /** @internal Stops what is still being copied: somebody forgot to read it to its end, or its source may never come to one. */
  protected async leaveCopies(): Promise<void> {
    for (const copy of this.#incoming) copy.abort(new ResourceClosedError('The Connection was closed while it copied'))
    for (const copy of this.#copies) await copy.drop()
  }
}
