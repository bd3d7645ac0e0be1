// The signatures of the functions that `func` knows: types only.
import type { Expression } from '../element/column-element.ts'
import type { Windowed } from '../element/window.ts'
import type { Range } from '../types/range.ts'
import type { IntervalValue } from '../types/temporal.ts'
import type { FunctionCall } from './function.ts'

/** A function that is not known here; what it gives is `unknown` unless the caller says. */
export interface AnyFunction {
  <V = unknown>(...args: readonly unknown[]): FunctionCall<V>
  /** A function of this schema or package: `func.pg_catalog.pg_typeof(x)`. */
  readonly [name: string]: AnyFunction
}

/** A value or an expression. */
type Argument<V> = V | Expression<V>
type Anything = Expression<unknown>
type Text = Argument<string | null>
type Count = Argument<number | null>

/** A mean of numbers is a number; one of exact decimals or 64-bit integers is an exact decimal. */
type Mean<V> = V extends bigint ? string : V

/** Between two values stands a number, also where they are of 64 bits. */
interface Interpolating {
  withinGroup<T>(first: Expression<T>, ...by: readonly Expression[]): Windowed<T extends bigint ? number : T>
}

interface Aggregates {
  /** `count(x)`; without an argument `count(*)`. */
  count(of?: Anything): FunctionCall<number>
  sum<V>(of: Expression<V>): FunctionCall<V | null>
  avg<V>(of: Expression<V>): FunctionCall<Mean<V> | null>
  stddev<V>(of: Expression<V>): FunctionCall<Mean<V> | null>
  variance<V>(of: Expression<V>): FunctionCall<Mean<V> | null>
  min<V>(of: Expression<V>): FunctionCall<V | null>
  max<V>(of: Expression<V>): FunctionCall<V | null>
  boolAnd(of: Expression<boolean | null>): FunctionCall<boolean | null>
  boolOr(of: Expression<boolean | null>): FunctionCall<boolean | null>
  every(of: Expression<boolean | null>): FunctionCall<boolean | null>
  /** An array of the values; null for no rows. */
  arrayAgg<V>(of: Expression<V>): FunctionCall<V[] | null>
  /** The values as one text, with the separator between them: `string_agg` in PostgreSQL, `group_concat` in SQLite. */
  aggregateStrings(of: Expression<string | null>, separator: Text): FunctionCall<string | null>
  stringAgg(of: Expression<string | null>, delimiter: Text): FunctionCall<string | null>
  jsonAgg<V = unknown>(of: Anything): FunctionCall<V[] | null>
  jsonbAgg<V = unknown>(of: Anything): FunctionCall<V[] | null>
  jsonObjectAgg<V = unknown>(key: Anything, value: Anything): FunctionCall<Record<string, V> | null>
  jsonbObjectAgg<V = unknown>(key: Anything, value: Anything): FunctionCall<Record<string, V> | null>
  /** With `.withinGroup(x)`. */
  percentileCont(fraction: Count): Interpolating & FunctionCall<number | null>
  /** With `.withinGroup(x)`. */
  percentileDisc(fraction: Count): FunctionCall<number | null>
  /** With `.withinGroup(x)`. */
  mode(): FunctionCall<unknown>
}

interface WindowFunctions {
  rowNumber(): FunctionCall<number>
  rank(): FunctionCall<number>
  denseRank(): FunctionCall<number>
  percentRank(): FunctionCall<number>
  cumeDist(): FunctionCall<number>
  ntile(buckets: Count): FunctionCall<number>
  lag<V>(of: Expression<V>, offset?: Count): FunctionCall<V | null>
  lag<V>(of: Expression<V>, offset: Count, otherwise: Argument<V>): FunctionCall<V>
  lead<V>(of: Expression<V>, offset?: Count): FunctionCall<V | null>
  lead<V>(of: Expression<V>, offset: Count, otherwise: Argument<V>): FunctionCall<V>
  firstValue<V>(of: Expression<V>): FunctionCall<V>
  lastValue<V>(of: Expression<V>): FunctionCall<V>
  nthValue<V>(of: Expression<V>, n: Count): FunctionCall<V | null>
}

interface Groupings {
  /** In GROUP BY: groups by all of these, by all but the last, and so on. */
  rollup(...by: readonly Anything[]): FunctionCall
  /** In GROUP BY: groups by every choice of these. */
  cube(...by: readonly Anything[]): FunctionCall
  /** In GROUP BY: groups by each of these, `tuple()`s of several. */
  groupingSets(...by: readonly Anything[]): FunctionCall
  /** Which of these a row of `rollup()` and its kin is not grouped by, as bits. */
  grouping(...by: readonly Anything[]): FunctionCall<number>
}

interface Conditionals {
  /** The first argument that is not NULL. */
  coalesce<V>(first: Expression<V | null>, ...rest: readonly Argument<V>[]): FunctionCall<V>
  /** NULL where both are equal, else the first. */
  nullif<V>(one: Expression<V>, other: Argument<V>): FunctionCall<V | null>
  greatest<V>(first: Expression<V>, ...rest: readonly Argument<V>[]): FunctionCall<V>
  least<V>(first: Expression<V>, ...rest: readonly Argument<V>[]): FunctionCall<V>
}

interface TextFunctions {
  lower<V extends string | null>(text: Argument<V>): FunctionCall<Widened<V>>
  /** Of a range or multirange: its lower end; NULL where it is empty or has none. */
  lower<T>(range: Expression<Range<T> | readonly Range<T>[] | null>): FunctionCall<T | null>
  upper<V extends string | null>(text: Argument<V>): FunctionCall<Widened<V>>
  /** Of a range or multirange: its upper end; NULL where it is empty or has none. */
  upper<T>(range: Expression<Range<T> | readonly Range<T>[] | null>): FunctionCall<T | null>
  trim<V extends string | null>(text: Argument<V>): FunctionCall<Widened<V>>
  initcap<V extends string | null>(text: Argument<V>): FunctionCall<Widened<V>>
  reverse<V extends string | null>(text: Argument<V>): FunctionCall<Widened<V>>
  md5<V extends string | null>(text: Argument<V>): FunctionCall<Widened<V>>
  length<V extends string | null>(text: Argument<V>): FunctionCall<number | Extract<V, null>>
  charLength<V extends string | null>(text: Argument<V>): FunctionCall<number | Extract<V, null>>
  /** NULLs count as empty text. */
  concat(...parts: readonly unknown[]): FunctionCall<string>
  /** With a separator between the parts; NULLs are left out. */
  concatWs(separator: Text, ...parts: readonly unknown[]): FunctionCall<string>
  substring<V extends string | null>(text: Argument<V>, from: Count, length?: Count): FunctionCall<Widened<V>>
  replace<V extends string | null>(text: Argument<V>, from: Text, to: Text): FunctionCall<Widened<V>>
  splitPart<V extends string | null>(text: Argument<V>, delimiter: Text, index: Count): FunctionCall<Widened<V>>
}

/** `'a'` as `string`: what a function makes of a value is no longer that value. */
type Widened<V> = V extends string ? string : V

interface NumberFunctions {
  abs<V>(x: Expression<V>): FunctionCall<V>
  sign<V>(x: Expression<V>): FunctionCall<V>
  mod<V>(x: Expression<V>, by: Argument<V>): FunctionCall<V>
  round<V>(x: Expression<V>, digits?: Count): FunctionCall<V>
  ceil<V>(x: Expression<V>): FunctionCall<V>
  floor<V>(x: Expression<V>): FunctionCall<V>
  sqrt<V>(x: Expression<V>): FunctionCall<V>
  power<V>(x: Expression<V>, exponent: Argument<V>): FunctionCall<V>
  random(): FunctionCall<number>
  generateSeries<V>(from: Argument<V>, to: Argument<V>, step?: unknown): FunctionCall<V>
}

interface TimeFunctions {
  now(): FunctionCall<Date>
  clockTimestamp(): FunctionCall<Date>
  statementTimestamp(): FunctionCall<Date>
  currentTimestamp(): FunctionCall<Date>
  currentDate(): FunctionCall<string>
  currentTime(): FunctionCall<string>
  localtime(): FunctionCall<string>
  localtimestamp(): FunctionCall<string>
  dateTrunc<V>(field: Text, of: Expression<V>): FunctionCall<V>
  datePart(field: Text, of: Anything): FunctionCall<number>
  age(one: Anything, other?: Anything): FunctionCall<IntervalValue>
}

interface Documents {
  /** Keys and values in turn. */
  jsonBuildObject<V = Record<string, unknown>>(...keysAndValues: readonly unknown[]): FunctionCall<V>
  /** Keys and values in turn. */
  jsonbBuildObject<V = Record<string, unknown>>(...keysAndValues: readonly unknown[]): FunctionCall<V>
  jsonBuildArray<V = unknown>(...members: readonly unknown[]): FunctionCall<V[]>
  jsonbBuildArray<V = unknown>(...members: readonly unknown[]): FunctionCall<V[]>
  toJson<V>(of: Expression<V>): FunctionCall<V>
  toJsonb<V>(of: Expression<V>): FunctionCall<V>
  rowToJson<V = Record<string, unknown>>(row: unknown): FunctionCall<V>
}

interface Sundries {
  /** The numbers, or points of time, from one to another; in FROM by `.columnValued()`. */
  generateSeries<V extends number | bigint | string | Date>(
    start: Argument<V>,
    stop: Argument<V>,
    step?: Anything | number | bigint,
  ): FunctionCall<V extends number ? number : V>
  unnest<V>(array: Expression<readonly V[] | null>): FunctionCall<V>
  /** Several arrays side by side, in FROM only: `.tableValued({ id: Integer, name: String })`. */
  unnest(...arrays: readonly Expression<readonly unknown[] | null>[]): FunctionCall<unknown>
  cardinality(array: Expression<readonly unknown[] | null>): FunctionCall<number | null>
  arrayLength(array: Expression<readonly unknown[] | null>, dimension: Count): FunctionCall<number | null>
  genRandomUuid(): FunctionCall<string>
  currentUser(): FunctionCall<string>
  currentSchema(): FunctionCall<string | null>
  currentDatabase(): FunctionCall<string>
  version(): FunctionCall<string>
}

/** A function that is not known here, by its name as a string; schema or package names before it where it is a list. */
type ByName = <V = unknown>(
  name: string | readonly [string, ...string[]],
  ...args: readonly unknown[]
) => FunctionCall<V>

/** What `func` is: the known functions, and any other by its name. */
export type Functions = Aggregates &
  WindowFunctions &
  Groupings &
  Conditionals &
  TextFunctions &
  NumberFunctions &
  TimeFunctions &
  Documents &
  Sundries &
  ByName & { readonly [name: string]: AnyFunction }
