// Looking through a statement: its parts, all elements of it, by what `walk` tells.
import { ArgumentError } from '../../errors.ts'
import { showValue } from '../../show.ts'
import { type Element, isElement } from './element.ts'
import type { Pass, Walkable } from './pass.ts'

/** @throws ArgumentError the value is no element. */
export function requireElement(place: string, value: unknown): void {
  if (!isElement(value)) throw new ArgumentError(`${place} takes an expression or a statement; got ${showValue(value)}`)
}

/** Keeps what a node tells of its parts. */
class PartsPass implements Pass {
  readonly parts: Element[] = []
  node(child: Walkable | null): void {
    if (isElement(child)) this.parts.push(child)
  }
  nodes(children: readonly Walkable[]): void {
    for (const child of children) this.node(child)
  }
  shared(child: Walkable): void {
    this.node(child)
  }
  text(): void {}
  flag(): void {}
  type(): void {}
  identity(): void {}
  bind(): void {}
  uncacheable(): void {}
}

/**
 * The parts of an element, in order. A column has none: its table is what it belongs to, not a part of it.
 * @example
 * children(users.c.id.eq(5))   // the column and the parameter
 */
export function children(element: Element): readonly Element[] {
  requireElement('children()', element)
  if (element.kind === 'column') return []
  const pass = new PartsPass()
  element.walk(pass)
  return pass.parts
}

/**
 * An element and all elements in it, each once, whole before parts.
 * @example
 * for (const element of iterate(statement)) if (element instanceof Bind) names.push(element.key)
 */
export function* iterate(element: Element): Generator<Element, void, undefined> {
  const seen = new Set<Element>([element])
  const waiting: Element[] = [element]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next
    const parts = children(next)
    for (let index = parts.length - 1; index >= 0; index -= 1) {
      const part = parts[index]
      if (part === undefined || seen.has(part)) continue
      seen.add(part)
      waiting.push(part)
    }
  }
}

/**
 * Calls a function with an element and all elements in it, each once, whole before parts.
 * @param visit returns `false` to leave out the parts of what it was called with
 * @example
 * traverse(statement, (element) => { if (element instanceof Bind) console.log(element.value) })
 */
export function traverse(element: Element, visit: (element: Element) => unknown): void {
  requireElement('traverse()', element)
  if (typeof visit !== 'function')
    throw new ArgumentError('traverse() takes an element and a function: traverse(statement, (element) => ...)')
  const seen = new Set<Element>()
  const enter = (each: Element): void => {
    if (seen.has(each)) return
    seen.add(each)
    if (visit(each) === false) return
    for (const part of children(each)) enter(part)
  }
  enter(element)
}
