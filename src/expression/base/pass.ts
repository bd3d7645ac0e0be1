// `Pass`: what a node may tell about itself; one walk serves cache key, children, comparison and search.

/** Anything that can tell its fields to a pass. */
export interface Walkable {
  /** Number of the node's kind; see `defineKind`. */
  readonly keyId: number
  /** Tells every field that matters for the emitted SQL, once, always in the same order. */
  walk(pass: Pass): void
}

/** The part of a bind that passes see: its value never enters a key. */
export interface BindLike {
  readonly key: string
  readonly type: { readonly id: number }
}

/** Receives the fields of a node. */
export interface Pass {
  /** A child, or its absence. */
  node(child: Walkable | null): void
  /** A list of children; its length counts. */
  nodes(children: readonly Walkable[]): void
  /** A child whose identity matters within the statement (an alias, a CTE): walked where it is met first, referred to afterwards. */
  shared(child: Walkable): void
  /** A name, an operator, literal SQL. */
  text(value: string | null): void
  /** A small whole number or a switch. */
  flag(value: boolean | number): void
  /** A SQL type. */
  type(type: { readonly id: number }): void
  /** An object that lives longer than statements (a table, a column, a mapper), by its number. */
  identity(of: { readonly id: number }): void
  /** A value that becomes a parameter. */
  bind(bind: BindLike): void
  /** Something that no key can describe; the statement is compiled each time. */
  uncacheable(): void
}
