// Lists of expressions: AND and OR, comma lists, tuples.

import type { Element } from '../base/element.ts'
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { type Place, Tag, type Tracer, traceParts } from '../base/recipe.ts'
import { comma } from '../operator/catalog.ts'
import type { Operator } from '../operator/operator.ts'
import { Boolean as BooleanType } from '../types/scalar.ts'
import { TupleType } from '../types/tuple.ts'
import type { SqlType } from '../types/type.ts'
import { ColumnElement } from './column-element.ts'
import { addFromsOf, fromsOf, Grouping, groupAgainst } from './grouping.ts'

/** Two or more conditions joined by AND or by OR; flattening and constants are settled by whoever builds it. */
export class BooleanList extends ColumnElement<boolean> {
  declare readonly kind: 'booleanList'
  static {
    defineKind(this, 'booleanList')
  }
  declare readonly operator: Operator
  declare readonly clauses: readonly ColumnElement<boolean>[]
  constructor(operator: Operator, clauses: readonly ColumnElement<boolean>[]) {
    super()
    this.operator = operator
    this.clauses = clauses
  }
  get type(): SqlType<boolean> {
    return BooleanType
  }
  override get topOperator(): Operator {
    return this.operator
  }
  override selfGroup(against: Operator): ColumnElement<boolean> {
    return groupAgainst(this, against)
  }
  override fromObjects(): readonly Element[] {
    return fromsOf(this.clauses)
  }
  /** @internal */
  override addFroms(to: Element[]): void {
    if (this.fromObjects !== BooleanList.prototype.fromObjects) super.addFroms(to)
    else addFromsOf(this.clauses, to)
  }
  walk(pass: Pass): void {
    pass.identity(this.operator)
    pass.nodes(this.clauses)
  }
  /** @internal */
  override trace(tracer: Tracer, at: Place): Place | null {
    if (this.constructor !== BooleanList) return null
    return traceParts(this.clauses, tracer, at.tagged(Tag.list, this.operator.id))
  }
}

/** Expressions with commas between them. */
export class ClauseList extends ColumnElement<unknown> {
  declare readonly kind: 'clauseList'
  static {
    defineKind(this, 'clauseList')
  }
  readonly clauses: readonly ColumnElement[]
  readonly type: SqlType<unknown>
  constructor(clauses: readonly ColumnElement[], type: SqlType<unknown>) {
    super()
    this.clauses = clauses
    this.type = type
  }
  override get topOperator(): Operator {
    return comma
  }
  override selfGroup(_against: Operator): ColumnElement {
    return new Grouping(this)
  }
  override fromObjects(): readonly Element[] {
    return fromsOf(this.clauses)
  }
  walk(pass: Pass): void {
    pass.nodes(this.clauses)
    pass.type(this.type)
  }
}

/** A row value: `(a, b)`. */
export class Tuple<V extends unknown[] = unknown[]> extends ColumnElement<V> {
  declare readonly kind: 'tuple'
  static {
    defineKind(this, 'tuple')
  }
  readonly clauses: readonly ColumnElement[]
  readonly type: SqlType<V>
  constructor(clauses: readonly ColumnElement[]) {
    super()
    this.clauses = clauses
    this.type = new TupleType(clauses.map((clause) => clause.type)) as SqlType<unknown> as SqlType<V>
  }
  override fromObjects(): readonly Element[] {
    return fromsOf(this.clauses)
  }
  walk(pass: Pass): void {
    pass.nodes(this.clauses)
  }
}
