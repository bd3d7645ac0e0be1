// What TypeScript knows of tables, of classes and of the rows that they make: types only, nothing at run time.
//
// The keys that begin with `~` are declared and never set. Where they are required, it is so that no other object is taken
// for one of these by its looks; classes say `declare readonly '~columns': ...`.
import type { Expression, NamedElement } from '../element/column-element.ts'

// ---- tables ------------------------------------------------------------------------------------------------------

/** A column as `table({ key: definition })` describes it. `V` is the value in a row; `Omissible` tells that an INSERT may leave it out. */
export interface ColumnDefinition<V = unknown, Omissible extends boolean = boolean> {
  readonly '~value'?: V
  readonly '~omissible'?: Omissible
}

/** The columns of a table by key. */
export type ColumnDefinitions = Record<string, ColumnDefinition>

/** The value in a row of a defined column. */
export type DefinedValue<C> = C extends ColumnDefinition<infer V> ? V : never

/** A whole row. */
export type RowOf<D> = { -readonly [K in keyof D]: DefinedValue<D[K]> }

/** The columns of a table as expressions. */
export type ColumnsOf<D> = { readonly [K in keyof D & string]: NamedElement<K, DefinedValue<D[K]>> }

/** A value for a column, or an expression that gives it; a scalar subquery too, whose type has the NULL of no row. */
export type ValueOrExpression<V> = V | Expression<V> | SingleValue<V | null>

/** A scalar subquery, as far as types are concerned; not told by `~value`, from which the types of other expressions would be guessed. */
export interface SingleValue<out V = unknown> {
  readonly '~single': V
}

/** The keys of columns that INSERT must give a value. */
type RequiredKeys<D> = { [K in keyof D]: D[K] extends ColumnDefinition<unknown, true> ? never : K }[keyof D]

/** What `insert().values()` takes: every column that has no other source of a value must be there; `undefined` leaves an optional one out. */
export type InsertOf<D, Required extends keyof D = RequiredKeys<D>> = {
  readonly [K in Required]: ValueOrExpression<DefinedValue<D[K]>>
} & {
  readonly [K in Exclude<keyof D, Required>]?: ValueOrExpression<DefinedValue<D[K]>> | undefined
}

/** What `update().values()` takes; `undefined` leaves a column as it is. */
export type UpdateOf<D> = { readonly [K in keyof D]?: ValueOrExpression<DefinedValue<D[K]>> | undefined }

/** {@link UpdateOf} for an alias, of which only the rows are known. */
export type UpdateOfRow<Row> = { readonly [K in keyof Row]?: ValueOrExpression<Row[K]> | undefined }

// ---- FROM elements -----------------------------------------------------------------------------------------------

/** A FROM element of whose rows TypeScript knows the values: a table, an alias, a subquery, a CTE. */
export interface TypedFrom<Row = unknown> {
  readonly '~columns': Row
}

/** A table whose definitions TypeScript knows, so that rows for INSERT can be checked. */
export interface TypedTable<D = unknown> extends TypedFrom<RowOf<D>> {
  readonly '~definitions': D
}

/** The columns of a FROM element as expressions, by the keys of its rows. `Source` tells them from those of other elements. */
export type RowColumns<Row, Source = unknown> = {
  readonly [K in keyof Row & string]: NamedElement<K, Row[K], Source>
}

// ---- which side of an outer join a column is on ------------------------------------------------------------------

/** Stands for a FROM element whose name TypeScript does not know, by its rows. */
export interface Anonymous<Row> {
  readonly '~anonymous': Row
}

/** What a FROM element is told by: the name that it is given, or else its rows. */
export type SourceName<Name, Row> = Name extends string ? (string extends Name ? Anonymous<Row> : Name) : Anonymous<Row>

/** What a FROM element, a mapped class, a handle on one or a relationship brings into a statement; none for a table of some name. */
export type SourceOf<T> = T extends { readonly '~source': infer S }
  ? string extends S
    ? never
    : S
  : T extends TypedEntity<infer E>
    ? E
    : never

/** What is missing in some rows of a join of FROM elements: its outer side. */
export type OuterOf<T> = T extends { readonly '~outer': infer O } ? O : never

/** What an option of a join asks for; one that is not known when the program is compiled counts as asked for. */
type Asks<Options, K extends string> = K extends keyof Options
  ? [Options[K]] extends [false | undefined]
    ? false
    : true
  : false

/** What a join with a target can leave without values: the target where it is outer, everything where it is full. */
export type OuterOfJoin<T, Options, Otherwise> = Options extends undefined
  ? OuterOf<T>
  : Asks<Options, 'isFull'> extends true
    ? Otherwise | SourceOf<T>
    : OuterOf<T> | (Asks<Options, 'isOuter'> extends true ? SourceOf<T> : never)

// ---- mapped classes ----------------------------------------------------------------------------------------------

/** What instances of mapped classes carry. Required, so that no other object is taken for one; declared only. */
export interface EntityInstance {
  readonly '~entity': true
}

/** A mapped class. */
export type TypedEntity<E extends EntityInstance = EntityInstance> = abstract new (...args: never) => E

/** The handle on a class's attributes, or on an alias of it: `mapped(User)`, `aliased(User)`. The keys are declared only. */
export interface EntityHandle<E = unknown, Source = unknown> {
  readonly '~entityOf': E
  readonly '~source': Source
}

/** What stands after FROM: tables and other FROM elements, and mapped classes. */
export type FromArgument = TypedFrom | TypedEntity | EntityHandle

/** Keys of a mapped class that hold column values: no methods, no relationships, nothing that the base class adds. */
export type ColumnAttributes<E> = {
  [K in keyof E & string]: K extends `~${string}` | 'awaitable'
    ? never
    : E[K] extends (...args: never) => unknown
      ? never
      : NonNullable<E[K]> extends EntityInstance | readonly EntityInstance[]
        ? never
        : K
}[keyof E & string]

/** What `insert(User).values()` and `update(User).values()` take. */
export type EntityValues<E> = { readonly [K in ColumnAttributes<E>]?: ValueOrExpression<E[K]> | undefined }
