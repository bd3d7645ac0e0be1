// What rows and tuples a SELECT gives, from what stands in its columns clause: types only.
import type { Expression } from '../element/column-element.ts'
import type { EntityHandle, TypedEntity, TypedFrom } from '../from/typed.ts'

/** What `select()` takes: expressions, tables and other FROM elements with all their columns, mapped classes, and numbers as they are. */
export type Selectable = Single | TypedFrom

/** {@link Selectable} but for whole tables: each is one value of a tuple. */
export type Single = Expression | TypedEntity | EntityHandle | number | bigint | boolean | null

/** What one item gives in a tuple. */
export type Item<S> =
  S extends Expression<infer V>
    ? [V] extends [never]
      ? unknown
      : V
    : S extends TypedFrom<infer Row>
      ? Row[keyof Row]
      : S extends TypedEntity<infer E>
        ? E
        : S extends EntityHandle<infer E>
          ? E
          : S

/**
 * What all items give, in order. A whole table stands for the first of its columns here: `select()` of whole tables gives arrays,
 * RETURNING of them tuples that are longer than TypeScript knows.
 */
export type TupleOf<A extends readonly unknown[]> = { -readonly [I in keyof A]: Item<A[I]> }

/** The name of an item that has one in a row: a column, an attribute, a label. */
type NameOf<S> = S extends { readonly key: infer N extends string; readonly '~value': unknown }
  ? string extends N
    ? never
    : N
  : never

// The empty intersection makes editors and messages show the row rather than the name of this type.
type NamedPart<A extends readonly unknown[]> = { [I in keyof A & `${number}` as NameOf<A[I]>]: Item<A[I]> } & {}

type Intersection<U> = (U extends unknown ? (u: U) => 0 : never) extends (i: infer I) => 0 ? I : never
type Simplified<X> = { [K in keyof X]: X[K] } & {}
type WholeRows<S> = S extends TypedFrom<infer Row> ? Row : never

/** A row: the named items by their names, and the columns of whole tables. Unnamed expressions and classes are in the tuple only. */
export type RowOfItems<A extends readonly unknown[]> = [WholeRows<A[number]>] extends [never]
  ? NamedPart<A>
  : Simplified<NamedPart<A> & Intersection<WholeRows<A[number]>>>

/** A row of `select({ name: item })`. */
export type RowOfRecord<O> = { -readonly [K in keyof O]: Item<O[K]> } & {}
