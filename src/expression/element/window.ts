// OVER, FILTER and WITHIN GROUP: what may follow a function.

import type { Element } from '../base/element.ts'
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { filter } from '../operator/catalog.ts'
import type { Operator } from '../operator/operator.ts'
import type { SqlType } from '../types/type.ts'
import { ColumnElement } from './column-element.ts'
import { fromsOf, groupAgainst } from './grouping.ts'

/** One end of a window frame, in rows, values or groups: negative before the current row, 0 the row itself, positive after it; null is unbounded. */
export type FrameBound = number | null

/** Which rows around the current one a window function sees. */
export interface Frame {
  readonly unit: 'ROWS' | 'RANGE' | 'GROUPS'
  readonly from: FrameBound
  readonly to: FrameBound
}

/** `element OVER (PARTITION BY ... ORDER BY ... frame)`. */
export class Over<V = unknown> extends ColumnElement<V> {
  declare readonly kind: 'over'
  static {
    defineKind(Over, 'over')
  }
  readonly element: ColumnElement<V>
  readonly partitionBy: readonly ColumnElement[]
  readonly orderBy: readonly ColumnElement[]
  readonly frame: Frame | null
  constructor(
    element: ColumnElement<V>,
    partitionBy: readonly ColumnElement[],
    orderBy: readonly ColumnElement[],
    frame: Frame | null,
  ) {
    super()
    this.element = element
    this.partitionBy = partitionBy
    this.orderBy = orderBy
    this.frame = frame
  }
  get type(): SqlType<V> {
    return this.element.type
  }
  override fromObjects(): readonly Element[] {
    return fromsOf([this.element, ...this.partitionBy, ...this.orderBy])
  }
  walk(pass: Pass): void {
    pass.node(this.element)
    pass.nodes(this.partitionBy)
    pass.nodes(this.orderBy)
    if (this.frame === null) pass.flag(false)
    else {
      pass.text(this.frame.unit)
      pass.text(this.frame.from === null ? null : String(this.frame.from))
      pass.text(this.frame.to === null ? null : String(this.frame.to))
    }
  }
}

/** `element FILTER (WHERE criterion)`. */
export class FunctionFilter<V = unknown> extends ColumnElement<V> {
  declare readonly kind: 'filter'
  static {
    defineKind(FunctionFilter, 'filter')
  }
  readonly element: ColumnElement<V>
  readonly criterion: ColumnElement<boolean>
  constructor(element: ColumnElement<V>, criterion: ColumnElement<boolean>) {
    super()
    this.element = element
    this.criterion = criterion
  }
  get type(): SqlType<V> {
    return this.element.type
  }
  override get topOperator(): Operator {
    return filter
  }
  override selfGroup(against: Operator): ColumnElement<V> {
    return groupAgainst(this, against)
  }
  override fromObjects(): readonly Element[] {
    return fromsOf([this.element, this.criterion])
  }
  walk(pass: Pass): void {
    pass.node(this.element)
    pass.node(this.criterion)
  }
}

/** `element WITHIN GROUP (ORDER BY ...)`. */
export class WithinGroup<V = unknown> extends ColumnElement<V> {
  declare readonly kind: 'withinGroup'
  static {
    defineKind(WithinGroup, 'withinGroup')
  }
  readonly element: ColumnElement
  readonly orderBy: readonly ColumnElement[]
  readonly type: SqlType<V>
  constructor(element: ColumnElement, orderBy: readonly ColumnElement[], type: SqlType<V>) {
    super()
    this.element = element
    this.orderBy = orderBy
    this.type = type
  }
  override fromObjects(): readonly Element[] {
    return fromsOf([this.element, ...this.orderBy])
  }
  walk(pass: Pass): void {
    pass.node(this.element)
    pass.nodes(this.orderBy)
    pass.type(this.type)
  }
}
