// `compiles()`: elements of users' own, with a spelling for each dialect.
import { ArgumentError, CompileError, UnsupportedCompilationError } from '../../errors.ts'
import { defineKind, Element } from '../../expression/base/element.ts'
import type { Pass } from '../../expression/base/pass.ts'
import { describe } from '../../expression/coerce/describe.ts'
import { ColumnElement } from '../../expression/element/column-element.ts'
import { fromsOf } from '../../expression/element/grouping.ts'
import { DdlElement } from '../../expression/schema/ddl/element.ts'
import type { SqlType } from '../../expression/types/type.ts'
import { checkKeys } from '../../nearest.ts'

/** What a renderer of {@link compiles} writes with. */
export interface ElementCompiler {
  /** The name of the dialect, such as 'postgresql'. */
  readonly dialect: string
  /** Any element as SQL, its values as parameters. */
  process(element: Element): string
  /**
   * An element of the library's, or of a class that extends one of them, as the library writes it: what a spelling of one's own is put around.
   */
  default(element: Element): string
  /** A name, quoted where it must be. */
  quote(name: string): string
  /** A type as CAST spells it. */
  typeName(type: SqlType): string
  /** A value as SQL text, safely quoted; better a parameter: `process(literal(value))`. */
  literal(value: unknown, type: SqlType): string
}

/** Writes an element. */
export type ElementRenderer<E extends Element> = (element: E, compiler: ElementCompiler) => string

/** Options of {@link compiles}. */
export interface CompilesOptions {
  /** The dialect that the spelling is for. Default: all that have none of their own. */
  readonly dialect?: string
}

type Spellings = Map<string, ElementRenderer<Element>>

/** Of a user's class by its kind: spellings by dialect, the empty name for all others, and the library's kind that it extends. */
const CUSTOM: Map<string, { readonly spellings: Spellings; readonly base: string | null }> = new Map()

/** Of the library's classes, by kind: the later ones first. */
const OWN: Map<string, { readonly elementClass: AnyClass; readonly spellings: Spellings }[]> = new Map()

type AnyClass = abstract new (...args: never) => Element

/** Counts spellings of the library's classes, so that renderers that are known by then are looked up anew. */
let generation = 0

/** @internal */
export function spellingGeneration(): number {
  return generation
}

/**
 * Tells how elements of a class are written, in one dialect or in all. Subclasses are written in the same way unless they are
 * told otherwise. A class of one's own tells what its SQL depends on by `walk()`, as {@link CustomElement} does for its parts; so
 * statements with it are compiled once for each shape. A command of one's own extends {@link DdlElement}; it is compiled each time.
 *
 * Classes of the library can be given a spelling too: it holds for what is compiled from then on, wherever such an element is written as
 * one; `compiler.default(element)` is the library's own spelling.
 * @throws ArgumentError something that is no class of elements, an abstract class of the library's, or a dialect told twice
 * @example
 * class UtcNow extends CustomElement<Date> {
 *   readonly type = DateTime({ timezone: true })
 * }
 * compiles(UtcNow, () => 'CURRENT_TIMESTAMP')
 * compiles(UtcNow, () => "timezone('utc', now())", { dialect: 'postgresql' })
 * select(new UtcNow())   // in PostgreSQL: SELECT timezone('utc', now()) AS anon_1
 */
export function compiles<E extends Element>(
  elementClass: abstract new (...args: never) => E,
  render: ElementRenderer<E>,
  options: CompilesOptions = {},
): void {
  checkKeys('compiles()', options, ['dialect'])
  if (typeof elementClass !== 'function' || !(elementClass.prototype instanceof Element))
    throw new ArgumentError(
      `compiles() takes a class of elements, such as a subclass of CustomElement; got ${describe(elementClass)}`,
    )
  if (typeof render !== 'function')
    throw new ArgumentError(`compiles() takes a function that writes the element; got ${describe(render)}`)
  const { dialect = '' } = options
  const spellings = spellingsOf(elementClass)
  if (spellings.has(dialect))
    throw new ArgumentError(
      `compiles(): ${elementClass.name} has a spelling for ${dialect === '' ? 'all dialects' : `'${dialect}'`} already`,
    )
  spellings.set(dialect, render as unknown as ElementRenderer<Element>)
}

/** Where the spellings of a class are kept. */
function spellingsOf(elementClass: AnyClass): Spellings {
  const prototype = elementClass.prototype as Element
  const inherited = prototype.kind as string | undefined
  if (Object.hasOwn(prototype, 'kind')) {
    const custom = CUSTOM.get(prototype.kind)
    if (custom !== undefined) return custom.spellings
    if (elementClass !== (CustomElement as AnyClass)) return ownSpellings(elementClass, prototype.kind)
  }
  const isCommand = prototype instanceof DdlElement
  if ((inherited === undefined && !isCommand) || elementClass === (CustomElement as AnyClass))
    throw new ArgumentError(
      `compiles(): ${elementClass.name} is an abstract class of this library: name the class of the elements that are written`,
    )
  const kind = `custom ${CUSTOM.size + 1}: ${prototype.constructor.name}`
  const base = inherited === undefined ? null : baseOf(prototype, inherited)
  defineKind({ prototype }, kind)
  const spellings: Spellings = new Map()
  CUSTOM.set(kind, { spellings, base })
  return spellings
}

/** The library's kind that a class extends; null for none. */
function baseOf(prototype: Element, inherited: string): string | null {
  return CUSTOM.has(inherited) || prototype instanceof CustomElement ? (CUSTOM.get(inherited)?.base ?? null) : inherited
}

function ownSpellings(elementClass: AnyClass, kind: string): Spellings {
  generation += 1
  const known = OWN.get(kind) ?? []
  let entry = known.find((each) => each.elementClass === elementClass)
  if (entry === undefined) {
    entry = { elementClass, spellings: new Map() }
    OWN.set(kind, [entry, ...known])
  }
  return entry.spellings
}

/** The part of rendering that users' elements are given. */
interface Out {
  readonly spelling: {
    readonly name: string
    typeName(type: SqlType): string
    literal(value: unknown, type: SqlType): string
  }
  readonly renderers: object
  node(element: Element): string
  quoted(name: string): string
}

/** The library's own spelling of an element; null where the dialect has none. */
function ownText(element: Element, kind: string, out: Out): string | null {
  const render = (out.renderers as Readonly<Record<string, ((element: Element, out: Out) => string) | undefined>>)[kind]
  return render === undefined ? null : render(element, out)
}

/**
 * @internal The text of a user's element; null for all others.
 * @throws UnsupportedCompilationError it has no spelling in the dialect
 */
export function customText(element: Element, out: Out): string | null {
  const custom = CUSTOM.get(element.kind)
  if (custom === undefined && !(element instanceof CustomElement)) return null
  const { name } = out.spelling
  const render = custom?.spellings.get(name) ?? custom?.spellings.get('')
  const base = custom?.base ?? null
  if (render !== undefined) return written(element, render, out)
  const text = base === null ? null : ownText(element, base, out)
  const className = element.constructor.name
  if (text === null)
    throw new UnsupportedCompilationError(
      `The dialect '${name}' has no spelling for elements of the class ${className}: tell one by compiles(${className}, (element, compiler) => ...)`,
    )
  return text
}

/**
 * @internal A renderer for a kind of the library's own, with the spellings that users gave it; null where there are none.
 * @param render the library's
 */
export function respelt<O extends Out>(
  kind: string,
  render: (element: Element, out: O) => string,
): ((element: Element, out: O) => string) | null {
  const entries = OWN.get(kind)
  if (entries === undefined) return null
  return (element, out) => {
    const { name } = out.spelling
    for (const { elementClass, spellings } of entries) {
      const own = element instanceof elementClass ? (spellings.get(name) ?? spellings.get('')) : undefined
      if (own !== undefined) return written(element, own, out)
    }
    return render(element, out)
  }
}

function written(element: Element, render: ElementRenderer<Element>, out: Out): string {
  const text: unknown = render(element, {
    dialect: out.spelling.name,
    process: (each) => out.node(each),
    default: (each) => {
      const own = ownText(each, CUSTOM.get(each.kind)?.base ?? each.kind, out)
      if (own !== null) return own
      throw new CompileError(`compiler.default() takes elements that the library has a spelling for; got ${each.kind}`)
    },
    quote: (each) => out.quoted(each),
    typeName: (type) => out.spelling.typeName(type),
    literal: (value, type) => out.spelling.literal(value, type),
  })
  if (typeof text !== 'string')
    throw new CompileError(
      `What compiles(${element.constructor.name}, ...) was given returns ${describe(text)} in place of SQL text`,
    )
  return text
}

/** An expression of a user's own, made of other expressions; {@link compiles} tells how it is written. */
export abstract class CustomElement<out V = unknown> extends ColumnElement<V> {
  static {
    defineKind(this, 'custom')
  }
  abstract override readonly type: SqlType<V>
  /** The expressions that it is made of: they tell its FROM elements and its place in the cache. */
  readonly parts: readonly ColumnElement[]
  constructor(...parts: readonly ColumnElement[]) {
    super()
    this.parts = parts
  }
  override fromObjects(): readonly Element[] {
    return fromsOf(this.parts)
  }
  /** Override it where the SQL depends on more than the parts: call this, then tell the rest. */
  walk(pass: Pass): void {
    pass.nodes(this.parts)
    pass.type(this.type)
  }
}
