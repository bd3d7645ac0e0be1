// The functions that make expressions: literals, parameters, names, constants, and the function forms of operators.
import { ArgumentError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import type { Executable } from '../base/executable.ts'
import { Role } from '../base/role.ts'
import { describe } from '../coerce/describe.ts'
import { elementOf, expect } from '../coerce/expect.ts'
import { EXPRESSION, ORDER } from '../coerce/roles.ts'
import { Bind, NO_VALUE } from '../element/bind.ts'
import { Cast, TryCast, TypeCoerce } from '../element/cast.ts'
import { ColumnClause } from '../element/column.ts'
import {
  type BetweenOptions,
  type ColumnElement,
  type Expression,
  type NamedElement,
  type Operand,
  operate,
  type RowsOf,
} from '../element/column-element.ts'
import { FALSE, NULL, TRUE } from '../element/constant.ts'
import { Extract } from '../element/extract.ts'
import { Tuple } from '../element/list.ts'
import { Unary } from '../element/unary.ts'
import * as op from '../operator/catalog.ts'
import type { ArrayType } from '../types/array.ts'
import { comparedType, inferType } from '../types/infer.ts'
import { NullType } from '../types/null.ts'
import type { SqlType } from '../types/type.ts'
import { nameArgument, typeArgument } from './argument.ts'
import { ANONYMOUS } from './operand.ts'

/** The value of an argument that is a value or an expression. */
export type ValueIn<A> = A extends Expression<infer V> ? V : A

// ---- values, parameters, names -----------------------------------------------------------------------------------

/**
 * A value as an expression: a parameter, never text.
 * @param type default: the type of such a value (integers INTEGER or BIGINT, other numbers DOUBLE PRECISION, Date TIMESTAMP WITH TIME ZONE)
 * @throws ArgumentError for `undefined`, and for an array or object without a type
 * @example
 * select(literal(5).add(users.c.age))   // SELECT :param_1 + users.age AS anon_1 FROM users
 */
export function literal<V>(value: V, type?: SqlType<V>): ColumnElement<V> {
  const own = type === undefined ? null : typeArgument(type, 'literal()')
  return literalBind('literal()', 'param', value, own) as ColumnElement<V>
}

/**
 * A value as a parameter named after something, of the type given or its own.
 * @internal
 */
export function literalBind(where: string, name: string, value: unknown, type: SqlType | null): Bind {
  if (value === undefined) throw new ArgumentError(`${where} got undefined: a value is missing; write null for NULL`)
  const own = type ?? inferType(value)
  if (own === null)
    throw new ArgumentError(`${where} cannot tell the SQL type of ${describe(value)}: write literal(value, type)`)
  return new Bind(name, value, own, ANONYMOUS)
}

/**
 * An argument of a function or a result of CASE: an element as it is, NULL for null, any other value as a parameter.
 * @internal
 */
export function argumentFor(where: string, name: string, value: unknown, beside: SqlType | null): ColumnElement {
  if (value === null) return NULL
  const element = elementOf(value)
  if (element !== null) return expect(EXPRESSION, element, where)
  const type = beside === null || beside === NullType || value === undefined ? null : comparedType(beside, value)
  return literalBind(where, name, value, type)
}

/** Options of {@link bindparam}. */
export interface BindparamOptions<V> {
  /** The value where execution gives none. */
  readonly value?: V
  /** Gives the value at execution where execution itself gives none. */
  readonly callable?: () => V
  /** Default: the type of the value, else of what the parameter stands beside. */
  readonly type?: SqlType<V>
  /** Execution must give the value. Default: true where there is neither value nor callable. */
  readonly required?: boolean
  /** The value is a list, to the right of IN. Default false. */
  readonly expanding?: boolean
  /** The value is written into the text at execution, for places that take no parameter. Default false. */
  readonly literalExecute?: boolean
  /** The name is only a hint, to which the compiler adds a number. Default false: parameters of one name are one. */
  readonly unique?: boolean
}

const BINDPARAM_KEYS = ['value', 'callable', 'type'] as const
const BINDPARAM_FLAGS = ['required', 'expanding', 'literalExecute', 'unique'] as const

/**
 * A parameter with a name, whose value execution can give.
 * @throws ArgumentError for an empty name, or a value and a callable together
 * @example
 * const byName = select(users).where(users.c.name.eq(bindparam('name')))   // ... WHERE users.name = :name
 * await conn.execute(byName, { name: 'ed' })
 */
export function bindparam<V>(name: string, options: BindparamOptions<V> = {}): Bind<V> {
  nameArgument(name, 'bindparam()')
  checkKeys(`bindparam('${name}')`, options, BINDPARAM_KEYS, BINDPARAM_FLAGS)
  const { value, callable, type } = options
  if (value !== undefined && callable !== undefined)
    throw new ArgumentError(`bindparam('${name}') takes a value or a callable, not both`)
  if (callable !== undefined && typeof callable !== 'function')
    throw new ArgumentError(`bindparam('${name}'): callable takes a function; got ${describe(callable)}`)
  if (typeof value === 'function') throw new ArgumentError(`bindparam('${name}'): a function is given as callable`)
  if (elementOf(value) !== null)
    throw new ArgumentError(`bindparam('${name}'): a value is no expression; write the expression in its place`)
  if (type !== undefined) typeArgument(type, `bindparam('${name}'): type`)
  const isGiven = value !== undefined || callable !== undefined
  const held = callable ?? (value === undefined ? NO_VALUE : value)
  const own = type ?? (value === undefined ? NullType : (inferType(listedValue(value, options.expanding)) ?? NullType))
  return new Bind(name, held, own as SqlType<V>, {
    anonymous: options.unique ?? false,
    required: options.required ?? !isGiven,
    expanding: options.expanding ?? false,
    literalExecute: options.literalExecute ?? false,
  })
}

function listedValue(value: unknown, isList: boolean | undefined): unknown {
  return isList === true && Array.isArray(value) ? (value[0] ?? null) : value
}

/**
 * A column by name alone, quoted where it must be; it belongs to no table.
 * @example
 * select(column('id', Integer)).orderBy(column('id'))   // SELECT id ORDER BY id
 */
export function column<const N extends string, V = unknown>(name: N, type?: SqlType<V>): NamedElement<N, V> {
  return new ColumnClause(nameArgument(name, 'column()') as N, name, givenType(type, 'column()'))
}

/**
 * SQL text as an expression, written as it is: never take it from outside. For values there is `literal()`.
 * @example
 * select(literalColumn('now()::date', Date).label('today'))   // SELECT now()::date AS today
 */
export function literalColumn<V = unknown>(sql: string, type?: SqlType<V>): NamedElement<string, V> {
  return new ColumnClause(nameArgument(sql, 'literalColumn()'), sql, givenType(type, 'literalColumn()'), null, true)
}

function givenType<V>(type: SqlType<V> | undefined, where: string): SqlType<V> {
  return (type === undefined ? NullType : typeArgument(type, where)) as SqlType<V>
}

/**
 * NULL as an expression. SQLAlchemy: `null()`.
 * @example
 * users.c.nick.isNot(sqlNull())   // users.nick IS NOT NULL
 */
export function sqlNull(): ColumnElement<null> {
  return NULL
}
/**
 * TRUE as an expression. SQLAlchemy: `true()`.
 * @example
 * select(sqlTrue().label('yes'))   // SELECT true AS yes
 */
export function sqlTrue(): ColumnElement<boolean> {
  return TRUE
}
/**
 * FALSE as an expression. SQLAlchemy: `false()`.
 * @example
 * or(sqlFalse(), ...filters)   // users.name = :name_1
 */
export function sqlFalse(): ColumnElement<boolean> {
  return FALSE
}

// ---- conversions -------------------------------------------------------------------------------------------------

/**
 * `CAST(x AS type)`; a value becomes a parameter of that type.
 * @example
 * cast(users.c.id, String)   // CAST(users.id AS VARCHAR)
 */
export function cast<T>(value: unknown, type: SqlType<T>): ColumnElement<T> {
  return new Cast(castOperand('cast()', value, type), type)
}

/** A value of another sort is sent as what it is: that is what is to be cast. */
function castOperand(where: string, value: unknown, type: SqlType): ColumnElement {
  const isValue = value !== undefined && elementOf(value) === null
  const sent = isValue ? comparedType(typeArgument(type, where), value) : null
  return typedOperand(where, value, sent ?? type)
}

/**
 * `TRY_CAST(x AS type)`: NULL where the value is none of the type. For databases that have it; PostgreSQL does not.
 */
export function tryCast<T>(value: unknown, type: SqlType<T>): ColumnElement<T | null> {
  return new TryCast(castOperand('tryCast()', value, type), type)
}

/**
 * The same SQL, taken for another type by this library: how values are sent and read, which operators there are.
 * @example
 * typeCoerce(users.c.settings, JSON<Settings>())   // users.settings
 */
export function typeCoerce<T>(value: unknown, type: SqlType<T>): ColumnElement<T> {
  const element = typedOperand('typeCoerce()', value, type)
  return element instanceof Bind ? new Bind(element.key, element.value, type, element) : new TypeCoerce(element, type)
}

function typedOperand(where: string, value: unknown, type: SqlType): ColumnElement {
  typeArgument(type, where)
  const element = elementOf(value)
  if (element !== null) return expect(EXPRESSION, element, where)
  return literalBind(where, 'param', value, type)
}

/**
 * `EXTRACT(field FROM x)`: a part of a date, time or interval.
 * @param field such as 'year', 'month', 'epoch'
 * @example
 * extract('year', users.c.born)   // EXTRACT(year FROM users.born)
 * extract('epoch', users.c.born)  // EXTRACT(epoch FROM users.born): seconds since 1970, with digits behind the point
 */
export function extract(field: string, from: Expression): ColumnElement<number> {
  if (typeof field !== 'string' || !/^[A-Za-z_]{1,32}$/.test(field))
    throw new ArgumentError("extract() takes the name of a field, such as 'year'")
  return new Extract(field, expect(EXPRESSION, from, 'extract()'))
}

/**
 * A row value.
 * @example
 * tuple(users.c.id, users.c.name).in([[1, 'ed'], [2, 'wendy']])
 * // (users.id, users.name) IN ((:param_1_1_1, :param_1_1_2), (:param_1_2_1, :param_1_2_2))
 */
export function tuple<A extends readonly unknown[]>(
  ...members: A
): ColumnElement<{ -readonly [I in keyof A]: ValueIn<A[I]> }> {
  if (members.length === 0) throw new ArgumentError('tuple() needs members')
  const clauses = members.map((member) => argumentFor('tuple()', 'param', member, null))
  return new Tuple<never>(clauses)
}

// ---- function forms of operators ---------------------------------------------------------------------------------

/**
 * `ASC`; takes the name of a label too.
 * @example
 * select(users).orderBy(asc(users.c.name))   // ... ORDER BY users.name ASC
 */
export function asc(by: Expression | string): ColumnElement {
  return operate.use(expect(ORDER, by, 'asc()'), op.ascending, [])
}
/**
 * `DESC`; takes the name of a label too.
 * @example
 * select(users.c.age.label('years')).orderBy(desc('years'))   // ... ORDER BY years DESC
 */
export function desc(by: Expression | string): ColumnElement {
  return operate.use(expect(ORDER, by, 'desc()'), op.descending, [])
}
/** `NULLS FIRST`; takes the name of a label too. */
export function nullsFirst(by: Expression | string): ColumnElement {
  return operate.use(expect(ORDER, by, 'nullsFirst()'), op.nullsFirst, [])
}
/** `NULLS LAST`; takes the name of a label too. */
export function nullsLast(by: Expression | string): ColumnElement {
  return operate.use(expect(ORDER, by, 'nullsLast()'), op.nullsLast, [])
}
/**
 * `DISTINCT x`, as the argument of an aggregate: `func.count(distinct(users.c.name))`.
 * @example
 * func.count(distinct(users.c.name))   // count(DISTINCT users.name)
 */
export function distinct<V>(of: Expression<V>): ColumnElement<V> {
  // Not the function's own `.distinct()`, which is of its argument.
  return operate.use(expect(EXPRESSION, of, 'distinct()'), op.distinctOf, []) as ColumnElement<V>
}
/**
 * `x BETWEEN low AND high`.
 * @example
 * between(users.c.age, 65, 18, { symmetric: true })   // users.age BETWEEN SYMMETRIC $1::INTEGER AND $2::INTEGER
 */
export function between<V>(
  x: Expression<V>,
  low: Operand<V>,
  high: Operand<V>,
  options: BetweenOptions = {},
): ColumnElement<boolean> {
  const operator = options.symmetric === true ? op.betweenSymmetric : op.between
  const element = expect(EXPRESSION, x, 'between()') as ColumnElement<V>
  if (element.kind === 'text') return operate.use(element, operator, [low, high]) as ColumnElement<boolean>
  return element.between(low, high, options)
}
/** `x COLLATE "name"`. */
export function collate<V extends string | null>(x: Expression<V>, collation: string): ColumnElement<V> {
  return operate.use(expect(EXPRESSION, x, 'collate()'), op.collate, [collation]) as ColumnElement<V>
}
/**
 * `NOT x` has its own file; `-x`.
 * @example
 * negate(users.c.age)   // -users.age
 */
export function negate<V>(x: Expression<V>): ColumnElement<V> {
  return operate.use(expect(EXPRESSION, x, 'negate()'), op.negative, []) as ColumnElement<V>
}

/** What `any()` and `all()` take: an array, or a SELECT of one column. */
export type ManyOf<V> = Expression<readonly V[] | null> | RowsOf<V>

/**
 * `ANY (array or SELECT)`, beside a comparison: true for one of the members at least.
 * @example
 * any(docs.c.tags).eq('a')   // :param_1 = ANY (docs.tags)
 */
export function any<V>(of: ManyOf<V>): ColumnElement<V> {
  return quantified('any()', op.any, of)
}
/** `ALL (array or SELECT)`, beside a comparison: true for all of the members. */
export function all<V>(of: ManyOf<V>): ColumnElement<V> {
  return quantified('all()', op.all, of)
}

function quantified<V>(where: string, operator: typeof op.any, of: unknown): ColumnElement<V> {
  const element = elementOf(of)
  const isRows = element !== null && (element.roles & Role.rows) !== 0
  const operand = isRows
    ? (element as Executable & { scalarSubquery(): ColumnElement }).scalarSubquery()
    : expect(EXPRESSION, of, where)
  const type = operand.type.affinity === 'array' ? (operand.type as SqlType as ArrayType<V>).element : operand.type
  return new Unary(operator, operand.selfGroup(operator), type as SqlType<V>)
}
