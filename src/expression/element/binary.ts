// Two operands with an operator between them.

import type { Element } from '../base/element.ts'
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { keepBind, type Place, Tag, type Tracer, tracePart } from '../base/recipe.ts'
import { all, any } from '../operator/catalog.ts'
import type { Operator } from '../operator/operator.ts'
import { Boolean as BooleanType } from '../types/scalar.ts'
import type { SqlType } from '../types/type.ts'
import { Bind } from './bind.ts'
import type { ColumnClause } from './column.ts'
import { ColumnElement, NamedElement } from './column-element.ts'
import type { ComparisonForm } from './column-forms.ts'
import { fromsOf, groupAgainst } from './grouping.ts'
import { Unary } from './unary.ts'

/** `left operator right`. The operands are grouped by whoever builds the node. */
export class Binary<V = unknown> extends ColumnElement<V> {
  declare readonly kind: 'binary'
  static {
    defineKind(this, 'binary')
  }
  declare readonly left: ColumnElement
  declare readonly operator: Operator
  declare readonly right: ColumnElement
  declare readonly type: SqlType<V>
  /** The character of LIKE's ESCAPE, the flags of a regular expression, the configuration of a text search; null for none. */
  declare readonly modifier: string | null
  /** @internal What a comparison of a column with a value or a column is known by; null for anything else. */
  declare readonly form: ComparisonForm | null
  constructor(
    left: ColumnElement,
    operator: Operator,
    right: ColumnElement,
    type: SqlType<V>,
    modifier: string | null = null,
    form: ComparisonForm | null = null,
  ) {
    super()
    this.left = left
    this.operator = operator
    this.right = right
    this.type = type
    this.modifier = modifier
    this.form = form
  }
  override get topOperator(): Operator {
    return this.operator
  }
  override selfGroup(against: Operator): ColumnElement<V> {
    return groupAgainst(this, against)
  }
  override negated(): ColumnElement<boolean> | null {
    const negation = this.operator.negation
    // `x = ANY (list)` and `x != ANY (list)` can both be true.
    if (negation === null || isQuantified(this.right) || isNamedQuantifier(this.left) || isNamedQuantifier(this.right))
      return null
    return new Binary<boolean>(this.left, negation, this.right, this.type as SqlType<never>, this.modifier)
  }
  override fromObjects(): readonly Element[] {
    if (!isBinary(this.left)) return fromsOf([this.left, this.right])
    const chain = chainOf(this)
    return fromsOf([(chain.at(-1) as Binary).left, ...chain.reverse().map((each) => each.right)])
  }
  /** @internal */
  override addFroms(to: Element[]): void {
    if (isBinary(this.left) || this.fromObjects !== Binary.prototype.fromObjects) super.addFroms(to)
    else {
      this.left.addFroms(to)
      this.right.addFroms(to)
    }
  }
  walk(pass: Pass): void {
    if (!isBinary(this.left)) {
      pass.flag(1)
      pass.node(this.left)
      tell(this, pass)
      return
    }
    const chain = chainOf(this)
    pass.flag(chain.length)
    pass.node((chain.at(-1) as Binary).left)
    for (let index = chain.length - 1; index >= 0; index -= 1) tell(chain[index] as Binary, pass)
  }
  /** @internal */
  override trace(tracer: Tracer, at: Place): Place | null {
    if (this.constructor !== Binary) return null
    const { form } = this
    return form === null ? traceBinary(this, tracer, at) : traceForm(this, form, tracer, at)
  }
}

function isBinary(element: ColumnElement): element is Binary {
  return element instanceof Binary && element.kind === 'binary'
}

/** A node and those to its left, from the outside to the inside: chains of any length are handled in a loop, as the stack is not endless. */
function chainOf(node: Binary): Binary[] {
  const chain = [node]
  for (let left = node.left; isBinary(left); left = left.left) chain.push(left)
  return chain
}

/** All of a node but its left side. */
function tell(node: Binary, pass: Pass): void {
  pass.identity(node.operator)
  pass.node(node.right)
  pass.type(node.type)
  pass.text(node.modifier)
}

/** Tells a tracer a comparison that has a form: what is left is the value, and what columns are of by identity. */
function traceForm({ left, right }: Binary, form: ComparisonForm, tracer: Tracer, at: Place): Place | null {
  let place: Place | null = at.after(form.step)
  if (form.isLeftShared) place = tracePart((left as ColumnClause).table as Element, tracer, place)
  if (form.beside === 0) keepBind(right as Bind, tracer)
  return form.isRightShared ? tracePart((right as ColumnClause).table as Element, tracer, place) : place
}

function traceBinary(binary: Binary, tracer: Tracer, at: Place): Place | null {
  const { left, operator, right, type, modifier } = binary
  const isBoolean = type === BooleanType
  let place: Place | null = at.tagged(Tag.binary, operator.id * 4 + (isBoolean ? 1 : 0) + (modifier === null ? 0 : 2))
  if (!isBoolean) place = place.after(type.id)
  if (modifier !== null) place = place.afterText(modifier)
  place = tracePart(left, tracer, place)
  if (place === null || !(right instanceof Bind)) return tracePart(right, tracer, place)
  return right.traceBeside(left instanceof NamedElement ? left.key : left.parameterName, tracer, place)
}

/** Whether an element is `ANY (...)` or `ALL (...)`. */
export function isQuantified(element: ColumnElement): boolean {
  return element instanceof Unary && (element.operator === any || element.operator === all)
}

const QUANTIFIERS: ReadonlySet<string> = new Set(['all', 'any', 'some'])

/** `func('any', array)`, which is written as the quantifier and is one. */
function isNamedQuantifier(element: ColumnElement): boolean {
  return element.kind === 'function' && QUANTIFIERS.has(element.anonymousName.toLowerCase())
}
