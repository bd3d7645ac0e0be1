// `ArrayLiteral`: an array made of expressions.
import type { Element } from '../base/element.ts'
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { all, any } from '../operator/catalog.ts'
import type { Operator } from '../operator/operator.ts'
import type { SqlType } from '../types/type.ts'
import { ColumnElement } from './column-element.ts'
import { fromsOf, Grouping } from './grouping.ts'

/** `ARRAY[a, b]`. */
export class ArrayLiteral<V = unknown> extends ColumnElement<V> {
  declare readonly kind: 'arrayLiteral'
  static {
    defineKind(this, 'arrayLiteral')
  }
  readonly items: readonly ColumnElement[]
  readonly type: SqlType<V>
  constructor(items: readonly ColumnElement[], type: SqlType<V>) {
    super()
    this.items = items
    this.type = type
  }
  override selfGroup(against: Operator): ColumnElement<V> {
    return against === any || against === all ? new Grouping<V>(this) : this
  }
  override fromObjects(): readonly Element[] {
    return fromsOf(this.items)
  }
  walk(pass: Pass): void {
    pass.nodes(this.items)
    pass.type(this.type)
  }
}
