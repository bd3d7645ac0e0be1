// `Bind`: a value that becomes a parameter, never text.
import { defineKind } from '../base/element.ts'
import type { BindLike, Pass } from '../base/pass.ts'
import { type Place, type Tracer, traceBind } from '../base/recipe.ts'
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

const BIT = { anonymous: 1, required: 2, expanding: 4, literalExecute: 8 } as const

const NO_OPTIONS: BindOptions = {}

/** @internal Options of binds that the compiler names: shared, as one is made for each value of each statement. */
export const ANONYMOUS: BindOptions = { anonymous: true }

/** A parameter. */
export class Bind<V = unknown> extends ColumnElement<V> implements BindLike {
  declare readonly kind: 'bind'
  static {
    defineKind(this, 'bind')
  }
  declare readonly key: string
  declare readonly type: SqlType<V>
  /** The value, a function that gives it at execution, or NO_VALUE. */
  declare readonly value: unknown
  /** @internal The options as {@link BIT}s: one is made for each value of each statement. */
  declare readonly bits: number

  constructor(key: string, value: unknown, type: SqlType<V>, options: BindOptions = NO_OPTIONS) {
    super()
    this.key = key
    this.value = value
    this.type = type
    this.bits = options === ANONYMOUS ? BIT.anonymous : bitsOf(options)
  }

  get callable(): boolean {
    return typeof this.value === 'function'
  }
  get anonymous(): boolean {
    return (this.bits & BIT.anonymous) !== 0
  }
  get required(): boolean {
    return (this.bits & BIT.required) !== 0
  }
  get expanding(): boolean {
    return (this.bits & BIT.expanding) !== 0
  }
  get literalExecute(): boolean {
    return (this.bits & BIT.literalExecute) !== 0
  }

  /** The value at execution. */
  effectiveValue(): unknown {
    return this.callable ? (this.value as () => unknown)() : this.value
  }

  walk(pass: Pass): void {
    pass.bind(this)
    pass.flag(shapeOf(this))
  }
  /** @internal */
  override trace(tracer: Tracer, at: Place): Place | null {
    return this.traceBeside(null, tracer, at)
  }
  /** @internal The same, where it stands beside something that gives parameters their name. */
  traceBeside(name: string | null, tracer: Tracer, at: Place): Place | null {
    return this.constructor === Bind ? traceBind(this, shapeOf(this), name, tracer, at) : null
  }
}

function bitsOf(options: BindOptions): number {
  return (
    (options.anonymous ? BIT.anonymous : 0) |
    (options.required ? BIT.required : 0) |
    (options.expanding ? BIT.expanding : 0) |
    (options.literalExecute ? BIT.literalExecute : 0)
  )
}

/** Two parameters of one name that hold a value each are refused. */
function shapeOf(bind: Bind): number {
  return bind.value === NO_VALUE ? bind.bits | 16 : bind.bits
}

/** A parameter without a type takes that of what it stands beside, or is written into. */
export function withType(element: ColumnElement, type: SqlType): ColumnElement {
  if (!(element instanceof Bind) || element.type !== NullType || type === NullType) return element
  return new Bind(element.key, element.value, type, element)
}
