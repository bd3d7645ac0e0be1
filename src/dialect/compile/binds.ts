// `bindPositions`: the binds of a statement in the order of its walk, which is the order of the cache key's pass.
import type { BindLike, Pass, Walkable } from '../../expression/base/pass.ts'

/** Sees binds only. */
class BindPass implements Pass {
  readonly positions: Map<BindLike, number> = new Map()
  readonly #shared: Set<Walkable> = new Set()

  node(child: Walkable | null): void {
    if (child !== null) child.walk(this)
  }
  nodes(children: readonly Walkable[]): void {
    for (let index = 0; index < children.length; index += 1) (children[index] as Walkable).walk(this)
  }
  shared(child: Walkable): void {
    if (this.#shared.has(child)) return
    this.#shared.add(child)
    child.walk(this)
  }
  bind(bind: BindLike): void {
    if (!this.positions.has(bind)) this.positions.set(bind, this.positions.size)
  }
  text(): void {}
  flag(): void {}
  type(): void {}
  identity(): void {}
  uncacheable(): void {}
}

/** The number of each bind of a statement in the order of its walk. */
export function bindPositions(statement: Walkable): ReadonlyMap<BindLike, number> {
  const pass = new BindPass()
  statement.walk(pass)
  return pass.positions
}
