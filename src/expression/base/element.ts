// `Element`: the root of all statement nodes; the object that users hold is the node that is compiled.
import { inspects } from '../../inspect.ts'
import type { Pass, Walkable } from './pass.ts'
import type { Place, Tracer } from './recipe.ts'
import { Socket } from './socket.ts'

/** Turns an element into readable SQL; the default dialect plugs it. */
export const stringify: Socket<(element: Element) => string> = new Socket('stringify')

/** Marks elements, so that they are known by this symbol and never by the looks of a plain object. */
export const ELEMENT: unique symbol = Symbol.for('tsalchemy.element') as never

let lastKeyId = 0

/** The brand of elements; declared apart because a class body cannot declare a symbol key under isolated declarations. */
export interface Element {
  readonly [ELEMENT]: true
}

/**
 * A node of a statement. Classes of which a statement has many declare their fields, and set them in the constructor: a field that
 * is defined is set twice, and V8 calls a function for it.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the merged member is defined on the prototype below
export abstract class Element implements Walkable {
  /** Key of the renderer. On the prototype: set by {@link defineKind}. */
  declare readonly kind: string
  declare readonly keyId: number

  abstract walk(pass: Pass): void

  /** @internal In which places of a statement this element can stand, as bits of `Role`. */
  get roles(): number {
    return 0
  }

  /** @internal Tells a tracer what `walk` tells a pass; null where it cannot, and the statement is walked. */
  trace(_tracer: Tracer, _at: Place): Place | null {
    return null
  }

  /** The element in the default dialect's SQL, for people; not what a database is sent. */
  toString(): string {
    return stringify.use(this)
  }
}
Object.defineProperty(Element.prototype, ELEMENT, { value: true })

/** What `console.log()` shows: the class and {@link Element.toString}, in which values of parameters are not. */
function shownElement(this: Element, depth: number): string {
  const { name } = this.constructor
  if (depth < 0) return `[${name}]`
  try {
    const text = String(this).trim()
    return text.includes('\n') ? `${name} {\n  ${text.replaceAll('\n', '\n  ')}\n}` : `${name} { ${text} }`
  } catch (error) {
    // What no default dialect spells, or is not whole yet, can be looked at all the same.
    return `${name} { ${error instanceof Error ? error.message : String(error)} }`
  }
}
Object.defineProperty(Element.prototype, Symbol.for('nodejs.util.inspect.custom'), { value: shownElement })
inspects(Element, (element) => element)

/**
 * Gives a node class its kind; called once from the class's static block, with `this`: TypeScript 7.0 writes an alias in place of
 * the class's own name where a private method makes one of its class, and the alias is not assigned yet when the block runs.
 */
export function defineKind(target: { readonly prototype: object }, kind: string): void {
  lastKeyId += 1
  Object.defineProperty(target.prototype, 'kind', { value: kind, enumerable: false })
  Object.defineProperty(target.prototype, 'keyId', { value: lastKeyId, enumerable: false })
}

/** Says of a class of the library's own that it is written as the class that it extends; called as {@link defineKind}. */
export function sharesKind(target: { readonly prototype: { readonly kind: string } }): void {
  Object.defineProperty(target.prototype, 'kind', { value: target.prototype.kind, enumerable: false })
}

/** Whether a value is a statement node, of this or another copy of the package. */
export function isElement(value: unknown): value is Element {
  // By class first: looking a symbol up along the prototypes costs ten times as much.
  return value instanceof Element || (typeof value === 'object' && value !== null && ELEMENT in value)
}
