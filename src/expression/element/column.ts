// `ColumnClause`: a name that may belong to a FROM element; schema columns extend it.

import type { Element } from '../base/element.ts'
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { type Place, Tag, type Tracer } from '../base/recipe.ts'
import type { SqlType } from '../types/type.ts'
import type { ColumnForms } from './column-forms.ts'
import { baseOfName, type Name, walkName } from './name.ts'
import { NamedElement } from './named.ts'

/** A column by name. */
export class ColumnClause<N extends string = string, V = unknown, Source = unknown> extends NamedElement<N, V, Source> {
  declare readonly kind: 'column'
  static {
    defineKind(this, 'column')
  }
  declare readonly key: N
  declare readonly name: Name
  declare readonly type: SqlType<V>
  /** The FROM element it belongs to; null for a bare name. */
  declare readonly table: Element | null
  /** The name is literal SQL and is not quoted. */
  declare readonly isLiteral: boolean
  /** @internal How it is compared; null where nothing is known that outlives it. */
  declare readonly forms: ColumnForms | null
  constructor(
    key: N,
    name: Name,
    type: SqlType<V>,
    table: Element | null = null,
    isLiteral = false,
    forms: ColumnForms | null = null,
  ) {
    super()
    this.forms = forms
    this.key = key
    this.name = name
    this.type = type
    this.table = table
    this.isLiteral = isLiteral
  }
  override get parameterName(): string {
    // A name that the compiler chooses says nothing of what is meant.
    return typeof this.name === 'string' ? this.key : super.parameterName
  }
  override get anonymousName(): string {
    return baseOfName(this.name)
  }
  override fromObjects(): readonly Element[] {
    return this.table === null ? [] : [this.table]
  }
  /** @internal */
  override addFroms(to: Element[]): void {
    if (this.fromObjects !== ColumnClause.prototype.fromObjects) super.addFroms(to)
    else if (this.table !== null && !to.includes(this.table)) to.push(this.table)
  }
  walk(pass: Pass): void {
    walkName(pass, this.name)
    pass.text(this.key)
    pass.type(this.type)
    pass.flag(this.isLiteral)
    if (this.table === null) pass.node(null)
    else pass.shared(this.table)
  }
  /** @internal */
  override trace(_tracer: Tracer, at: Place): Place | null {
    const { name, key, forms } = this
    if (forms !== null) return at.after(forms.step)
    if (this.constructor !== ColumnClause || this.table !== null || typeof name !== 'string') return null
    const place = at
      .tagged(Tag.name, this.type.id * 4 + (this.isLiteral ? 1 : 0) + (name === key ? 2 : 0))
      .afterText(name)
    return place === null || name === key ? place : place.afterText(key)
  }
}
