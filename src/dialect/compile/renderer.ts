// What one function of a table of renderers is, whatever it writes to; the state of rendering names these, so they cannot name it.
import type { Hint } from '../../expression/element/affix.ts'
import type { Binary } from '../../expression/element/binary.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import type { NamedElement } from '../../expression/element/named.ts'
import type { Cte } from '../../expression/from/alias.ts'
import type { FromClause } from '../../expression/from/from-clause.ts'
import type { TableClause } from '../../expression/from/table-clause.ts'
import type { FunctionCall } from '../../expression/function/function.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import type { ForeignKeyConstraint } from '../../expression/schema/foreign-key.ts'
import type { Fetch, ForUpdate } from '../../expression/select/state.ts'

/** Renders one kind of node. */
export type RendererOf<N, Out> = (node: N, out: Out) => string

/** Parts of statements that dialects spell differently while the rest of the statement is the same. */
export interface ClauseRenderersOf<Out> {
  /** Operators whose spelling is more than their symbol between the operands, by name. */
  readonly operators: Readonly<Record<string, RendererOf<Binary, Out>>>
  /** Functions that are spelt otherwise than by their name, where they have arguments. */
  readonly functions: ReadonlyMap<string, RendererOf<FunctionCall, Out>>
  /** LIMIT and OFFSET; begins with its own space or newline. */
  readonly limit: (limit: ColumnElement | null, offset: ColumnElement | null, out: Out) => string
  /** FETCH FIRST and OFFSET; begins with its own space or newline. */
  readonly fetch: (fetch: Fetch, offset: ColumnElement | null, out: Out) => string
  /** A FROM element, rendered already, with a hint beside it; dialects without hints give it as it is. */
  readonly fromHint: (text: string, hint: Hint, out: Out) => string
  /** One of what ORDER BY names, rendered already: for databases that sort otherwise than the standard's most. */
  readonly orderTerm: (text: string, by: ColumnElement, out: Out) => string
  /** A common table expression as WITH lists it. */
  readonly cteDefinition: RendererOf<Cte, Out>
  /** What stands behind the table of a DELETE where other tables are named; begins with its own space. */
  readonly deleteUsing: (froms: string) => string
  /** Whether RETURNING names columns without their table. */
  readonly bareReturning: (written: FromClause, out: Out) => boolean
  /** A part of a UNION that is one itself, or has an end of its own. */
  readonly compoundPart: (text: string) => string
  /** What a row of defaults gives for a column of an INSERT of several such rows. */
  readonly defaultValue: RendererOf<NamedElement, Out>
  /** A calculated value as the column that it is written into takes it: for databases that would keep whatever it is. */
  readonly assigned: (value: ColumnElement, column: NamedElement) => ColumnElement
  /** The table that a foreign key refers to. */
  readonly referredTable: RendererOf<TableClause, Out>
  /** FOR UPDATE; begins with its own space. */
  readonly forUpdate: RendererOf<ForUpdate, Out>
  /** A column of CREATE TABLE. */
  readonly columnDefinition: RendererOf<SchemaColumn, Out>
  /** The name of a foreign key that has none, for DROP CONSTRAINT; null where it cannot be known. */
  readonly unnamedForeignKey: (constraint: ForeignKeyConstraint) => string | null
}

/** A table of renderers whose kinds are not known here: what the compiler works with. */
export interface AnyRenderersOf<Out> extends ClauseRenderersOf<Out> {
  readonly [kind: string]: unknown
}
