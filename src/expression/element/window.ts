// OVER, FILTER and WITHIN GROUP: what may follow a function.

import type { Element } from '../base/element.ts'
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { filter, not, over } from '../operator/catalog.ts'
import type { Operator } from '../operator/operator.ts'
import { Boolean as BooleanType } from '../types/scalar.ts'
import type { SqlType } from '../types/type.ts'
import { ColumnElement, type Expression, operate } from './column-element.ts'
import { fromsOf, groupAgainst } from './grouping.ts'
import { Unary } from './unary.ts'

/** So far before or after the current row: a number, or in a frame of values an interval or other expression. */
export type FrameOffset =
  | { readonly preceding: number | Expression; readonly following?: never }
  | { readonly following: number | Expression; readonly preceding?: never }

/** One end of a window frame, in rows, values or groups: negative before the current row, 0 the row itself, positive after it; null is unbounded. */
export type FrameBound = number | null | FrameOffset

/** Rows of the frame that are left out all the same. */
export type FrameExclusion = 'current row' | 'group' | 'ties' | 'no others'

/** An end of a frame that an expression tells. */
export interface FrameEnd {
  readonly direction: 'PRECEDING' | 'FOLLOWING'
  readonly by: ColumnElement
}

/** Which rows around the current one a window function sees. */
export interface Frame {
  readonly unit: 'ROWS' | 'RANGE' | 'GROUPS'
  readonly from: number | null | FrameEnd
  readonly to: number | null | FrameEnd
  readonly exclude: FrameExclusion | null
}

/** One expression or several. */
export type OneOrMany<T> = T | readonly T[]

/** Options of {@link Windowed.over}. Frames: null is unbounded, 0 the current row, -n before it, n after it, `{ preceding: interval }` by an expression. */
export interface OverOptions {
  /** Rows that are equal in these are seen together; names too, as in `orderBy`. Default: all rows are. */
  readonly partitionBy?: OneOrMany<Expression | string>
  /** The order in which rows follow one another; names too: of a column, else of a label, which is spelt out. */
  readonly orderBy?: OneOrMany<Expression | string>
  /** The frame in rows. One of `rows`, `range` and `groups` at most. */
  readonly rows?: readonly [from: FrameBound, to: FrameBound]
  /** The frame in values of the order. */
  readonly range?: readonly [from: FrameBound, to: FrameBound]
  /** The frame in groups of equal rows. */
  readonly groups?: readonly [from: FrameBound, to: FrameBound]
  /** Rows of the frame that are left out: the current row, those equal to it, or both. Default: none. */
  readonly exclude?: FrameExclusion
}

/** What can be computed over a window, and over some of the rows only: functions. */
export abstract class Windowed<out V = unknown> extends ColumnElement<V> {
  /**
   * `OVER (PARTITION BY ... ORDER BY ... frame)`.
   * @throws ArgumentError for an unknown option, a frame that is none, or two frames
   * @example
   * func.sum(users.c.age).over({ partitionBy: users.c.name, orderBy: users.c.id, rows: [null, 0] })
   * // sum(users.age) OVER (PARTITION BY users.name ORDER BY users.id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
   */
  over(options: OverOptions = {}): ColumnElement<V> {
    return operate.use(this, over, [options]) as ColumnElement<V>
  }
  /**
   * `FILTER (WHERE ...)`: only rows that fulfil all criteria are aggregated.
   * @example
   * func.count().filter(users.c.age.gt(17))   // count(*) FILTER (WHERE users.age > :age_1)
   */
  filter(...criteria: readonly Expression<boolean | null>[]): Windowed<V> {
    return operate.use(this, filter, criteria) as Windowed<V>
  }
}

/** `element OVER (PARTITION BY ... ORDER BY ... frame)`. */
export class Over<V = unknown> extends ColumnElement<V> {
  declare readonly kind: 'over'
  static {
    defineKind(this, 'over')
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
    const ends = this.frame === null ? [] : [this.frame.from, this.frame.to]
    const offsets = ends.flatMap((end) => (end === null || typeof end === 'number' ? [] : [end.by]))
    return fromsOf([this.element, ...this.partitionBy, ...this.orderBy, ...offsets])
  }
  walk(pass: Pass): void {
    pass.node(this.element)
    pass.nodes(this.partitionBy)
    pass.nodes(this.orderBy)
    if (this.frame === null) pass.flag(false)
    else {
      pass.text(this.frame.unit)
      walkEnd(pass, this.frame.from)
      walkEnd(pass, this.frame.to)
      pass.text(this.frame.exclude)
    }
  }
}

function walkEnd(pass: Pass, end: number | null | FrameEnd): void {
  if (end === null || typeof end === 'number') pass.text(end === null ? null : String(end))
  else {
    pass.text(end.direction)
    pass.node(end.by)
  }
}

/** `element FILTER (WHERE criterion)`. */
export class FunctionFilter<out V = unknown> extends Windowed<V> {
  declare readonly kind: 'filter'
  static {
    defineKind(this, 'filter')
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
  /** FILTER belongs to the function, so that NOT before it needs no parentheses. */
  override negated(): ColumnElement<boolean> {
    return new Unary(not, this, BooleanType)
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
export class WithinGroup<out V = unknown> extends Windowed<V> {
  declare readonly kind: 'withinGroup'
  static {
    defineKind(this, 'withinGroup')
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
  override get anonymousName(): string {
    return this.element.anonymousName
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
