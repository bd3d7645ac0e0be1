// Columns of aliases and subqueries, and what they stand for.

import { type Element, sharesKind } from '../base/element.ts'
import { type Place, Tag, type Tracer, tracePart } from '../base/recipe.ts'
import { ColumnClause } from '../element/column.ts'
import type { ColumnElement, NamedElement } from '../element/column-element.ts'
import type { ColumnForms } from '../element/column-forms.ts'
import { Label } from '../element/label.ts'
import type { Name } from '../element/name.ts'
import type { SqlType } from '../types/type.ts'

/** A FROM element that makes its columns from those of another. */
interface ProxyOwner extends Element {
  originalAt(position: number): NamedElement | undefined
}

/** A column of an alias, standing for a column of what is aliased. */
export class ProxyColumn<out N extends string = string, out V = unknown> extends ColumnClause<N, V> {
  static {
    sharesKind(this)
  }
  declare readonly table: ProxyOwner
  /** Null while nobody has asked for it. */
  #original: NamedElement<N, V> | null
  /** Its place among the columns of its table. */
  readonly #position: number
  /** @internal */
  constructor(
    original: NamedElement<N, V> | null,
    table: ProxyOwner,
    position: number,
    as: NamedColumn,
    forms: ColumnForms | null,
  ) {
    super(as.key as N, as.name, as.type as SqlType<V>, table, false, forms)
    this.#original = original
    this.#position = position
  }
  /** The column that it stands for. */
  get original(): NamedElement<N, V> {
    this.#original ??= this.table.originalAt(this.#position) as NamedElement as NamedElement<N, V>
    return this.#original
  }
  /** @internal */
  override trace(tracer: Tracer, at: Place): Place | null {
    return this.constructor === ProxyColumn ? tracePart(this.table, tracer, at.tagged(Tag.proxy, this.#position)) : null
  }
}

/** What a column is called, and its type. */
export interface NamedColumn {
  readonly key: string
  readonly name: Name
  readonly type: SqlType
}

/** What a column is another name of: that of a subquery the one within, a label what it names; null for what stands for itself. */
export function behind(column: ColumnElement): ColumnElement | null {
  if (column instanceof ProxyColumn) return column.original
  return column instanceof Label ? column.element : null
}
