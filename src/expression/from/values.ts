// `values()`: rows written in the statement as a FROM element.
import { ArgumentError } from '../../errors.ts'
import { checkKeys, quoteName, suggestion } from '../../nearest.ts'
import { defineKind, Element } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { Role } from '../base/role.ts'
import { describe } from '../coerce/describe.ts'
import { elementOf, expect } from '../coerce/expect.ts'
import { isRecord } from '../coerce/record.ts'
import { EXPRESSION } from '../coerce/roles.ts'
import { Bind, withType } from '../element/bind.ts'
import { ColumnClause } from '../element/column.ts'
import type { ColumnElement, NamedElement } from '../element/column-element.ts'
import { addFromsOf, fromsOf } from '../element/grouping.ts'
import { AnonymousName, baseOfName, type Name, walkName } from '../element/name.ts'
import { comparedType } from '../types/infer.ts'
import { NullType } from '../types/null.ts'
import { SqlType, type ValueOf } from '../types/type.ts'
import { Cte, type CteOptions, checkCteOptions } from './alias.ts'
import { FromClause } from './from-clause.ts'
import type { Anonymous, RowColumns, SourceName, ValueOrExpression } from './typed.ts'

/** `VALUES (...), (...)`: rows that can stand in a CTE, and to the right of IN. */
export class ValuesRows extends Element {
  declare readonly kind: 'valuesRows'
  static {
    defineKind(this, 'valuesRows')
  }
  readonly rows: readonly (readonly ColumnElement[])[]
  readonly exportedColumns: readonly NamedElement[]
  constructor(rows: readonly (readonly ColumnElement[])[], exportedColumns: readonly NamedElement[]) {
    super()
    this.rows = rows
    this.exportedColumns = exportedColumns
  }
  /** @internal */
  override get roles(): number {
    return Role.rows
  }

  // What an expression has, as the rows stand in parentheses to the right of IN.

  get type(): SqlType {
    return NullType
  }
  get topOperator(): null {
    return null
  }
  fromObjects(): readonly Element[] {
    return fromsOf(this.rows.flat())
  }
  /** @internal */
  addFroms(to: Element[]): void {
    for (const row of this.rows) addFromsOf(row, to)
  }
  walk(pass: Pass): void {
    pass.flag(this.rows.length)
    for (const row of this.rows) pass.nodes(row)
    pass.nodes(this.exportedColumns)
  }
}

/** The columns by name with their types. */
export type ValuesTypes = Readonly<Record<string, SqlType>>

/** A row of {@link Values}, as rows of statements have it. */
export type ValuesRow<C> = { -readonly [K in keyof C]: ValueOf<C[K]> }

/** What {@link Values.data} takes for a row: an object, or its values in the order of the columns. */
export type ValuesData<Row> = { readonly [K in keyof Row]: ValueOrExpression<Row[K]> } | readonly unknown[]

/** Options of {@link values}. */
export interface ValuesOptions {
  /** The name in the statement. Default: one that the compiler chooses, such as `anon_1`. */
  readonly name?: string
  /** Write the values into the text, where a statement would have too many parameters. Default false. */
  readonly literalBinds?: boolean
}

/** `(VALUES (...), (...)) AS name (columns)`; every method gives a new one. */
export class Values<Row = unknown> extends FromClause {
  declare readonly kind: 'values'
  static {
    defineKind(this, 'values')
  }
  /** Declared only. */
  declare readonly '~columns': Row
  /** Declared only. */
  declare readonly '~source': Anonymous<Row>
  readonly name: Name
  readonly element: ValuesRows
  readonly isLateral: boolean
  readonly literalBinds: boolean
  readonly columnList: readonly NamedElement[]
  constructor(element: ValuesRows, name: Name | null, isLateral: boolean, literalBinds: boolean) {
    super()
    this.name = name ?? new AnonymousName('anon', null, 'alias')
    this.element = element
    this.isLateral = isLateral
    this.literalBinds = literalBinds
    this.columnList = element.exportedColumns.map(
      (column) => new ColumnClause(column.key, column.name, column.type, this),
    )
  }
  override get anonymousName(): string {
    return baseOfName(this.name)
  }
  /** The columns by key. */
  get c(): RowColumns<Row, Anonymous<Row>> {
    return this.columns as unknown as RowColumns<Row, Anonymous<Row>>
  }
  /**
   * More rows: objects, or arrays in the order of the columns. Values are parameters; expressions are written as they are.
   * @throws ArgumentError a row with other columns, or a value that is none for its column
   */
  data(rows: readonly ValuesData<Row>[]): Values<Row> {
    const columns = this.element.exportedColumns
    if (!Array.isArray(rows))
      throw new ArgumentError(
        `values().data() takes a list of rows: .data([{ a: 1 }, { a: 2 }]); got ${describe(rows)}`,
      )
    const more = rows.map((row) => rowOf(row, columns, this.literalBinds))
    return new Values(
      new ValuesRows([...this.element.rows, ...more], columns),
      this.name,
      this.isLateral,
      this.literalBinds,
    )
  }
  /** That sees the FROM elements before it: `LATERAL (VALUES ...)`. */
  lateral(): Values<Row> {
    return new Values(this.element, this.name, true, this.literalBinds)
  }
  /** These rows as a common table expression: `WITH name(columns) AS (VALUES ...)`. */
  cte<Name extends string | null = null>(
    name: Name = null as Name,
    options: CteOptions = {},
  ): Cte<Row, SourceName<Name, Row>> {
    checkCteOptions(options)
    if (this.isLateral) throw new ArgumentError('cte() takes values() that are not lateral: WITH sees no other tables')
    return new Cte(this.element, name ?? new AnonymousName(this.anonymousName, null, 'alias'), options)
  }
  /** The rows alone, to the right of IN: `tuple(a, b).in(pairs.rows)`. */
  get rows(): ValuesRows {
    return this.element
  }
  /** @internal */
  override adapted(change: (element: Element) => Element): FromClause {
    const rows = this.element.rows.map((row) => row.map((value) => change(value) as ColumnElement))
    const isSame = rows.every((row, index) => row.every((value, at) => value === this.element.rows[index]?.[at]))
    if (isSame) return this
    return new Values(new ValuesRows(rows, this.element.exportedColumns), this.name, this.isLateral, this.literalBinds)
  }
  walk(pass: Pass): void {
    walkName(pass, this.name)
    pass.flag((this.isLateral ? 1 : 0) | (this.literalBinds ? 2 : 0))
    pass.node(this.element)
  }
}

function rowOf(row: unknown, columns: readonly NamedElement[], literalBinds: boolean): readonly ColumnElement[] {
  const given = Array.isArray(row) ? (row as readonly unknown[]) : membersOf(row, columns)
  if (given.length !== columns.length)
    throw new ArgumentError(`values().data(): a row has ${given.length} values; there are ${columns.length} columns`)
  return columns.map((column, index) => valueOf(given[index], column, literalBinds))
}

function membersOf(row: unknown, columns: readonly NamedElement[]): readonly unknown[] {
  if (typeof row !== 'object' || row === null || elementOf(row) !== null)
    throw new ArgumentError(`values().data() takes objects by column, or arrays; got ${describe(row)}`)
  const names = columns.map((column) => column.key)
  for (const key of Object.keys(row))
    if (!names.includes(key))
      throw new ArgumentError(`values().data(): there is no column ${quoteName(key)}${suggestion(key, names)}`)
  return names.map((name) => (Object.hasOwn(row, name) ? (row as Record<string, unknown>)[name] : undefined))
}

function valueOf(value: unknown, column: NamedElement, literalBinds: boolean): ColumnElement {
  const where = `values().data(): column ${quoteName(column.key)}`
  const element = elementOf(value)
  if (element !== null) return withType(expect(EXPRESSION, element, where), column.type)
  if (value === undefined) throw new ArgumentError(`${where} got undefined; write null for NULL`)
  if (value !== null && comparedType(column.type, value) === null)
    throw new ArgumentError(`${where} of the type ${column.type.kind} got ${describe(value)}`)
  return new Bind('param', value, column.type, { anonymous: true, literalExecute: literalBinds })
}

/**
 * Rows as a FROM element: their columns by name with types, then the rows by `.data()`.
 * @throws ArgumentError no columns, or something that is no type
 * @example
 * const pairs = values({ a: Integer, b: String }, { name: 'v' }).data([{ a: 1, b: 'x' }, [2, 'y']])
 * select(pairs.c.a, pairs.c.b)
 * // SELECT v.a, v.b FROM (VALUES (:param_1, :param_2), (:param_3, :param_4)) AS v (a, b)
 */
export function values<C extends ValuesTypes>(columns: C, options: ValuesOptions = {}): Values<ValuesRow<C>> {
  checkKeys('values()', options, [], ['literalBinds'], ['name'])
  const entries = isRecord(columns) ? Object.entries(columns) : []
  if (entries.length === 0) throw new ArgumentError('values() needs columns: values({ a: Integer })')
  const list = entries.map(([name, type]) => {
    if (!((type as unknown) instanceof SqlType))
      throw new ArgumentError(
        `values(): column ${quoteName(name)} takes a SQL type, such as Integer; got ${describe(type)}`,
      )
    return new ColumnClause(name, name, type)
  })
  return new Values(new ValuesRows([], list), options.name ?? null, false, options.literalBinds ?? false)
}
