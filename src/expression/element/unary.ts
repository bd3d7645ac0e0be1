// One operand: NOT, minus, ASC and DESC, DISTINCT, ANY and ALL.

import type { Element } from '../base/element.ts'
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { type Place, Tag, type Tracer, tracePart } from '../base/recipe.ts'
import type { Operator } from '../operator/operator.ts'
import type { SqlType } from '../types/type.ts'
import { ColumnElement } from './column-element.ts'
import { groupAgainst } from './grouping.ts'

/** An operator before its operand (`NOT x`, `-x`) or behind it (`x DESC`). */
export class Unary<V = unknown> extends ColumnElement<V> {
  declare readonly kind: 'unary'
  static {
    defineKind(this, 'unary')
  }
  declare readonly operator: Operator
  declare readonly element: ColumnElement
  declare readonly type: SqlType<V>
  declare readonly postfix: boolean
  constructor(operator: Operator, element: ColumnElement, type: SqlType<V>, postfix = false) {
    super()
    this.operator = operator
    this.element = element
    this.type = type
    this.postfix = postfix
  }
  override get topOperator(): Operator {
    return this.operator
  }
  override selfGroup(against: Operator): ColumnElement<V> {
    // ASC, NULLS LAST and their kin follow one another.
    return this.postfix ? this : groupAgainst(this, against)
  }
  override negated(): ColumnElement<boolean> | null {
    return this.operator.name === 'not' ? (this.element as ColumnElement<boolean>) : null
  }
  override fromObjects(): readonly Element[] {
    return this.element.fromObjects()
  }
  /** @internal */
  override addFroms(to: Element[]): void {
    if (this.fromObjects !== Unary.prototype.fromObjects) super.addFroms(to)
    else this.element.addFroms(to)
  }
  walk(pass: Pass): void {
    pass.identity(this.operator)
    pass.flag(this.postfix)
    pass.node(this.element)
    pass.type(this.type)
  }
  /** @internal */
  override trace(tracer: Tracer, at: Place): Place | null {
    if (this.constructor !== Unary) return null
    const isOfElement = this.type === this.element.type
    const place = at.tagged(Tag.unary, this.operator.id * 4 + (this.postfix ? 1 : 0) + (isOfElement ? 2 : 0))
    return tracePart(this.element, tracer, isOfElement ? place : place.after(this.type.id))
  }
}
