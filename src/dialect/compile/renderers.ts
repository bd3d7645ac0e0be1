// `Renderers<N>`: one function for each kind of node, checked to be complete; a dialect is `{ ...ansi, its own }`.
import type { Element } from '../../expression/base/element.ts'
import type { Binary } from '../../expression/element/binary.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import type { Cte } from '../../expression/from/alias.ts'
import type { CoreNode } from '../../expression/nodes.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import type { ForeignKeyConstraint } from '../../expression/schema/foreign-key.ts'
import type { SchemaNode } from '../../expression/schema/nodes.ts'
import type { ForUpdate } from '../../expression/select/state.ts'
import type { Render } from './state.ts'

/** Every node of the library's own. */
export type KnownNode = CoreNode | SchemaNode

/** Renders one kind of node. */
export type Renderer<N> = (node: N, out: Render) => string

/** A function for each kind of node in `N`. */
export type NodeRenderers<N extends Element> = {
  readonly [K in N['kind']]: Renderer<Extract<N, { readonly kind: K }>>
}

/** Parts of statements that dialects spell differently while the rest of the statement is the same. */
export interface ClauseRenderers {
  /** Operators whose spelling is more than their symbol between the operands, by name. */
  readonly operators: Readonly<Record<string, Renderer<Binary>>>
  /** LIMIT and OFFSET; begins with its own space or newline. */
  readonly limit: (limit: ColumnElement | null, offset: ColumnElement | null, out: Render) => string
  /** A common table expression as WITH lists it. */
  readonly cteDefinition: Renderer<Cte>
  /** FOR UPDATE; begins with its own space. */
  readonly forUpdate: Renderer<ForUpdate>
  /** A column of CREATE TABLE. */
  readonly columnDefinition: Renderer<SchemaColumn>
  /** The name of a foreign key that has none, for DROP CONSTRAINT; null where it cannot be known. */
  readonly unnamedForeignKey: (constraint: ForeignKeyConstraint) => string | null
}

/** All that a dialect spells. */
export type Renderers<N extends Element = KnownNode> = NodeRenderers<N> & ClauseRenderers

/** A table of renderers whose kinds are not known here: what the compiler works with. */
export interface AnyRenderers extends ClauseRenderers {
  readonly [kind: string]: unknown
}
