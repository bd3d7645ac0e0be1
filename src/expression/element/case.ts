// CASE, simple and searched.

import type { Element } from '../base/element.ts'
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import type { SqlType } from '../types/type.ts'
import { ColumnElement } from './column-element.ts'
import { fromsOf } from './grouping.ts'

/** `CASE [value] WHEN condition THEN result ... [ELSE otherwise] END`. */
export class Case<V = unknown> extends ColumnElement<V> {
  declare readonly kind: 'case'
  static {
    defineKind(this, 'case')
  }
  readonly value: ColumnElement | null
  readonly conditions: readonly ColumnElement[]
  readonly results: readonly ColumnElement[]
  readonly otherwise: ColumnElement | null
  readonly type: SqlType<V>
  constructor(
    value: ColumnElement | null,
    conditions: readonly ColumnElement[],
    results: readonly ColumnElement[],
    otherwise: ColumnElement | null,
    type: SqlType<V>,
  ) {
    super()
    this.value = value
    this.conditions = conditions
    this.results = results
    this.otherwise = otherwise
    this.type = type
  }
  override fromObjects(): readonly Element[] {
    const whens = this.conditions.flatMap((condition, index) => [condition, this.results[index] ?? null])
    return fromsOf([this.value, ...whens, this.otherwise])
  }
  walk(pass: Pass): void {
    pass.node(this.value)
    pass.nodes(this.conditions)
    pass.nodes(this.results)
    pass.node(this.otherwise)
    pass.type(this.type)
  }
}
