// A name given to an expression, and references to that name in ORDER BY and GROUP BY.

import type { Element } from '../base/element.ts'
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { type Place, Tag, type Tracer, tracePart } from '../base/recipe.ts'
import { as } from '../operator/catalog.ts'
import type { Operator } from '../operator/operator.ts'
import type { SqlType } from '../types/type.ts'
import type { ColumnElement } from './column-element.ts'
import { AnonymousName, type Name, walkName } from './name.ts'
import { NamedElement } from './named.ts'

/** `element AS name` in the columns clause; the element alone elsewhere. */
export class Label<N extends string = string, V = unknown> extends NamedElement<N, V> {
  declare readonly kind: 'label'
  static {
    defineKind(this, 'label')
  }
  declare readonly key: N
  declare readonly name: Name
  declare readonly element: ColumnElement<V>
  /**
   * @param name the label; null lets the compiler choose one from the element's own name
   * @param key the key in the columns of a subquery; default: the name
   * @param isGiven somebody gave the label; one that a columns clause needs puts nothing in parentheses
   */
  constructor(name: N | AnonymousName | null, element: ColumnElement<V>, key: N | null = null, isGiven = true) {
    super()
    this.name = name ?? new AnonymousName(element.anonymousName)
    this.key = key ?? (typeof name === 'string' ? name : (element.anonymousName as N))
    this.element = isGiven ? (element.selfGroup(as) as ColumnElement<V>) : element
  }
  get type(): SqlType<V> {
    return this.element.type
  }
  override get topOperator(): Operator | null {
    return this.element.topOperator
  }
  override selfGroup(against: Operator): ColumnElement<V> {
    return this.element.selfGroup(against)
  }
  override negated(): ColumnElement<boolean> | null {
    return this.element.negated()
  }
  override fromObjects(): readonly Element[] {
    return this.element.fromObjects()
  }
  /** @internal */
  override addFroms(to: Element[]): void {
    if (this.fromObjects !== Label.prototype.fromObjects) super.addFroms(to)
    else this.element.addFroms(to)
  }
  walk(pass: Pass): void {
    walkName(pass, this.name)
    pass.text(this.key)
    pass.node(this.element)
  }
  /** @internal */
  override trace(tracer: Tracer, at: Place): Place | null {
    const { name } = this
    // A name that is chosen is one by its identity.
    if (this.constructor !== Label || typeof name !== 'string' || name !== this.key) return null
    return tracePart(this.element, tracer, at.tagged(Tag.label, 0).afterText(name))
  }
}
