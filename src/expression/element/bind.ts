// `Bind`: a value that becomes a parameter, never text.
import { defineKind } from '../base/element.ts'
import type { BindLike, Pass } from '../base/pass.ts'
import type { Tracer } from '../base/recipe.ts'
import { NullType } from '../types/null.ts'
import type { SqlType } from '../types/type.ts'
import { ColumnElement } from './column-element.ts'

/** What a bind without a value holds. */
export const NO_VALUE: unique symbol = Symbol('tsalchemy.noValue') as never

/** How a bind is written and where its value comes from. */
export interface BindOptions {
  /** The name is only a hint; the compiler makes it unique (`name_1`). Default false: the name is the user's, and equal names are one parameter. */
  readonly anonymous?: boolean
  /** Execution must give a value. Default false. */
  readonly required?: boolean
  /** The value is a list, to the right of IN. Default false. */
  readonly expanding?: boolean
  /** The value is written into the text at execution, as places that take no parameter need it. Default false. */
  readonly literalExecute?: boolean
}

/** A parameter. */
export class Bind<V = unknown> extends ColumnElement<V> implements BindLike {
  declare readonly kind: 'bind'
  static {
    defineKind(this, 'bind')
  }
  readonly key: string
  readonly type: SqlType<V>
  /** The value, a function that gives it at execution, or NO_VALUE. */
  readonly value: unknown
  readonly callable: boolean
  readonly anonymous: boolean
  readonly required: boolean
  readonly expanding: boolean
  readonly literalExecute: boolean

  constructor(key: string, value: unknown, type: SqlType<V>, options: BindOptions = {}) {
    super()
    this.key = key
    this.value = value
    this.type = type
    this.callable = typeof value === 'function'
    this.anonymous = options.anonymous ?? false
    this.required = options.required ?? false
    this.expanding = options.expanding ?? false
    this.literalExecute = options.literalExecute ?? false
  }

  /** The value at execution. */
  effectiveValue(): unknown {
    return this.callable ? (this.value as () => unknown)() : this.value
  }

  walk(pass: Pass): void {
    pass.bind(this)
    pass.flag(flagsOf(this))
  }
  /** @internal */
  override trace(tracer: Tracer): boolean {
    return this.traceBeside(null, tracer)
  }
  /** @internal The same, where it stands beside something that gives parameters their name. */
  traceBeside(name: string | null, tracer: Tracer): boolean {
    return this.constructor === Bind && tracer.bind(this, flagsOf(this), name)
  }
}

function flagsOf(bind: Bind): number {
  return (
    (bind.anonymous ? 1 : 0) |
    (bind.required ? 2 : 0) |
    (bind.expanding ? 4 : 0) |
    (bind.literalExecute ? 8 : 0) |
    // Two parameters of one name that hold a value each are refused.
    (bind.value === NO_VALUE ? 16 : 0)
  )
}

/** A parameter without a type takes that of what it stands beside, or is written into. */
export function withType(element: ColumnElement, type: SqlType): ColumnElement {
  if (!(element instanceof Bind) || element.type !== NullType || type === NullType) return element
  return new Bind(element.key, element.value, type, element)
}
