// What rows and tuples of a SELECT become by outer joins: null on the side that can be missing. Types only.
import type { TypedEntity, TypedFrom } from '../from/typed.ts'

/** What a SELECT was given in its columns clause, and which FROM elements are missing in some of its rows. */
export interface Chosen<out Items, out Outer = never> {
  readonly items: Items
  readonly outer: Outer
}

/** Whether an item is of a FROM element that can be missing. */
type IsOuter<S, Outer> = S extends { readonly '~source': infer X }
  ? unknown extends X
    ? false
    : [X] extends [Outer]
      ? true
      : false
  : S extends TypedEntity<infer E>
    ? [E] extends [Outer]
      ? true
      : false
    : false

/** The keys of a row that an item fills, where it can be missing. */
type OuterKey<S, Outer> = S extends unknown
  ? IsOuter<S, Outer> extends true
    ? S extends { readonly key: infer K extends string; readonly '~value': unknown }
      ? K
      : S extends TypedFrom<infer Row>
        ? keyof Row
        : never
    : never
  : never

type OuterKeysOf<Items, Outer> = Items extends readonly unknown[]
  ? OuterKey<Items[number], Outer>
  : { [K in keyof Items]: IsOuter<Items[K], Outer> extends true ? K : never }[keyof Items]

// Asked this way round, so that rows with any names (`setLabelStyle('tablenamePlusCol')`) become nullable too.
type Nullable<Row, Keys> = { [K in keyof Row]: [Extract<Keys, K>] extends [never] ? Row[K] : Row[K] | null } & {}

/** A row, where what comes from the outer side can be null. */
export type OuterRow<Row, Items, Outer> = Nullable<Row, OuterKeysOf<Items, Outer>>

// Asked this way round, so that one of several items is enough: where a whole table is among them, no value has a known place.
type OuterMember<Value, Items, Outer> = true extends IsOuter<Items, Outer> ? Value | null : Value

/** A tuple, where what comes from the outer side can be null. */
export type OuterTuple<Tuple extends unknown[], Items, Outer> = Items extends readonly unknown[]
  ? { [I in keyof Tuple]: I extends keyof Items ? OuterMember<Tuple[I], Items[I], Outer> : Tuple[I] }
  : [OuterKeysOf<Items, Outer>] extends [never]
    ? Tuple
    : (Tuple[number] | null)[]

/** The row of more items. */
export type RowWith<Items, Row, Outer> = [Outer] extends [never] ? Row : OuterRow<Row, Items, Outer>
/** The tuple of more items. */
export type TupleWith<Items, Tuple extends unknown[], Outer> = [Outer] extends [never]
  ? Tuple
  : OuterTuple<Tuple, Items, Outer>
/** Items in order; none where they are named. */
export type Listed<Items> = Items extends readonly unknown[] ? Items : []
