// `compiles()`: elements of users' own, with a spelling for each dialect.
import { ArgumentError, CompileError, UnsupportedCompilationError } from '../../errors.ts'
import { defineKind, Element } from '../../expression/base/element.ts'
import type { Pass } from '../../expression/base/pass.ts'
import { describe } from '../../expression/coerce/describe.ts'
import { ColumnElement } from '../../expression/element/column-element.ts'
import { fromsOf } from '../../expression/element/grouping.ts'
import type { SqlType } from '../../expression/types/type.ts'
import { checkKeys } from '../../nearest.ts'

/** What a renderer of {@link compiles} writes with. */
export interface ElementCompiler {
  /** The name of the dialect, such as 'postgresql'. */
  readonly dialect: string
  /** Any element as SQL, its values as parameters. */
  process(element: Element): string
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

/** By kind, then by dialect; the empty name is for all others. */
const RENDERERS: Map<string, Map<string, ElementRenderer<Element>>> = new Map()

/**
 * Tells how elements of a class are written, in one dialect or in all. Subclasses are written in the same way unless they are
 * told otherwise. The class tells what its SQL depends on by `walk()`, as {@link CustomElement} does for its parts; so
 * statements with it are compiled once for each shape.
 * @throws ArgumentError something that is no class of elements, a class of this library's own, or a dialect told twice
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
  const kind = kindOf(elementClass.prototype as Element)
  const { dialect = '' } = options
  const renderers = RENDERERS.get(kind)
  if (renderers === undefined)
    throw new ArgumentError(`compiles(): ${elementClass.name} is this library's own; write a subclass of it`)
  if (renderers.has(dialect))
    throw new ArgumentError(
      `compiles(): ${elementClass.name} has a spelling for ${dialect === '' ? 'all dialects' : `'${dialect}'`} already`,
    )
  renderers.set(dialect, render as unknown as ElementRenderer<Element>)
}

/** The kind of a class's elements: its own, made where it has none. */
function kindOf(prototype: Element): string {
  if (Object.hasOwn(prototype, 'kind')) return prototype.kind
  const kind = `custom ${RENDERERS.size + 1}: ${prototype.constructor.name}`
  defineKind({ prototype }, kind)
  RENDERERS.set(kind, new Map())
  return kind
}

/** The part of rendering that users' elements are given. */
interface Out {
  readonly spelling: {
    readonly name: string
    typeName(type: SqlType): string
    literal(value: unknown, type: SqlType): string
  }
  node(element: Element): string
  quoted(name: string): string
}

/**
 * @internal The text of a user's element; null for all others.
 * @throws UnsupportedCompilationError it has no spelling in the dialect
 */
export function customText(element: Element, out: Out): string | null {
  const renderers = RENDERERS.get(element.kind)
  if (renderers === undefined && !(element instanceof CustomElement)) return null
  const { name } = out.spelling
  const render = renderers?.get(name) ?? renderers?.get('')
  const className = element.constructor.name
  if (render === undefined)
    throw new UnsupportedCompilationError(
      `The dialect '${name}' has no spelling for elements of the class ${className}: tell one by compiles(${className}, (element, compiler) => ...)`,
    )
  const text: unknown = render(element, {
    dialect: name,
    process: (each) => out.node(each),
    quote: (each) => out.quoted(each),
    typeName: (type) => out.spelling.typeName(type),
    literal: (value, type) => out.spelling.literal(value, type),
  })
  if (typeof text !== 'string')
    throw new CompileError(`What compiles(${className}, ...) was given returns ${describe(text)} in place of SQL text`)
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
