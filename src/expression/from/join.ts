// `Join`: two FROM elements joined on a condition.
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import type { ColumnElement } from '../element/column-element.ts'
import type { NamedElement } from '../element/named.ts'
import { type ForeignKeyLink, FromClause } from './from-clause.ts'

/** `left JOIN right ON condition`; the condition is found by whoever builds the node. */
export class Join extends FromClause {
  declare readonly kind: 'join'
  static {
    defineKind(Join, 'join')
  }
  readonly left: FromClause
  readonly right: FromClause
  /** Null is a CROSS JOIN. */
  readonly on: ColumnElement<boolean> | null
  readonly isOuter: boolean
  readonly isFull: boolean
  constructor(left: FromClause, right: FromClause, on: ColumnElement<boolean> | null, isOuter = false, isFull = false) {
    super()
    this.left = left
    this.right = right
    this.on = on
    this.isOuter = isOuter
    this.isFull = isFull
  }
  get columnList(): readonly NamedElement[] {
    return [...this.left.columnList, ...this.right.columnList]
  }
  override foreignKeyLinks(): readonly ForeignKeyLink[] {
    return [...this.left.foreignKeyLinks(), ...this.right.foreignKeyLinks()]
  }
  override containedFroms(): readonly FromClause[] {
    return [this, ...this.left.containedFroms(), ...this.right.containedFroms()]
  }
  walk(pass: Pass): void {
    pass.shared(this.left)
    pass.shared(this.right)
    pass.node(this.on)
    pass.flag(this.isOuter)
    pass.flag(this.isFull)
  }
}
