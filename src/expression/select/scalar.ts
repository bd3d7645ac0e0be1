// SELECTs as expressions: scalar subqueries, EXISTS, and the right side of IN.
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { ColumnElement } from '../element/column-element.ts'
import { groupAgainst } from '../element/grouping.ts'
import type { RowSource } from '../from/alias.ts'
import { exists, not } from '../operator/catalog.ts'
import type { Operator } from '../operator/operator.ts'
import { Boolean as BooleanType } from '../types/scalar.ts'
import type { SqlType } from '../types/type.ts'

/** `(select)` as a value. */
export class ScalarSelect<V = unknown> extends ColumnElement<V> {
  declare readonly kind: 'scalarSelect'
  static {
    defineKind(ScalarSelect, 'scalarSelect')
  }
  readonly element: RowSource
  readonly type: SqlType<V>
  constructor(element: RowSource, type: SqlType<V>) {
    super()
    this.element = element
    this.type = type
  }
  walk(pass: Pass): void {
    pass.node(this.element)
  }
}

/** `EXISTS (select)`, or NOT EXISTS. */
export class Exists extends ColumnElement<boolean> {
  declare readonly kind: 'exists'
  static {
    defineKind(Exists, 'exists')
  }
  readonly element: RowSource
  readonly isNegated: boolean
  constructor(element: RowSource, isNegated = false) {
    super()
    this.element = element
    this.isNegated = isNegated
  }
  get type(): SqlType<boolean> {
    return BooleanType
  }
  override get topOperator(): Operator {
    return this.isNegated ? not : exists
  }
  override selfGroup(against: Operator): ColumnElement<boolean> {
    return groupAgainst(this, against)
  }
  override negated(): ColumnElement<boolean> {
    return new Exists(this.element, !this.isNegated)
  }
  walk(pass: Pass): void {
    pass.node(this.element)
    pass.flag(this.isNegated)
  }
}
