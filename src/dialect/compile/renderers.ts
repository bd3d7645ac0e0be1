// `Renderers<N>`: one function for each kind of node, checked to be complete; a dialect is `{ ...ansi, its own }`.
import type { Element } from '../../expression/base/element.ts'
import type { CoreNode } from '../../expression/nodes.ts'
import type { SchemaNode } from '../../expression/schema/nodes.ts'
import type { AnyRenderersOf, ClauseRenderersOf, RendererOf } from './renderer.ts'
import type { Render } from './state.ts'

/** Every node of the library's own. */
export type KnownNode = CoreNode | SchemaNode

/** Renders one kind of node. */
export type Renderer<N> = RendererOf<N, Render>

/** A function for each kind of node in `N`. */
export type NodeRenderers<N extends Element> = {
  readonly [K in N['kind']]: Renderer<Extract<N, { readonly kind: K }>>
}

/** All that a dialect spells: leave a kind out, and it does not compile. */
export type Renderers<N extends Element = KnownNode> = NodeRenderers<N> & ClauseRenderersOf<Render>

/** A table of renderers whose kinds are not known here. */
export type AnyRenderers = AnyRenderersOf<Render>
