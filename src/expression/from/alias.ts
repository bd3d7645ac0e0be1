// Another name for a FROM element: aliases, subqueries, LATERAL, common table expressions.

import type { Element } from '../base/element.ts'
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { ColumnClause } from '../element/column.ts'
import type { ColumnElement } from '../element/column-element.ts'
import { AnonymousName, type Name, walkName } from '../element/name.ts'
import type { NamedElement } from '../element/named.ts'
import { type ForeignKeyLink, FromClause } from './from-clause.ts'

/** A column of an alias, standing for a column of what is aliased. */
export class ProxyColumn<N extends string = string, V = unknown> extends ColumnClause<N, V> {
  readonly original: NamedElement<N, V>
  constructor(original: NamedElement<N, V>, table: FromClause) {
    super(original.key, original.name, original.type, table)
    this.original = original
  }
}

/** What has a name of its own and proxies the columns of another FROM element. */
export abstract class NamedFrom extends FromClause {
  readonly name: Name
  #columns: readonly NamedElement[] | null = null
  /** @param name null lets the compiler choose */
  constructor(name: string | null, base: string) {
    super()
    this.name = name ?? new AnonymousName(base)
  }
  /** The columns that are proxied. */
  protected abstract originals(): readonly NamedElement[]

  get columnList(): readonly NamedElement[] {
    this.#columns ??= this.originals().map((column) => new ProxyColumn(column, this))
    return this.#columns
  }
  override get anonymousName(): string {
    return typeof this.name === 'string' ? this.name : this.name.base
  }
  override corresponding(column: ColumnElement): NamedElement | null {
    for (const own of this.columnList) {
      let proxied: ColumnElement = own
      while (proxied !== column && proxied instanceof ProxyColumn) proxied = proxied.original
      if (proxied === column) return own
    }
    return null
  }
}

/** `element AS name`. */
export class Alias extends NamedFrom {
  declare readonly kind: 'alias'
  static {
    defineKind(Alias, 'alias')
  }
  readonly element: FromClause
  readonly isLateral: boolean
  constructor(element: FromClause, name: string | null, isLateral = false) {
    super(name, element.anonymousName)
    this.element = element
    this.isLateral = isLateral
  }
  protected originals(): readonly NamedElement[] {
    return this.element.columnList
  }
  override foreignKeyLinks(): readonly ForeignKeyLink[] {
    return this.element.foreignKeyLinks().flatMap((link) => {
      const column = this.corresponding(link.column)
      return column === null ? [] : [{ ...link, column }]
    })
  }
  walk(pass: Pass): void {
    walkName(pass, this.name)
    pass.flag(this.isLateral)
    pass.shared(this.element)
  }
}

/** A statement whose rows can stand in FROM: SELECT, a compound of SELECTs, or a write with RETURNING (in a CTE only). */
export interface RowSource extends Element {
  /** The columns of its rows, named as the statement around it sees them. */
  readonly exportedColumns: readonly NamedElement[]
}

/** `(select) AS name`. */
export class Subquery extends NamedFrom {
  declare readonly kind: 'subquery'
  static {
    defineKind(Subquery, 'subquery')
  }
  readonly element: RowSource
  readonly isLateral: boolean
  constructor(element: RowSource, name: string | null, isLateral = false) {
    super(name, 'anon')
    this.element = element
    this.isLateral = isLateral
  }
  protected originals(): readonly NamedElement[] {
    return this.element.exportedColumns
  }
  walk(pass: Pass): void {
    walkName(pass, this.name)
    pass.flag(this.isLateral)
    pass.node(this.element)
  }
}

/** Options of a common table expression. */
export interface CteOptions {
  readonly recursive?: boolean
  /** PostgreSQL's `MATERIALIZED` (true) or `NOT MATERIALIZED` (false). */
  readonly materialized?: boolean | null
}

/** `WITH name AS (statement)`; in FROM only the name. */
export class Cte extends NamedFrom {
  declare readonly kind: 'cte'
  static {
    defineKind(Cte, 'cte')
  }
  readonly recursive: boolean
  readonly materialized: boolean | null
  #element: RowSource
  constructor(element: RowSource, name: string | null, options: CteOptions = {}) {
    super(name, 'anon')
    this.#element = element
    this.recursive = options.recursive ?? false
    this.materialized = options.materialized ?? null
  }
  get element(): RowSource {
    return this.#element
  }
  /** The same name over another statement: the recursive step refers to `this`, so the object stays and its statement is completed. */
  complete(element: RowSource): this {
    this.#element = element
    return this
  }
  protected originals(): readonly NamedElement[] {
    return this.#element.exportedColumns
  }
  walk(pass: Pass): void {
    walkName(pass, this.name)
    pass.flag(this.recursive)
    pass.flag(this.materialized === null ? 2 : this.materialized)
    pass.node(this.#element)
  }
}
