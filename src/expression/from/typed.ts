// What the compiler of TypeScript knows of a table: its columns' values, and what an INSERT may leave out.
import type { ColumnElement } from '../element/column-element.ts'
import type { NamedElement } from '../element/named.ts'
import type { TableClause } from './table-clause.ts'

/** A column as `table({ key: definition })` describes it. `V` is the value in a row; `Omissible` tells that an INSERT may leave it out. Types only. */
export interface ColumnDefinition<V, Omissible extends boolean = boolean> {
  /** Declared only. */
  readonly '~value'?: V
  /** Declared only. */
  readonly '~omissible'?: Omissible
}

/** The columns of a table by key. */
// biome-ignore lint/suspicious/noExplicitAny: a record of definitions of whatever values; `unknown` would refuse decorators, which take their value contravariantly
export type ColumnDefinitions = Record<string, ColumnDefinition<any>>

/** The value in a row of a defined column. */
export type DefinedValue<C> = C extends ColumnDefinition<infer V> ? V : never

/** A whole row. */
export type RowOf<D> = { -readonly [K in keyof D]: DefinedValue<D[K]> }

/** The columns of a table as expressions. */
export type ColumnsOf<D> = { readonly [K in keyof D & string]: NamedElement<K, DefinedValue<D[K]>> }

/** A value for a column, or an expression that gives it. */
export type ValueOrExpression<V> = V | ColumnElement<V>

/** What `insert().values()` takes: every column that has no other source of a value must be there. */
export type InsertOf<D> = {
  readonly [K in keyof D as D[K] extends ColumnDefinition<unknown, true> ? never : K]: ValueOrExpression<
    DefinedValue<D[K]>
  >
} & {
  readonly [K in keyof D as D[K] extends ColumnDefinition<unknown, true> ? K : never]?:
    | ValueOrExpression<DefinedValue<D[K]>>
    | undefined
}

/** What `update().values()` takes. */
export type UpdateOf<D> = { readonly [K in keyof D]?: ValueOrExpression<DefinedValue<D[K]>> | undefined }

/** A table whose columns TypeScript knows. */
export interface TypedTable<D extends ColumnDefinitions = ColumnDefinitions> extends TableClause {
  /** Declared only. */
  readonly '~columns'?: D
  /** The columns by key. */
  readonly c: ColumnsOf<D>
}
