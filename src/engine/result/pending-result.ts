// `PendingResult`: a statement that is run when it is first awaited, with the methods of its result.
import type { ColumnsRow, ColumnsTuple, ColumnValue } from './column-types.ts'
import type { FrozenResult } from './frozen.ts'
import type { Result } from './result.ts'
import type { ColumnKey } from './row-shape.ts'

/**
 * Something that happens when it is first awaited, and once. It is a promise to everybody who awaits it; nobody who does not
 * gets an unhandled rejection.
 */
export abstract class Lazy<T> implements Promise<T> {
  #promise: Promise<T> | null = null

  /** @internal Does it. Called once. */
  protected abstract begin(): Promise<T>

  /** @internal The statement behind it all, which may still be told how to run; null where it was started. */
  abstract unstarted(): PendingResult | null

  /** @internal Whether it has begun. */
  protected get begun(): boolean {
    return this.#promise !== null
  }

  // biome-ignore lint/suspicious/noThenProperty: awaiting it is what it is for
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#promise ??= this.begin()
    return this.#promise.then(onFulfilled, onRejected)
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.then(null, onRejected)
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.then().finally(onFinally)
  }

  get [Symbol.toStringTag](): string {
    return 'Promise'
  }
}

/** One value of a result that is still to come. */
class PendingValue<T> extends Lazy<T> {
  readonly #result: PendingResult
  readonly #read: (result: Result) => T
  readonly #whole: boolean

  /** @param whole whether all that is read of the result is all its rows, as objects. */
  constructor(result: PendingResult, read: (result: Result) => T, whole: boolean) {
    super()
    this.#result = result
    this.#read = read
    this.#whole = whole
  }

  protected async begin(): Promise<T> {
    if (this.#whole) this.#result.expectObjects()
    return this.#read(await this.#result)
  }

  unstarted(): PendingResult | null {
    return this.begun ? null : this.#result.unstarted()
  }
}

/**
 * The result of a statement that is still to be sent. Nothing is sent before it, or what one of its methods returns, is
 * awaited. Awaiting it gives the {@link Result}; its methods are the result's own, awaited:
 * `await conn.execute(s).all()` is `(await conn.execute(s)).all()`.
 */
export abstract class PendingResult<Row = unknown, Tuple extends unknown[] = unknown[]> extends Lazy<
  Result<Row, Tuple>
> {
  /** See {@link Result.all}. */
  all(): Promise<Row[]> {
    return this.#value((result) => result.all(), true)
  }

  /** @internal Tells a statement that was not started that its rows will be read as objects; it may make use of it. */
  expectObjects(): void {}

  /** See {@link Result.one}. */
  one(): Promise<Row> {
    return this.#value((result) => result.one())
  }

  /** See {@link Result.oneOrNone}. */
  oneOrNone(): Promise<Row | null> {
    return this.#value((result) => result.oneOrNone())
  }

  /** See {@link Result.first}. */
  first(): Promise<Row | null> {
    return this.#value((result) => result.first())
  }

  /** See {@link Result.scalar}. */
  scalar(): Promise<Tuple[0] | null> {
    return this.#value((result) => result.scalar())
  }

  /** See {@link Result.scalarOne}. */
  scalarOne(): Promise<Tuple[0]> {
    return this.#value((result) => result.scalarOne())
  }

  /** See {@link Result.scalarOneOrNone}. */
  scalarOneOrNone(): Promise<Tuple[0] | null> {
    return this.#value((result) => result.scalarOneOrNone())
  }

  /** See {@link Result.partitions}. */
  partitions(size?: number): Promise<IterableIterator<Row[]>> {
    return this.#value((result) => result.partitions(size))
  }

  /** See {@link Result.freeze}. */
  freeze(): Promise<FrozenResult<Result<Row, Tuple>>> {
    return this.#value((result) => result.freeze())
  }

  /** See {@link Result.keys}. */
  keys(): Promise<string[]> {
    return this.#value((result) => result.keys())
  }

  /** See {@link Result.scalars}. */
  scalars<C extends ColumnKey = 0>(
    column?: C,
  ): PendingResult<ColumnValue<Row, Tuple, C>, [ColumnValue<Row, Tuple, C>]> {
    return this.#view((result) => result.scalars(column)) as never
  }

  /** See {@link Result.tuples}. */
  tuples(): PendingResult<Tuple, Tuple> {
    return this.#view((result) => result.tuples()) as never
  }

  /** See {@link Result.mappings}. */
  mappings(): PendingResult<Row, Tuple> {
    return this.#view((result) => result.mappings()) as never
  }

  /** See {@link Result.columns}. */
  columns<const K extends readonly ColumnKey[]>(
    ...columns: K
  ): PendingResult<ColumnsRow<Row, Tuple, K>, ColumnsTuple<Row, Tuple, K>> {
    return this.#view((result) => result.columns(...columns)) as never
  }

  /** See {@link Result.yieldPer}. */
  yieldPer(size: number): PendingResult<Row, Tuple> {
    return this.#view((result) => result.yieldPer(size)) as never
  }

  /** See {@link Result.unique}. */
  unique(keyOf?: (row: Row) => unknown): PendingResult<Row, Tuple> {
    return this.#view((result) => result.unique(keyOf)) as never
  }

  #value<T>(read: (result: Result<Row, Tuple>) => T, whole = false): Promise<T> {
    return new PendingValue(this as unknown as PendingResult, read as (result: Result) => T, whole)
  }

  #view(show: (result: Result<Row, Tuple>) => unknown): PendingView {
    return new PendingView(this as unknown as PendingResult, show as (result: Result) => Result)
  }
}

/** A view of a result that is still to come. */
class PendingView extends PendingResult {
  readonly #result: PendingResult
  readonly #show: (result: Result) => Result

  constructor(result: PendingResult, show: (result: Result) => Result) {
    super()
    this.#result = result
    this.#show = show
  }

  protected async begin(): Promise<Result> {
    return this.#show(await this.#result)
  }

  unstarted(): PendingResult | null {
    return this.begun ? null : this.#result.unstarted()
  }
}
