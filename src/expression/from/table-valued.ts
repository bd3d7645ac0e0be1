// Functions in FROM: those that give rows with columns, those whose rows are one value, and samples of tables.
import { checkKeys } from '../../nearest.ts'
import type { Element } from '../base/element.ts'
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { ColumnClause } from '../element/column.ts'
import { type ColumnElement, NamedElement } from '../element/column-element.ts'
import { baseOfName, type Name, walkName } from '../element/name.ts'
import { BigInteger } from '../types/numeric.ts'
import type { SqlType } from '../types/type.ts'
import { FromClause, NamedFrom } from './from-clause.ts'
import type { Anonymous, RowColumns } from './typed.ts'

/** A column that a function gives. */
export interface TableValuedColumn {
  readonly name: string
  readonly type: SqlType
}

/** How a function stands in FROM. */
export interface TableValuedState {
  readonly name: Name
  readonly columns: readonly TableValuedColumn[]
  /** The name of the column with the row's number; null for none. */
  readonly ordinality: string | null
  /** The columns are named in the statement: `AS name(a, b)`. */
  readonly isDerived: boolean
  /** With their types: `AS name(a INTEGER, b VARCHAR)`. */
  readonly withTypes: boolean
  readonly isLateral: boolean
}

/** Options of {@link TableValued.renderDerived}. */
export interface RenderDerivedOptions {
  /** Default: the name it has, or one that the compiler chooses. */
  readonly name?: string
  /** Functions that give records want their types too. Default false. */
  readonly withTypes?: boolean
}

/** `function(...) AS name`, with columns; every method gives a new one. */
export class TableValued<Row = unknown> extends FromClause {
  declare readonly kind: 'tableValued'
  static {
    defineKind(this, 'tableValued')
  }
  /** Declared only. */
  declare readonly '~columns': Row
  /** Declared only. */
  declare readonly '~source': Anonymous<Row>
  readonly element: ColumnElement
  readonly name: Name
  readonly columnList: readonly NamedElement[]
  /** @internal */
  readonly valued: TableValuedState
  constructor(element: ColumnElement, valued: TableValuedState) {
    super()
    this.element = element
    this.valued = valued
    this.name = valued.name
    const columns = valued.columns.map(({ name, type }) => new ColumnClause(name, name, type, this))
    const { ordinality } = valued
    this.columnList =
      ordinality === null ? columns : [...columns, new ColumnClause(ordinality, ordinality, BigInteger, this)]
  }
  override get anonymousName(): string {
    return baseOfName(this.name)
  }
  /** Whether it sees the FROM elements before it; functions do so without being told, too. */
  get isLateral(): boolean {
    return this.valued.isLateral
  }
  /** The columns by key. */
  get c(): RowColumns<Row, Anonymous<Row>> {
    return this.columns as unknown as RowColumns<Row, Anonymous<Row>>
  }
  #with(change: Partial<TableValuedState>): TableValued<Row> {
    return new TableValued<Row>(this.element, { ...this.valued, ...change })
  }
  /** Says LATERAL, as joins with a function of the row want it. */
  lateral(name: string | null = null): TableValued<Row> {
    return this.#with({ isLateral: true, name: name ?? this.name })
  }
  /**
   * Names the columns in the statement, as PostgreSQL needs it where the function does not name them itself.
   * @example
   * func.unnest(docs.c.tags).tableValued('tag', { withOrdinality: 'n' }).renderDerived({ name: 't' })
   * // unnest(docs.tags) WITH ORDINALITY AS t(tag, n)
   * @throws ArgumentError an option that is unknown.
   */
  renderDerived(options: RenderDerivedOptions = {}): TableValued<Row> {
    checkKeys('renderDerived()', options, [], ['withTypes'], ['name'])
    const { name, withTypes = false } = options
    return this.#with({ isDerived: true, withTypes, name: name ?? this.name })
  }
  /** @internal */
  override adapted(change: (element: Element) => Element): FromClause {
    const element = change(this.element) as ColumnElement
    return element === this.element ? this : new TableValued(element, this.valued)
  }
  walk(pass: Pass): void {
    const { columns, ordinality, isDerived, withTypes, isLateral } = this.valued
    walkName(pass, this.name)
    pass.node(this.element)
    pass.flag(columns.length)
    for (const column of columns) {
      pass.text(column.name)
      pass.type(column.type)
    }
    pass.text(ordinality)
    pass.flag((isDerived ? 1 : 0) | (withTypes ? 2 : 0) | (isLateral ? 4 : 0))
  }
}

/** A FROM element that can be referred to as a whole. */
export type FromWithName = FromClause & { readonly name: Name }

/** The value of each row of a function in FROM: `generate_series(1, 3) AS g`, in the columns clause `g`. */
export class ColumnValued<out V = unknown> extends NamedElement<string, V> {
  declare readonly kind: 'columnValued'
  static {
    defineKind(this, 'columnValued')
  }
  readonly from: FromWithName
  readonly type: SqlType<V>
  constructor(from: FromWithName, type: SqlType<V>) {
    super()
    this.from = from
    this.type = type
  }
  get key(): string {
    return this.from.anonymousName
  }
  get name(): Name {
    return this.from.name
  }
  override get parameterName(): string {
    return typeof this.name === 'string' ? this.key : super.parameterName
  }
  override fromObjects(): readonly Element[] {
    return [this.from]
  }
  walk(pass: Pass): void {
    pass.shared(this.from)
    pass.type(this.type)
  }
}

/** `element AS name TABLESAMPLE method(...) REPEATABLE (seed)`. */
export class TableSample<Row = unknown> extends NamedFrom {
  declare readonly kind: 'tableSample'
  static {
    defineKind(this, 'tableSample')
  }
  /** Declared only. */
  declare readonly '~columns': Row
  /** Declared only. */
  declare readonly '~source': Anonymous<Row>
  readonly element: FromClause
  readonly sampling: ColumnElement
  readonly seed: ColumnElement | null
  constructor(element: FromClause, name: Name | null, sampling: ColumnElement, seed: ColumnElement | null) {
    super(name, element.anonymousName)
    this.element = element
    this.sampling = sampling
    this.seed = seed
  }
  /** The columns by key. */
  get c(): RowColumns<Row, Anonymous<Row>> {
    return this.columns as unknown as RowColumns<Row, Anonymous<Row>>
  }
  protected originals(): readonly NamedElement[] {
    return this.element.columnList
  }
  /** @internal */
  override adapted(change: (element: Element) => Element): FromClause {
    const element = change(this.element) as FromClause
    const sampling = change(this.sampling) as ColumnElement
    const seed = this.seed === null ? null : (change(this.seed) as ColumnElement)
    const isSame = element === this.element && sampling === this.sampling && seed === this.seed
    return isSame ? this : new TableSample(element, this.name, sampling, seed)
  }
  walk(pass: Pass): void {
    walkName(pass, this.name)
    pass.shared(this.element)
    pass.node(this.sampling)
    pass.node(this.seed)
  }
}
