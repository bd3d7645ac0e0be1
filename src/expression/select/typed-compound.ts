// What rows and tuples UNION gives, where a column is NULL or of another sort in one of its statements only: types only.
import type { Executable } from '../base/executable.ts'

/** Values of the same sort: `'a' | 'b'` and any other text. */
type Alike<V> = V extends string
  ? string
  : V extends number
    ? number
    : V extends bigint
      ? bigint
      : V extends boolean
        ? boolean
        : V

/** Tuples that can stand beside one of this type in a compound: of the same sorts, each of which may be NULL. */
type BesideTuple<Tuple extends unknown[]> = { [I in keyof Tuple]: Alike<Tuple[I]> | null }

/** Statements that can stand beside one with this tuple. Of whole tables TypeScript does not know how many columns there are. */
export type Beside<Tuple extends unknown[], Others extends readonly unknown[]> = {
  [I in keyof Others]: Others[I] extends { readonly '~tuple': infer Other extends unknown[] }
    ? number extends Other['length']
      ? unknown
      : Executable<unknown, BesideTuple<Tuple>>
    : never
}

type TupleIn<Query> = Query extends Executable<unknown, infer Tuple> ? Tuple : never

/** What another statement gives for a column: by name; where it has none of that name, all that it gives of that sort. */
type ValueIn<Query, Name, Value> =
  Query extends Executable<infer Row, infer Tuple>
    ? Name extends keyof Row
      ? Row[Name]
      : Extract<Tuple[number], Alike<Value> | null>
    : never

/** A row of any of the statements, with the names of the first one's. */
export type UnionRow<Row, Others> = { [K in keyof Row]: Row[K] | ValueIn<Others, K, Row[K]> }

type MemberOf<Tuple extends unknown[], Index, Value> = Tuple extends unknown
  ? Index extends keyof Tuple
    ? Tuple[Index]
    : Extract<Tuple[number], Alike<Value> | null>
  : never

/** A tuple of any. */
export type UnionTuple<Tuple extends unknown[], Others> = {
  [I in keyof Tuple]: Tuple[I] | MemberOf<TupleIn<Others>, I, Tuple[I]>
}
