// Parentheses, decided when an expression is built, by the strength of its operators.

import type { Element } from '../base/element.ts'
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { type Place, Tag, type Tracer, tracePart } from '../base/recipe.ts'
import { needsGrouping, type Operator } from '../operator/operator.ts'
import type { SqlType } from '../types/type.ts'
import { ColumnElement } from './column-element.ts'

/** An expression in parentheses. */
export class Grouping<V = unknown> extends ColumnElement<V> {
  declare readonly kind: 'grouping'
  static {
    defineKind(this, 'grouping')
  }
  readonly element: ColumnElement<V>
  constructor(element: ColumnElement<V>) {
    super()
    this.element = element
  }
  get type(): SqlType<V> {
    return this.element.type
  }
  override fromObjects(): readonly Element[] {
    return this.element.fromObjects()
  }
  /** @internal */
  override addFroms(to: Element[]): void {
    if (this.fromObjects !== Grouping.prototype.fromObjects) super.addFroms(to)
    else this.element.addFroms(to)
  }
  override get resultKey(): string | null {
    return this.element.resultKey
  }
  walk(pass: Pass): void {
    pass.node(this.element)
  }
  /** @internal */
  override trace(tracer: Tracer, at: Place): Place | null {
    return this.constructor === Grouping ? tracePart(this.element, tracer, at.tagged(Tag.grouping, 0)) : null
  }
}

/** The element, in parentheses where the operator around it binds as strongly or more. */
export function groupAgainst<V>(element: ColumnElement<V>, against: Operator): ColumnElement<V> {
  const top = element.topOperator
  return top !== null && needsGrouping(top, against) ? new Grouping(element) : element
}

/** The FROM elements of several expressions, each once, in order. */
export function fromsOf(elements: readonly (ColumnElement | null)[]): readonly Element[] {
  const froms: Element[] = []
  addFromsOf(elements, froms)
  return froms
}

/** Adds them to a list, each once. */
export function addFromsOf(elements: readonly (ColumnElement | null)[], to: Element[]): void {
  for (let index = 0; index < elements.length; index += 1) elements[index]?.addFroms(to)
}
