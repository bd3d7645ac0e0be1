// `text()` and the `sql` tag: statements and fragments written by hand; values in them are always parameters.

import { ArgumentError } from '../../errors.ts'
import { quoteName, suggestion } from '../../nearest.ts'
import type { Element } from '../base/element.ts'
import { sharesKind } from '../base/element.ts'
import { checkStatementOptions, type StatementExecutionOptions } from '../base/execution-options.ts'
import { Role } from '../base/role.ts'
import { describe } from '../coerce/describe.ts'
import { elementOf } from '../coerce/expect.ts'
import { isRecord } from '../coerce/record.ts'
import { literalBind } from '../comparator/construct.ts'
import { Bind, NO_VALUE } from '../element/bind.ts'
import { TypeCoerce } from '../element/cast.ts'
import { ColumnClause } from '../element/column.ts'
import { type ColumnElement, NamedElement } from '../element/column-element.ts'
import { NULL } from '../element/constant.ts'
import { Grouping } from '../element/grouping.ts'
import { TextClause, type TextState } from '../element/text.ts'
import {
  type AddedCtes,
  addedCtes,
  Cte,
  type CteOptions,
  checkCteOptions,
  type NestedHere,
  Subquery,
} from '../from/alias.ts'
import type { SourceName } from '../from/typed.ts'
import { inferType } from '../types/infer.ts'
import { NullType } from '../types/null.ts'
import { SqlType, type ValueOf } from '../types/type.ts'
import type { EntityElement } from './entity.ts'
import { Exists, ScalarSelect } from './scalar.ts'
import { parseText } from './text-parameters.ts'

/** The columns of a text's rows, by name. */
type RowOfTypes<C> = { -readonly [K in keyof C]: ValueOf<C[K]> }

/** SQL written by hand; every method gives a new one. */
export class TextStatement<Row = Record<string, unknown>, Tuple extends unknown[] = unknown[]> extends TextClause<
  Row,
  Tuple
> {
  static {
    sharesKind(this)
  }
  #with(change: Partial<TextState>, values: readonly ColumnElement[] = this.values): TextStatement<never, never> {
    return new TextStatement<never, never>(this.strings, values, { ...this.state, ...change })
  }

  /**
   * Gives the named parameters values, or with `bindparam()` types and options.
   * @throws ArgumentError the text has no parameter of that name
   * @example
   * text('SELECT * FROM users WHERE id = :id').bindparams({ id: 5 })
   */
  bindparams(...given: readonly (Readonly<Record<string, unknown>> | Bind)[]): TextStatement<Row, Tuple> {
    const known = new Set(this.values.flatMap((value) => (value instanceof Bind ? [value.key] : [])))
    const replaced = new Map<string, Bind>()
    for (const each of given) {
      if (!(each instanceof Bind) && !isRecord(each))
        throw new ArgumentError(
          `bindparams() takes an object of values by name, or bindparam()s; got ${describe(each)}`,
        )
      for (const bind of each instanceof Bind
        ? [each]
        : Object.entries(each).map(([key, value]) => valued(key, value))) {
        if (!known.has(bind.key))
          throw new ArgumentError(`text() has no parameter ${quoteName(bind.key)}${suggestion(bind.key, known)}`)
        replaced.set(bind.key, bind)
      }
    }
    const values = this.values.map((value) => (value instanceof Bind ? (replaced.get(value.key) ?? value) : value))
    return this.#with({}, values)
  }

  /**
   * Tells the columns of the rows: by name and type, or as columns in the order of the text. The statement can then be a
   * subquery or a CTE, and values are read by these types.
   * @throws ArgumentError a column is told twice, or is none
   * @example
   * text('SELECT id, name FROM users').columns({ id: Integer, name: String })
   */
  columns<C extends Readonly<Record<string, SqlType>>>(types: C): TextStatement<RowOfTypes<C>, unknown[]>
  columns(...columns: readonly NamedElement[]): TextStatement<Row, Tuple>
  columns(...given: readonly unknown[]): TextStatement<never, never> {
    const [first] = given
    if (given.length === 1 && isTypes(first))
      return this.#with({
        columns: Object.entries(first).map(([name, type]) => new ColumnClause(name, name, type)),
      })
    for (const column of given)
      if (!(column instanceof NamedElement))
        throw new ArgumentError(`columns() takes columns, or one object of types by name; got ${describe(column)}`)
    const columns = given as readonly NamedElement[]
    const twice = columns.find((column, index) => columns.indexOf(column) < index)
    if (twice !== undefined) throw new ArgumentError(`columns() got the column ${quoteName(twice.key)} twice`)
    return this.#with({ columns })
  }

  /** Options of how the statement is run; later ones win. */
  executionOptions(options: StatementExecutionOptions): TextStatement<Row, Tuple> {
    checkStatementOptions('executionOptions()', options)
    return this.#with({ executionOptions: { ...this.state.executionOptions, ...options } })
  }

  /**
   * The text as an expression of a type, in parentheses, with the operators that expressions have.
   * @example
   * select(sql`extract(year from ${users.c.born})`.expression(Integer).label('year'))
   * // SELECT (extract(year from users.born)) AS year FROM users
   */
  expression<V = unknown>(type: SqlType<V> = NullType as SqlType<V>): ColumnElement<V> {
    return new TypeCoerce(new Grouping(this.asExpression()), type)
  }
  /** This statement as a FROM element; its columns must be known. */
  subquery<Name extends string | null = null>(name: Name = null as Name): Subquery<Row, SourceName<Name, Row>> {
    return new Subquery(this.#known('subquery()'), name)
  }
  /** The text in FROM, where it sees the FROM elements before it. */
  lateral<Name extends string | null = null>(name: Name = null as Name): Subquery<Row, SourceName<Name, Row>> {
    return new Subquery(this.#known('lateral()'), name, true)
  }
  /**
   * Puts CTEs into WITH, so that the text can refer to them by name.
   * @param ctes what `cte()` gives, and behind that {@link AddCteOptions}
   * @example
   * text('SELECT id FROM grown').addCte(select(users.c.id).where(users.c.age.ge(18)).cte('grown'))
   * // WITH grown AS (SELECT users.id AS id FROM users WHERE users.age >= :age_1) SELECT id FROM grown
   */
  addCte(...ctes: AddedCtes): TextStatement<Row, Tuple> {
    return this.#with({ ctes: addedCtes(this.state.ctes as readonly (Cte | NestedHere)[] | undefined, ctes) })
  }
  /** {@link subquery}, by SQLAlchemy's other name. */
  alias<Name extends string | null = null>(name: Name = null as Name): Subquery<Row, SourceName<Name, Row>> {
    return this.subquery(name)
  }
  /** This statement as a common table expression; its columns must be known. */
  cte<Name extends string | null = null>(
    name: Name = null as Name,
    options: CteOptions = {},
  ): Cte<Row, SourceName<Name, Row>> {
    checkCteOptions(options)
    return new Cte(this.#known('cte()'), name, options)
  }
  /** This statement as a value; its one column must be known. */
  scalarSubquery(): ScalarSelect {
    const [column, ...more] = this.#known('scalarSubquery()').exportedColumns
    if (column === undefined || more.length > 0) throw new ArgumentError('A scalar subquery has one column')
    return new ScalarSelect(this, column.type)
  }
  /** @internal This statement as the rows that a tuple of this type is looked for in. */
  rowSubquery(type: SqlType): ScalarSelect {
    return new ScalarSelect(this.#known('in()'), type)
  }
  /** Whether this statement gives a row: `EXISTS (...)`. */
  exists(): Exists {
    return new Exists(this)
  }
  #known(where: string): this {
    if (this.state.columns !== null) return this
    throw new ArgumentError(`${where} of text() needs its columns: text(...).columns({ id: Integer })`)
  }
}

function isTypes(given: unknown): given is Record<string, SqlType> {
  if (typeof given !== 'object' || given === null || given instanceof NamedElement) return false
  return Object.values(given).every((type) => type instanceof SqlType)
}

function valued(key: string, value: unknown): Bind {
  if (value === undefined)
    throw new ArgumentError(`bindparams() got undefined for ${quoteName(key)}; write null for NULL`)
  const type = inferType(value)
  if (type === null)
    throw new ArgumentError(
      `bindparams() cannot tell the SQL type of ${describe(value)} for ${quoteName(key)}: write bindparam(${quoteName(key)}, { value, type })`,
    )
  return new Bind(key, value, type)
}

/**
 * SQL as it is, with parameters by name: `:name` is one, unless it stands in quotes or a comment; `\:` is a colon, `::` a
 * cast. Never put values into the text.
 * @example
 * await conn.execute(text('SELECT name FROM users WHERE id = :id'), { id: 5 })
 */
export function text<Row = Record<string, unknown>>(sql: string): TextStatement<Row> {
  if (typeof sql !== 'string') throw new ArgumentError(`text() takes SQL as a string; got ${describe(sql)}`)
  const { strings, names } = parseText(sql)
  const binds = new Map(names.map((name) => [name, new Bind(name, NO_VALUE, NullType, { required: true })]))
  return new TextStatement(
    strings,
    names.map((name) => binds.get(name) as Bind),
  )
}

/**
 * SQL with values between: each becomes a parameter; columns, tables, other expressions and other `sql` texts become a
 * part of it. For names that are values there is `ident()`.
 * @throws ArgumentError a value is `undefined` or has no SQL type; it is called with parentheses rather than as a tag
 * @example
 * const adults = sql`${users.c.age} >= ${18}`
 * sql<{ id: number }>`SELECT id FROM ${users} WHERE ${adults}`   // SELECT id FROM users WHERE users.age >= :param_1
 */
export function sql<Row = Record<string, unknown>>(
  strings: TemplateStringsArray,
  ...values: readonly unknown[]
): TextStatement<Row> {
  if (!Array.isArray(strings) || !Array.isArray((strings as Partial<TemplateStringsArray>).raw))
    throw new ArgumentError('sql is a tag: write sql`SELECT ...`; text() takes SQL from a string')
  const pieces: string[] = [strings[0] ?? '']
  const elements: ColumnElement[] = []
  values.forEach((value, index) => {
    append(pieces, elements, value)
    pieces[pieces.length - 1] += strings[index + 1] ?? ''
  })
  return new TextStatement(pieces, elements)
}

function append(pieces: string[], elements: ColumnElement[], value: unknown): void {
  const element = elementOf(value)
  if (element instanceof TextClause) {
    pieces[pieces.length - 1] += element.strings[0] ?? ''
    element.values.forEach((inner, index) => {
      elements.push(inner)
      pieces.push(element.strings[index + 1] ?? '')
    })
    return
  }
  elements.push(element === null ? parameter(value) : embedded(element))
  pieces.push('')
}

function parameter(value: unknown): ColumnElement {
  return value === null ? NULL : literalBind('sql`...`', 'param', value, null)
}

/** Whatever can be written can be a part of a text; a mapped class stands for its table. */
function embedded(element: Element): ColumnElement {
  const written: Element = element.roles & Role.entity ? (element as EntityElement).from : element
  return written as ColumnElement
}

/**
 * A name in `sql`, quoted by the dialect's rules, whatever is in it.
 * @param names a column or table; a schema and a table; and so on
 * @example
 * sql`SELECT * FROM ${ident('public', 'User')}`   // SELECT * FROM public."User"
 */
export function ident(...names: readonly [string, ...string[]]): TextStatement {
  const columns = names.map((name) => {
    if (typeof name !== 'string' || name === '') throw new ArgumentError(`ident() takes names; got ${describe(name)}`)
    return new ColumnClause(name, name, NullType)
  })
  return new TextStatement(['', ...columns.slice(1).map(() => '.'), ''], columns)
}
