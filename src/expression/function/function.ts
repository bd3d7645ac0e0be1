// `FunctionCall`: a function of the database with its arguments.

import { ArgumentError } from '../../errors.ts'
import type { Element } from '../base/element.ts'
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { type Place, Tag, type Tracer, traceParts } from '../base/recipe.ts'
import { expectAll } from '../coerce/expect.ts'
import { ORDER } from '../coerce/roles.ts'
import { Binary } from '../element/binary.ts'
import { ColumnClause } from '../element/column.ts'
import type { ColumnElement, Expression, NamedElement } from '../element/column-element.ts'
import { addFromsOf, fromsOf, Grouping } from '../element/grouping.ts'
import { Label } from '../element/label.ts'
import { Windowed, WithinGroup } from '../element/window.ts'
import { ColumnValued, type TableValued } from '../from/table-valued.ts'
import { field } from '../operator/catalog.ts'
import { ARRAY } from '../types/array.ts'
import { Fraction } from '../types/infer.ts'
import { NullType } from '../types/null.ts'
import type { SqlType, ValueOf } from '../types/type.ts'
import { type TableValuedOptions, tableValuedOf } from './in-from.ts'

const NO_ORDER: readonly ColumnElement[] = []

/** `package.name(arguments)`. */
export class FunctionCall<out V = unknown> extends Windowed<V> {
  declare readonly kind: 'function'
  static {
    defineKind(this, 'function')
  }
  /** Schema or package names before the function's own. */
  declare readonly packages: readonly string[]
  declare readonly name: string
  declare readonly operands: readonly ColumnElement[]
  declare readonly type: SqlType<V>
  /** DISTINCT before the arguments. */
  declare readonly isDistinct: boolean
  /** ORDER BY behind the arguments of an aggregate. */
  declare readonly orderBy: readonly ColumnElement[]
  /** Written without parentheses, in capitals: CURRENT_TIMESTAMP. */
  declare readonly isBare: boolean
  constructor(
    packages: readonly string[],
    name: string,
    operands: readonly ColumnElement[],
    type: SqlType<V>,
    isDistinct = false,
    orderBy: readonly ColumnElement[] = NO_ORDER,
    isBare = false,
  ) {
    super()
    this.packages = packages
    this.name = name
    this.operands = operands
    this.type = type
    this.isDistinct = isDistinct
    this.orderBy = orderBy
    this.isBare = isBare
  }
  override get parameterName(): string {
    return this.name
  }
  override get anonymousName(): string {
    return this.name
  }
  override fromObjects(): readonly Element[] {
    return fromsOf([...this.operands, ...this.orderBy])
  }
  /** @internal */
  override addFroms(to: Element[]): void {
    if (this.fromObjects !== FunctionCall.prototype.fromObjects) super.addFroms(to)
    else {
      addFromsOf(this.operands, to)
      addFromsOf(this.orderBy, to)
    }
  }

  /**
   * The aggregate over different values only.
   * @example
   * func.count(users.c.name).distinct()   // count(DISTINCT users.name)
   */
  override distinct(): FunctionCall<V> {
    return new FunctionCall(this.packages, this.name, this.operands, this.type, true, this.orderBy)
  }
  /**
   * The order in which an aggregate takes its values; more calls add to it.
   * @example
   * func.stringAgg(users.c.name, ',').aggregateOrderBy(users.c.name.desc())
   * // string_agg(users.name, :string_agg_1 ORDER BY users.name DESC)
   */
  aggregateOrderBy(...by: readonly Expression[]): FunctionCall<V> {
    if (by.length === 0) throw new ArgumentError('.aggregateOrderBy() takes at least one expression')
    const orderBy = [...this.orderBy, ...expectAll(ORDER, by, '.aggregateOrderBy()')]
    return new FunctionCall(this.packages, this.name, this.operands, this.type, this.isDistinct, orderBy)
  }
  /**
   * `WITHIN GROUP (ORDER BY ...)`, for ordered-set aggregates; `V` is that of the value ordered by.
   * @example
   * func.percentileCont(0.5).withinGroup(users.c.age)   // percentile_cont(:percentile_cont_1) WITHIN GROUP (ORDER BY users.age)
   */
  withinGroup<T>(first: Expression<T>, ...by: readonly Expression[]): Windowed<T> {
    const orderBy = expectAll(ORDER, [first, ...by], '.withinGroup()')
    return new WithinGroup(this, orderBy, withinType(this, (orderBy[0] as ColumnElement<T>).type))
  }

  /**
   * The rows that the function gives, as a FROM element: with these columns, or with their types by name; then options.
   * PostgreSQL names the columns only where it is told to, by `.renderDerived()`.
   * @throws ArgumentError for an unknown option, or something that is no name
   * @example
   * const tags = func.unnest(docs.c.tags).tableValued('tag', { withOrdinality: 'n' }).renderDerived({ name: 't' })
   * select(tags.c.tag, tags.c.n).selectFrom(docs)
   * // SELECT t.tag, t.n FROM docs, unnest(docs.tags) WITH ORDINALITY AS t(tag, n)
   */
  tableValued<const C extends Readonly<Record<string, SqlType>>, const O extends string = never>(
    types: C,
    options?: TableValuedOptions & { readonly withOrdinality?: O },
  ): TableValued<{ -readonly [K in keyof C]: ValueOf<C[K]> } & { [K in O]: bigint }>
  tableValued<const N extends string>(only: N): TableValued<{ [K in N]: V }>
  tableValued<const N extends string, const O extends string = never>(
    only: N,
    options: TableValuedOptions & { readonly withOrdinality?: O },
  ): TableValued<{ [K in N]: V } & { [K in O]: bigint }>
  tableValued<const N extends readonly string[]>(...names: N): TableValued<{ [K in N[number]]: unknown }>
  tableValued<const N extends readonly string[], const O extends string = never>(
    ...namesAndOptions: [...names: N, options: TableValuedOptions & { readonly withOrdinality?: O }]
  ): TableValued<{ [K in N[number]]: unknown } & { [K in O]: bigint }>
  tableValued(...given: readonly unknown[]): TableValued<never> {
    return tableValuedOf(this, given) as TableValued<never>
  }
  /**
   * The value of each row that the function gives, in FROM under a name of its own.
   * @example
   * const n = func.generateSeries(1, 3).columnValued('n')
   * select(n.multiply(2))   // SELECT n * :n_1 AS anon_1 FROM generate_series(:generate_series_1, :generate_series_2) AS n
   */
  columnValued(name: string | null = null): ColumnValued<V> {
    return new ColumnValued(tableValuedOf(this, name === null ? [] : [{ name }]), this.type)
  }

  /**
   * One column of what the function gives, as a value with the column's name: `(function(...)).name`.
   * @param type default: none is known
   * @example
   * func('json_each', docs.c.body).scalarTableValued('key', String)   // (json_each(docs.body)).key
   */
  scalarTableValued<const N extends string, T = unknown>(name: N, type?: SqlType<T>): NamedElement<N, T> {
    if (typeof name !== 'string' || name === '')
      throw new ArgumentError('scalarTableValued() takes the name of a column that the function gives')
    const own = type ?? (NullType as SqlType<T>)
    return new Label(name, new Binary(new Grouping(this), field, new ColumnClause(name, name, own), own))
  }

  walk(pass: Pass): void {
    pass.flag(this.packages.length)
    for (const name of this.packages) pass.text(name)
    pass.text(this.name)
    pass.nodes(this.operands)
    pass.type(this.type)
    pass.flag((this.isDistinct ? 1 : 0) | (this.isBare ? 2 : 0))
    pass.nodes(this.orderBy)
  }
  /** @internal */
  override trace(tracer: Tracer, at: Place): Place | null {
    if (this.constructor !== FunctionCall) return null
    const { packages, operands, orderBy } = this
    const flags = (this.isDistinct ? 1 : 0) + (this.isBare ? 2 : 0) + (orderBy.length > 0 ? 4 : 0)
    let place: Place | null = at.tagged(Tag.call, packages.length * 8 + flags)
    for (let index = 0; place !== null && index < packages.length; index += 1)
      place = place.afterText(packages[index] as string)
    place = place?.afterText(this.name)?.after(this.type.id) ?? null
    place = traceParts(operands, tracer, place)
    return orderBy.length === 0 ? place : traceParts(orderBy, tracer, place)
  }
}

/** What an ordered-set aggregate gives: a value that is there, one between two of them, or one for each of several fractions. */
function withinType<T>({ name, operands }: FunctionCall, type: SqlType<T>): SqlType<T> {
  const between = name === 'percentile_cont' && type.affinity === 'integer' ? (Fraction as SqlType as SqlType<T>) : type
  const isOfSeveral = name.startsWith('percentile_') && operands[0]?.type.affinity === 'array'
  return isOfSeveral ? (ARRAY(between) as SqlType as SqlType<T>) : between
}
