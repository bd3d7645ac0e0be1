// `FunctionCall`: a function of the database with its arguments.

import type { Element } from '../base/element.ts'
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { ColumnElement } from '../element/column-element.ts'
import { fromsOf } from '../element/grouping.ts'
import type { SqlType } from '../types/type.ts'

/** `package.name(arguments)`. */
export class FunctionCall<V = unknown> extends ColumnElement<V> {
  declare readonly kind: 'function'
  static {
    defineKind(FunctionCall, 'function')
  }
  /** Schema or package names before the function's own. */
  readonly packages: readonly string[]
  readonly name: string
  readonly operands: readonly ColumnElement[]
  readonly type: SqlType<V>
  /** DISTINCT before the arguments. */
  readonly isDistinct: boolean
  /** ORDER BY behind the arguments of an aggregate. */
  readonly orderBy: readonly ColumnElement[]
  constructor(
    packages: readonly string[],
    name: string,
    operands: readonly ColumnElement[],
    type: SqlType<V>,
    isDistinct = false,
    orderBy: readonly ColumnElement[] = [],
  ) {
    super()
    this.packages = packages
    this.name = name
    this.operands = operands
    this.type = type
    this.isDistinct = isDistinct
    this.orderBy = orderBy
  }
  override get parameterName(): string {
    return this.name
  }
  override get anonymousName(): string {
    return this.name
  }
  override fromObjects(): readonly Element[] {
    return fromsOf([...this.operands, ...this.orderBy])
  }
  walk(pass: Pass): void {
    pass.flag(this.packages.length)
    for (const name of this.packages) pass.text(name)
    pass.text(this.name)
    pass.nodes(this.operands)
    pass.type(this.type)
    pass.flag(this.isDistinct)
    pass.nodes(this.orderBy)
  }
}
