// SELECTs as expressions: scalar subqueries, EXISTS, and the right side of IN.
import { ArgumentError } from '../../errors.ts'
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { type Place, Tag, type Tracer, traceWithin } from '../base/recipe.ts'
import type { Criterion } from '../comparator/conjunction.ts'
import { ColumnElement } from '../element/column-element.ts'
import { groupAgainst } from '../element/grouping.ts'
import type { RowSource } from '../from/alias.ts'
import type { FromArgument } from '../from/typed.ts'
import { exists as existsOperator, not } from '../operator/catalog.ts'
import type { Operator } from '../operator/operator.ts'
import { Boolean as BooleanType } from '../types/scalar.ts'
import type { SqlType } from '../types/type.ts'

/** `(select)` as a value. */
export class ScalarSelect<out V = unknown> extends ColumnElement<V> {
  declare readonly kind: 'scalarSelect'
  static {
    defineKind(this, 'scalarSelect')
  }
  /** Declared only. */
  declare readonly '~single': V
  readonly element: RowSource
  readonly type: SqlType<V>
  constructor(element: RowSource, type: SqlType<V>) {
    super()
    this.element = element
    this.type = type
  }
  /** Adds criteria to the SELECT within. */
  where(...criteria: readonly Criterion[]): ScalarSelect<V> {
    return new ScalarSelect(refinable(this, 'where()').where(...criteria), this.type)
  }
  /**
   * Tells the SELECT within which FROM elements of the statements around are meant.
   * @example
   * const count = select(func.count(addresses.c.id)).where(addresses.c.userId.eq(users.c.id)).scalarSubquery()
   * select(users.c.name, addresses.c.email, count.correlate(users).label('n')).join(addresses)
   * // SELECT users.name, addresses.email, (SELECT count(addresses.id) AS count_1 FROM addresses
   * // WHERE addresses.user_id = users.id) AS n FROM users JOIN addresses ON users.id = addresses.user_id
   */
  correlate(...from: readonly (FromArgument | null)[]): ScalarSelect<V> {
    return new ScalarSelect(refinable(this, 'correlate()').correlate(...(from as never[])), this.type)
  }
  /** Tells the SELECT within which FROM elements are its own; all others are those of the statements around. */
  correlateExcept(...from: readonly FromArgument[]): ScalarSelect<V> {
    return new ScalarSelect(refinable(this, 'correlateExcept()').correlateExcept(...(from as never[])), this.type)
  }
  walk(pass: Pass): void {
    pass.node(this.element)
    pass.type(this.type)
  }
  /** @internal */
  override trace(tracer: Tracer, at: Place): Place | null {
    if (this.constructor !== ScalarSelect) return null
    return traceWithin(this.element.trail, tracer, at.tagged(Tag.scalar, this.type.id))
  }
}

/** What can be added to a SELECT within; `Select` has these. */
interface Refinable extends RowSource {
  where(...criteria: readonly Criterion[]): RowSource
  selectFrom(...from: readonly never[]): RowSource
  correlate(...from: readonly never[]): RowSource
  correlateExcept(...from: readonly never[]): RowSource
}

/** `EXISTS (select)`, or NOT EXISTS. */
export class Exists extends ColumnElement<boolean> {
  declare readonly kind: 'exists'
  static {
    defineKind(this, 'exists')
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
    return this.isNegated ? not : existsOperator
  }
  override selfGroup(against: Operator): ColumnElement<boolean> {
    return groupAgainst(this, against)
  }
  override negated(): ColumnElement<boolean> {
    return new Exists(this.element, !this.isNegated)
  }

  /** Adds criteria to the SELECT within. */
  where(...criteria: readonly Criterion[]): Exists {
    return new Exists(refinable(this, 'where()').where(...criteria), this.isNegated)
  }
  /** Adds FROM elements to the SELECT within. */
  selectFrom(...from: readonly { readonly '~columns': unknown }[]): Exists {
    return new Exists(refinable(this, 'selectFrom()').selectFrom(...(from as never[])), this.isNegated)
  }
  /** Tells the SELECT within which FROM elements of the statements around are meant. */
  correlate(...from: readonly (FromArgument | null)[]): Exists {
    return new Exists(refinable(this, 'correlate()').correlate(...(from as never[])), this.isNegated)
  }
  /** Tells the SELECT within which FROM elements are its own; all others are those of the statements around. */
  correlateExcept(...from: readonly FromArgument[]): Exists {
    return new Exists(refinable(this, 'correlateExcept()').correlateExcept(...(from as never[])), this.isNegated)
  }

  walk(pass: Pass): void {
    pass.node(this.element)
    pass.flag(this.isNegated)
  }
  /** @internal */
  override trace(tracer: Tracer, at: Place): Place | null {
    if (this.constructor !== Exists) return null
    return traceWithin(this.element.trail, tracer, at.tagged(Tag.exists, this.isNegated ? 1 : 0))
  }
}

/** The SELECT within, to be told more. */
function refinable(around: Exists | ScalarSelect, where: string): Refinable {
  if (around.element.kind === 'select') return around.element as Refinable
  const what = around instanceof Exists ? 'EXISTS' : 'a scalar subquery'
  throw new ArgumentError(`${where} of ${what} is for a SELECT; this one holds several put together`)
}
