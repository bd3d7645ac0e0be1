// CAST, and a change of type in the eyes of this library only.

import type { Element } from '../base/element.ts'
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { type Place, Tag, type Tracer, tracePart } from '../base/recipe.ts'
import type { Operator } from '../operator/operator.ts'
import type { SqlType } from '../types/type.ts'
import { ColumnElement } from './column-element.ts'

/** `CAST(element AS type)`. */
export class Cast<V = unknown> extends ColumnElement<V> {
  declare readonly kind: 'cast'
  static {
    defineKind(this, 'cast')
  }
  readonly element: ColumnElement
  readonly type: SqlType<V>
  constructor(element: ColumnElement, type: SqlType<V>) {
    super()
    this.element = element
    this.type = type
  }
  override get resultKey(): string | null {
    return this.element.resultKey
  }
  override get anonymousName(): string {
    return this.element.anonymousName
  }
  override fromObjects(): readonly Element[] {
    return this.element.fromObjects()
  }
  walk(pass: Pass): void {
    pass.node(this.element)
    pass.type(this.type)
  }
  /** @internal */
  override trace(tracer: Tracer, at: Place): Place | null {
    return this.constructor === Cast ? tracePart(this.element, tracer, at.tagged(Tag.cast, this.type.id)) : null
  }
}

/** `TRY_CAST(element AS type)`: NULL where the value is none of the type; for databases that have it. */
export class TryCast<V = unknown> extends ColumnElement<V> {
  declare readonly kind: 'tryCast'
  static {
    defineKind(this, 'tryCast')
  }
  readonly element: ColumnElement
  readonly type: SqlType<V>
  constructor(element: ColumnElement, type: SqlType<V>) {
    super()
    this.element = element
    this.type = type
  }
  override get resultKey(): string | null {
    return this.element.resultKey
  }
  override get anonymousName(): string {
    return this.element.anonymousName
  }
  override fromObjects(): readonly Element[] {
    return this.element.fromObjects()
  }
  walk(pass: Pass): void {
    pass.node(this.element)
    pass.type(this.type)
  }
}

/** The element with another type for its values; writes nothing. */
export class TypeCoerce<V = unknown> extends ColumnElement<V> {
  declare readonly kind: 'typeCoerce'
  static {
    defineKind(this, 'typeCoerce')
  }
  readonly element: ColumnElement
  readonly type: SqlType<V>
  constructor(element: ColumnElement, type: SqlType<V>) {
    super()
    this.element = element
    this.type = type
  }
  override get resultKey(): string | null {
    return this.element.resultKey
  }
  override get anonymousName(): string {
    return this.element.anonymousName
  }
  override get topOperator(): Operator | null {
    return this.element.topOperator
  }
  /** Nothing is written around the element, so it needs the parentheses that it needs by itself. */
  override selfGroup(against: Operator): ColumnElement<V> {
    const grouped = this.element.selfGroup(against)
    return grouped === this.element ? this : new TypeCoerce(grouped, this.type)
  }
  override fromObjects(): readonly Element[] {
    return this.element.fromObjects()
  }
  walk(pass: Pass): void {
    pass.node(this.element)
    pass.type(this.type)
  }
}
