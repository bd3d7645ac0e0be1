// What compiling a statement yields: everything that the next execution of the same shape can skip.
import type { StatementSort } from '../../expression/base/executable.ts'
import type { BindLike } from '../../expression/base/pass.ts'
import type { SchemaTranslateMap } from '../../expression/schema/schema-map.ts'
import type { SqlType, TypeHost, ValueProcessor } from '../../expression/types/type.ts'
import type { DriverStatement } from './driver.ts'

/** A column whose client-side default is evaluated at execution; the part of a schema column that the engine needs. */
export interface DefaultColumn {
  readonly key: string
  readonly name: string
  /** The column itself where its `onUpdate` gives the value, as in an UPDATE, also one within another statement. Default: its `default` does. */
  readonly updated?: DefaultColumn
}

/** Where the value of one placeholder comes from, in order of placeholders. */
export interface CompiledParameter {
  /** Position among the statement's own binds in walk order; -1 where the compiler made the bind (a column of an INSERT given at execution, a client default). */
  readonly index: number
  /** Name under which execution parameters can give or override the value. */
  readonly key: string
  readonly type: SqlType
  /** Must be given at execution where the bind itself holds no value. */
  readonly required: boolean
  /** The type's bind processor. */
  readonly process: ValueProcessor | null
  /** Set where a client-side default (`default`, or `onUpdate` in an UPDATE) gives the value when execution does not. */
  readonly defaultOf: DefaultColumn | null
  /** Of a list that is written at execution: the pieces of text between which each value stands, or each member of a tuple; absent for none. */
  readonly around?: readonly (readonly string[] | null)[]
  /** The value is written into a column of the type, rather than compared with one. Default false. */
  readonly isWritten?: boolean
  /** The value is written into the text at execution, as places that take no parameter need it. Default false. */
  readonly isLiteral?: boolean
  /** The value is a list whose members are written one by one at execution. Default false. */
  readonly isList?: boolean
  /** The bind itself; null where the compiler made the parameter. With an `index` of -1 it holds its own value: a constant that a plugin put in, or binds were not to be counted. */
  readonly bind: BindLike | null
}

/** One column of the result. */
export interface ResultColumn {
  /** The key in row objects: label, column key, or the anonymous name that is rendered. */
  readonly key: string
  readonly type: SqlType
  readonly process: ValueProcessor | null
  /** The expression selected, for look-ups by column; null in textual statements without columns. */
  readonly source: unknown
}

/** A place in the text where a list is written at execution, by dialects that expand IN lists. */
export interface ListHole {
  /** Offset in `sql` before which the list is inserted. */
  readonly offset: number
  /** Which parameter (index in `parameters`) holds the list. */
  readonly parameter: number
  /** What an empty list is written as. */
  readonly empty: string
}

/** A compiled statement. */
export interface Compiled {
  readonly sql: string
  readonly sort: StatementSort
  /** The dialect, as types are told of it. */
  readonly host: TypeHost
  /** The very object that drivers keep their knowledge on. */
  readonly statement: DriverStatement
  readonly parameters: readonly CompiledParameter[]
  /** Null where the statement gives no rows, or where only the server knows the columns (text without columns). */
  readonly columns: readonly ResultColumn[] | null
  /** Whether rows are expected: true for SELECT and RETURNING, null where only the server knows. */
  readonly returnsRows: boolean | null
  /** The columns are values that the database makes, brought back for the result to tell of; they are no rows of it. Default false. */
  readonly implicitReturning?: boolean
  /** Empty where nothing is written at execution. */
  readonly holes: readonly ListHole[]
  /** Why the compiled form may not be kept; null where it may. */
  readonly uncacheable: string | null
  /** Warnings found while compiling, such as a cartesian product. */
  readonly warnings: readonly string[]
}

/** What a caller may ask of the compiler besides the statement. */
export interface CompileOptions {
  /** For INSERT and UPDATE: keys of the columns that execution will give; they become parameters of the same name. */
  readonly columnKeys?: readonly string[] | null
  /** Other schemas in place of those that tables name. Default: none. */
  readonly schemas?: SchemaTranslateMap | null
  /** For INSERT: it will be run with several sets of parameters, so that no key comes back unless it was asked for. Default false. */
  readonly forMany?: boolean
  /** Write values into the text instead of binding them. Default false. */
  readonly literalBinds?: boolean
  /** The binds that `index` counts: those of the statement that a plugin prepared this one from, in the order of its walk; none where nobody counts. Default: this statement's own. */
  readonly binds?: readonly BindLike[]
}
