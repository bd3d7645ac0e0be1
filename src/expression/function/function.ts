// `FunctionCall`: a function of the database with its arguments.

import type { Element } from '../base/element.ts'
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { expectAll } from '../coerce/expect.ts'
import { ORDER } from '../coerce/roles.ts'
import type { ColumnElement, Expression } from '../element/column-element.ts'
import { fromsOf } from '../element/grouping.ts'
import { Windowed, WithinGroup } from '../element/window.ts'
import type { SqlType } from '../types/type.ts'

/** `package.name(arguments)`. */
export class FunctionCall<out V = unknown> extends Windowed<V> {
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
  /** Written without parentheses, in capitals: CURRENT_TIMESTAMP. */
  readonly isBare: boolean
  constructor(
    packages: readonly string[],
    name: string,
    operands: readonly ColumnElement[],
    type: SqlType<V>,
    isDistinct = false,
    orderBy: readonly ColumnElement[] = [],
    isBare = false,
  ) {
    super()
    this.packages = packages
    this.name = name
    this.operands = operands
    this.type = type
    this.isDistinct = isDistinct
    this.orderBy = orderBy
    this.isBare = isBare
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

  /**
   * The aggregate over different values only.
   * @example
   * func.count(users.c.name).distinct()   // count(DISTINCT users.name)
   */
  override distinct(): FunctionCall<V> {
    return new FunctionCall(this.packages, this.name, this.operands, this.type, true, this.orderBy)
  }
  /**
   * The order in which an aggregate takes its values; more calls add to it.
   * @example
   * func.stringAgg(users.c.name, ',').aggregateOrderBy(users.c.name.desc())
   * // string_agg(users.name, :string_agg_1 ORDER BY users.name DESC)
   */
  aggregateOrderBy(...by: readonly Expression[]): FunctionCall<V> {
    const orderBy = [...this.orderBy, ...expectAll(ORDER, by, '.aggregateOrderBy()')]
    return new FunctionCall(this.packages, this.name, this.operands, this.type, this.isDistinct, orderBy)
  }
  /**
   * `WITHIN GROUP (ORDER BY ...)`, for ordered-set aggregates; `V` is that of the value ordered by.
   * @example
   * func.percentileCont(0.5).withinGroup(users.c.age)   // percentile_cont(:percentile_cont_1) WITHIN GROUP (ORDER BY users.age)
   */
  withinGroup<T>(first: Expression<T>, ...by: readonly Expression[]): Windowed<T> {
    const orderBy = expectAll(ORDER, [first, ...by], '.withinGroup()')
    return new WithinGroup(this, orderBy, (orderBy[0] as ColumnElement<T>).type)
  }

  walk(pass: Pass): void {
    pass.flag(this.packages.length)
    for (const name of this.packages) pass.text(name)
    pass.text(this.name)
    pass.nodes(this.operands)
    pass.type(this.type)
    pass.flag((this.isDistinct ? 1 : 0) | (this.isBare ? 2 : 0))
    pass.nodes(this.orderBy)
  }
}
