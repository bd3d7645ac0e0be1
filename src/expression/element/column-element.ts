// `ColumnElement<V>`: an expression that has a value in each row; the operators that users call live here.
import { ArgumentError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import { Element } from '../base/element.ts'
import { Role } from '../base/role.ts'
import { Socket } from '../base/socket.ts'
import * as op from '../operator/catalog.ts'
import type { Operator } from '../operator/operator.ts'
import { Float, Integer, Numeric } from '../types/numeric.ts'
import type { AtPath, Containable, Container, Subscript, Subscripted } from '../types/parts.ts'
import { Boolean } from '../types/scalar.ts'
import type { IntervalValue } from '../types/temporal.ts'
import { SqlType } from '../types/type.ts'
import type { Name } from './name.ts'

/** Builds the node of an operator; the comparator plugs it, as it knows all elements. */
export const operate: Socket<(left: ColumnElement, operator: Operator, operands: readonly unknown[]) => ColumnElement> =
  new Socket('operate')

/** The same for `=`, `!=`, `<` and their kin, which statements are full of: without a list of one operand. */
export const compared: Socket<(left: ColumnElement, operator: Operator, value: unknown) => ColumnElement<boolean>> =
  new Socket('compared')

/**
 * Anything that stands for an expression with a value of type `V`: column elements, attributes of mapped classes. The key is
 * declared and never set; parameters are of this type rather than of the class, as TypeScript compares one property where
 * it would compare all methods.
 */
export interface Expression<out V = unknown> {
  readonly '~value': V
}

/** What may stand beside an operator: a value, which becomes a parameter, an expression, or NULL. */
export type Operand<V> = V | Expression<V | null> | null

/** What may stand to the right of IN: values and expressions, or a SELECT: of one column, or of a column for each member of a tuple. */
export type Members<V> =
  | readonly (V | Expression<V | null>)[]
  | RowsOf<V | null>
  | RowsOfTuple<V>
  | Expression<V | null>

/** A statement whose rows have one column. */
export interface RowsOf<V> {
  readonly '~tuple': [V]
}

/** A statement whose rows have a column for each member of a tuple. */
export interface RowsOfTuple<V> {
  readonly '~tuple': { -readonly [I in keyof V]: V[I] | null }
}

/** An expression of text, whether nullable or not. */
export type Textual = Expression<string | null>

/** Options of {@link ColumnElement.between}. */
export interface BetweenOptions {
  /** `BETWEEN SYMMETRIC`: the ends may come in either order. Default false. */
  readonly symmetric?: boolean
}

function isSymmetric(place: string, options: BetweenOptions): boolean {
  checkKeys(place, options, [], ['symmetric'])
  return options.symmetric === true
}

/** Options of {@link ColumnElement.like}. */
export interface LikeOptions {
  /** The character that takes the meaning from a `%` or `_` behind it; one character. Default: none is named, PostgreSQL takes `\`. */
  readonly escape?: string
}

/** Options of {@link ColumnElement.contains}, `startsWith` and `endsWith`. */
export interface PatternOptions extends LikeOptions {
  /** Makes `%`, `_` and the escape character of a string ordinary characters. Default false; then escape is `/` where none is given. */
  readonly autoescape?: boolean
}

/** Options of {@link ColumnElement.regexpMatch}. */
export interface RegexpOptions {
  /** Letters that the database knows; `i` pays no attention to case. Default: none. */
  readonly flags?: string
}

/** Options of {@link ColumnElement.op}. */
export interface CustomOperatorOptions<R> {
  /** How strongly it binds, on SQLAlchemy's scale (`*` 8, `+` 7, `=` 5, AND 3). Default 0: it is put in parentheses wherever it stands beside another operator. */
  readonly precedence?: number
  /** Default: that of the left side. */
  readonly returnType?: SqlType<R>
}

/** The node of an operator; what it gives is the word of the method that asks. */
function build<R>(left: Expression, operator: Operator, operands: readonly unknown[]): ColumnElement<R> {
  return operate.use(left as ColumnElement, operator, operands) as ColumnElement<R>
}

const NO_FROMS: readonly Element[] = []

/** @internal Adds what is not there yet. */
export function addEach(elements: readonly Element[], to: Element[]): void {
  for (let index = 0; index < elements.length; index += 1) {
    const element = elements[index] as Element
    if (!to.includes(element)) to.push(element)
  }
}

/** An expression with a value of type `V`. */
export abstract class ColumnElement<out V = unknown> extends Element implements Expression<V> {
  /** Declared only. */
  declare readonly '~value': V
  /** The SQL type of the value. */
  abstract readonly type: SqlType<V>

  /** @internal */
  override get roles(): number {
    return Role.expression
  }

  /** The name under which the value stands in a result row where none is given; null for an anonymous one. */
  get resultKey(): string | null {
    return null
  }

  /** Prefix of the anonymous label that a result column of this expression gets: `max` gives `max_1`. */
  get anonymousName(): string {
    return 'anon'
  }

  /** @internal Prefix of the names of parameters that this expression is compared with: a column's key, a function's name. */
  get parameterName(): string {
    return 'param'
  }

  /** The operator at the top of this expression; null for those that never need parentheses. */
  get topOperator(): Operator | null {
    return null
  }

  /** This element as an operand of an operator: itself, or itself in parentheses. SQLAlchemy: `self_group`. */
  selfGroup(_against: Operator): ColumnElement<V> {
    return this
  }

  /** The contrary of a boolean expression; null where NOT is to be written before it. */
  negated(): ColumnElement<boolean> | null {
    return null
  }

  /** The tables and other FROM elements that this expression needs in its statement. */
  fromObjects(): readonly Element[] {
    return NO_FROMS
  }

  /** @internal Adds them to a list, each once: classes that statements are full of do so without lists of their own. */
  addFroms(to: Element[]): void {
    addEach(this.fromObjects(), to)
  }

  // ---- comparison: SQL's three-valued logic; each gives a boolean expression ------------------------------------

  /**
   * `=`; beside null `IS NULL`.
   * @throws ArgumentError for `undefined`, as all operators do: a forgotten value must not become a criterion.
   * @example
   * users.c.name.eq('ed')   // users.name = :name_1
   * users.c.name.eq(null)   // users.name IS NULL
   */
  eq(other: Operand<V>): ColumnElement<boolean> {
    return compared.use(this as ColumnElement, op.eq, other)
  }
  /** `!=`; beside null `IS NOT NULL`. */
  ne(other: Operand<V>): ColumnElement<boolean> {
    return compared.use(this as ColumnElement, op.ne, other)
  }
  /** `<` */
  lt(other: NonNullable<V> | Expression<V | null>): ColumnElement<boolean> {
    return compared.use(this as ColumnElement, op.lt, other)
  }
  /** `<=` */
  le(other: NonNullable<V> | Expression<V | null>): ColumnElement<boolean> {
    return compared.use(this as ColumnElement, op.le, other)
  }
  /** `>` */
  gt(other: NonNullable<V> | Expression<V | null>): ColumnElement<boolean> {
    return compared.use(this as ColumnElement, op.gt, other)
  }
  /** `>=` */
  ge(other: NonNullable<V> | Expression<V | null>): ColumnElement<boolean> {
    return compared.use(this as ColumnElement, op.ge, other)
  }
  /** `IS`, for null, true and false. */
  is(other: Operand<V> | boolean): ColumnElement<boolean> {
    return build(this, op.is, [other])
  }
  /** `IS NOT`, for null, true and false. */
  isNot(other: Operand<V> | boolean): ColumnElement<boolean> {
    return build(this, op.isNot, [other])
  }
  /** `IS DISTINCT FROM`: not equal, where two NULLs are equal. */
  isDistinctFrom(other: Operand<V>): ColumnElement<boolean> {
    return build(this, op.isDistinctFrom, [other])
  }
  /** `IS NOT DISTINCT FROM`: equal, where two NULLs are equal. */
  isNotDistinctFrom(other: Operand<V>): ColumnElement<boolean> {
    return build(this, op.isNotDistinctFrom, [other])
  }
  /** `BETWEEN low AND high`, both ends included. */
  between(low: Operand<V>, high: Operand<V>, options: BetweenOptions = {}): ColumnElement<boolean> {
    return build(this, isSymmetric('.between()', options) ? op.betweenSymmetric : op.between, [low, high])
  }
  /** `NOT BETWEEN low AND high`. */
  notBetween(low: Operand<V>, high: Operand<V>, options: BetweenOptions = {}): ColumnElement<boolean> {
    return build(this, isSymmetric('.notBetween()', options) ? op.notBetweenSymmetric : op.notBetween, [low, high])
  }
  /**
   * `IN`: a list is one parameter, whatever its length, an empty one included; a SELECT is a subquery.
   * @example
   * users.c.id.in([1, 2])                          // users.id IN (:id_1_1, :id_1_2)
   * users.c.id.in(select(addresses.c.userId))      // users.id IN (SELECT addresses.user_id FROM addresses)
   */
  in(members: Members<V>): ColumnElement<boolean> {
    return build(this, op.in_, [members])
  }
  /** `NOT IN`. */
  notIn(members: Members<V>): ColumnElement<boolean> {
    return build(this, op.notIn, [members])
  }

  // ---- text ------------------------------------------------------------------------------------------------------

  /** `LIKE`: `%` stands for any text, `_` for any character. */
  like(this: Textual, pattern: string | Textual, options?: LikeOptions): ColumnElement<boolean> {
    return build(this, op.like, [pattern, options])
  }
  /** `NOT LIKE`. */
  notLike(this: Textual, pattern: string | Textual, options?: LikeOptions): ColumnElement<boolean> {
    return build(this, op.notLike, [pattern, options])
  }
  /** `ILIKE`: LIKE without regard to case. */
  ilike(this: Textual, pattern: string | Textual, options?: LikeOptions): ColumnElement<boolean> {
    return build(this, op.ilike, [pattern, options])
  }
  /** `NOT ILIKE`. */
  notIlike(this: Textual, pattern: string | Textual, options?: LikeOptions): ColumnElement<boolean> {
    return build(this, op.notIlike, [pattern, options])
  }
  /**
   * Whether the text has the other in it. `%` and `_` in a string keep their meaning unless `autoescape` is asked for.
   * @example
   * users.c.name.contains('a%b', { autoescape: true })   // users.name LIKE '%' || :name_1 || '%' ESCAPE '/'
   */
  contains(this: Textual, other: string | Textual, options?: PatternOptions): ColumnElement<boolean>
  /** `@>`: whether the document, array or range has all of the other in it; a range also a single value. */
  contains<T>(this: Expression<T>, other: Containable<T> | Expression): ColumnElement<boolean>
  contains(other: unknown, options?: PatternOptions): ColumnElement<boolean> {
    return build(this, op.contains, [other, options])
  }
  /** Whether the text begins with the other; options as for {@link contains}. */
  startsWith(this: Textual, other: string | Textual, options?: PatternOptions): ColumnElement<boolean> {
    return build(this, op.startsWith, [other, options])
  }
  /** Whether the text ends with the other; options as for {@link contains}. */
  endsWith(this: Textual, other: string | Textual, options?: PatternOptions): ColumnElement<boolean> {
    return build(this, op.endsWith, [other, options])
  }
  /** {@link contains} without regard to case. */
  icontains(this: Textual, other: string | Textual, options?: PatternOptions): ColumnElement<boolean> {
    return build(this, op.icontains, [other, options])
  }
  /** {@link startsWith} without regard to case. */
  istartsWith(this: Textual, other: string | Textual, options?: PatternOptions): ColumnElement<boolean> {
    return build(this, op.istartsWith, [other, options])
  }
  /** {@link endsWith} without regard to case. */
  iendsWith(this: Textual, other: string | Textual, options?: PatternOptions): ColumnElement<boolean> {
    return build(this, op.iendsWith, [other, options])
  }
  /**
   * Whether the database's regular expression matches somewhere; PostgreSQL's `~`, with the flag `i` `~*`.
   * @throws ArgumentError flags that are no letters
   */
  regexpMatch(this: Textual, pattern: string | Textual, options?: RegexpOptions): ColumnElement<boolean> {
    return build(this, op.regexpMatch, [pattern, options])
  }
  /**
   * The text with the first match of a regular expression replaced, with the flag `g` all of them.
   * @example
   * users.c.name.regexpReplace('[aeiou]', '*', { flags: 'g' })   // REGEXP_REPLACE(users.name, $1::VARCHAR, $2::VARCHAR, 'g')
   */
  regexpReplace(
    this: Textual,
    pattern: string | Textual,
    replacement: string | Textual,
    options?: RegexpOptions,
  ): ColumnElement<V> {
    return build(this, op.regexpReplace, [pattern, replacement, options])
  }
  /** `||` */
  concat(this: Textual, other: string | Textual): ColumnElement<V>
  /** `||` of arrays, of documents, of key-value pairs. */
  concat<T>(this: Expression<T>, other: Container<T> | Expression<T | null>): ColumnElement<T>
  concat(other: unknown): ColumnElement<V> {
    return build(this, op.concatenate, [other])
  }
  /** `COLLATE "name"`: text compared and sorted by these rules. */
  collate(this: Textual, collation: string): ColumnElement<V> {
    return build(this, op.collate, [collation])
  }

  // ---- arithmetic ------------------------------------------------------------------------------------------------

  /** `+`; of text, arrays and documents `||`. */
  add(other: NonNullable<V> | Expression<V | null> | Span): ColumnElement<V> {
    return build(this, op.add, [other])
  }
  /** `-` */
  subtract(other: NonNullable<V> | Expression<V | null> | Span): ColumnElement<V> {
    return build(this, op.subtract, [other])
  }
  /** `*`; intervals, decimals and MONEY by numbers too. */
  multiply(this: Expression<Multiplied>, by: number | Expression<number | null>): ColumnElement<V>
  multiply(other: NonNullable<V> | Expression<V | null>): ColumnElement<V>
  multiply(other: unknown): ColumnElement<V> {
    return build(this, op.multiply, [other])
  }
  /** `/`, true division: of two whole numbers too. A quotient of bigints is a decimal string. */
  divide(this: Expression<bigint>, other: bigint | Expression<bigint | null>): ColumnElement<string>
  divide(this: Expression<Multiplied>, by: number | Expression<number | null>): ColumnElement<V>
  divide(other: NonNullable<V> | Expression<V | null>): ColumnElement<V>
  divide(other: unknown): ColumnElement<unknown> {
    return build(this, op.divide, [other])
  }
  /** Division rounded down. */
  floorDivide(other: NonNullable<V> | Expression<V | null>): ColumnElement<V> {
    return build(this, op.floorDivide, [other])
  }
  /** `%` */
  modulo(other: NonNullable<V> | Expression<V | null>): ColumnElement<V> {
    return build(this, op.modulo, [other])
  }
  /** To a power: `power(x, exponent)`. */
  power(exponent: NonNullable<V> | number | Expression<V | number | null>): ColumnElement<V> {
    return build(this, op.power, [exponent])
  }
  /** `&`: the bits that both have. */
  bitwiseAnd(other: NonNullable<V> | Expression<V | null>): ColumnElement<V> {
    return build(this, op.bitwiseAnd, [other])
  }
  /** `|`: the bits that either has. */
  bitwiseOr(other: NonNullable<V> | Expression<V | null>): ColumnElement<V> {
    return build(this, op.bitwiseOr, [other])
  }
  /** The bits that only one of them has: `#` in PostgreSQL. */
  bitwiseXor(other: NonNullable<V> | Expression<V | null>): ColumnElement<V> {
    return build(this, op.bitwiseXor, [other])
  }
  /** `~x`: the other bits. */
  bitwiseNot(): ColumnElement<V> {
    return build(this, op.bitwiseNot, [])
  }
  /** `<<`: bits moved up by so many places. */
  bitwiseLshift(places: number | Expression<number | null>): ColumnElement<V> {
    return build(this, op.shiftLeft, [places])
  }
  /** `>>`: bits moved down by so many places. */
  bitwiseRshift(places: number | Expression<number | null>): ColumnElement<V> {
    return build(this, op.shiftRight, [places])
  }
  /** `-x` */
  negate(): ColumnElement<V> {
    return build(this, op.negative, [])
  }

  /**
   * An operator of the database that has no method here. The symbol is written as it is: never take it from outside.
   * @returns a function that takes the right side.
   * @example
   * users.c.tags.op('&&')(['a'])   // users.tags && :tags_1
   */
  op<R = V>(symbol: string, options: CustomOperatorOptions<R> = {}): (other: unknown) => ColumnElement<R> {
    checkKeys('.op()', options, ['precedence', 'returnType'])
    if (options.returnType !== undefined && !(options.returnType instanceof SqlType))
      throw new ArgumentError('.op(): returnType is a SQL type, such as Boolean or String(50)')
    const custom = op.customOperator(symbol, options.precedence)
    return (other) => build(this, custom, [other, options.returnType])
  }
  /** {@link op} for operators that give a boolean. */
  boolOp(symbol: string, options: { readonly precedence?: number } = {}): (other: unknown) => ColumnElement<boolean> {
    checkKeys('.boolOp()', options, ['precedence'])
    const custom = op.customOperator(symbol, options.precedence, true)
    return (other) => build(this, custom, [other])
  }

  // ---- conjunction -----------------------------------------------------------------------------------------------

  /** This AND the other; see `and()`. */
  and(this: Expression<boolean | null>, other: Expression<boolean | null>): ColumnElement<boolean> {
    return build(this, op.and, [other])
  }
  /** This OR the other; see `or()`. */
  or(this: Expression<boolean | null>, other: Expression<boolean | null>): ColumnElement<boolean> {
    return build(this, op.or, [other])
  }
  /** The contrary; see `not()`. */
  not(this: Expression<boolean | null>): ColumnElement<boolean> {
    return build(this, op.not, [])
  }

  // ---- documents, arrays, ranges, text search ---------------------------------------------------------------------

  /**
   * A member of an array by its place, from 1 unless the type says `zeroIndexes`; of a document by its key or place; of a composite
   * value by its field. UPDATE can set it: `update(docs).values([[docs.c.tags.at(1), 'x']])`.
   * @throws ArgumentError the expression is none of these
   * @example
   * docs.c.tags.at(1)             // docs.tags[:tags_1]
   * docs.c.body.at('a').at('b')   // docs.body[$1::TEXT][$2::TEXT] on PostgreSQL, for JSONB
   */
  at<T, const K extends Subscript<T>>(this: Expression<T>, key: K | Expression): ColumnElement<Subscripted<T, K>> {
    return build(this, op.subscript, [key])
  }
  /**
   * What is in a document at the end of several keys: `#>`.
   * @example
   * docs.c.body.path(['a', 0, 'b'])   // docs.body #> $1
   */
  path<T, const P extends readonly (string | number)[]>(this: Expression<T>, keys: P): ColumnElement<AtPath<T, P>> {
    return build(this, op.jsonPath, [keys])
  }
  /** A part of an array, from one place to another, both included; null for an open end. */
  slice(from: number | null | Expression, to: number | null | Expression): ColumnElement<V> {
    return build(this, op.sliceTo, [from, to])
  }
  /** The document's value as text, without quotes: `->>`. */
  asString(): ColumnElement<string | null> {
    return build(this, op.documentAs, [null])
  }
  /**
   * The document's value as a value of another type: `CAST((document ->> key) AS type)`.
   * @example
   * docs.c.body.at('n').as(Integer).gt(3)   // CAST((docs.body ->> $1::TEXT) AS INTEGER) > $2::INTEGER
   */
  as<T>(type: SqlType<T>): ColumnElement<T | null> {
    return build(this, op.documentAs, [type])
  }
  /** The document's value as INTEGER; see {@link as}. */
  asInteger(): ColumnElement<number | null> {
    return this.as(Integer)
  }
  /** The document's value as FLOAT. */
  asFloat(): ColumnElement<number | null> {
    return this.as(Float)
  }
  /** The document's value as NUMERIC(precision, scale). */
  asNumeric(precision: number, scale: number): ColumnElement<string | null> {
    return this.as(Numeric(precision, scale))
  }
  /** The document's value as BOOLEAN. */
  asBoolean(): ColumnElement<boolean | null> {
    return this.as(Boolean)
  }
  /** `<@`: whether all of this is in the other. */
  containedBy<T>(this: Expression<T>, other: Container<T> | Expression): ColumnElement<boolean> {
    return build(this, op.containedBy, [other])
  }
  /** `&&`: whether both have something in common. */
  overlaps<T>(this: Expression<T>, other: Container<T> | Expression): ColumnElement<boolean> {
    return build(this, op.overlaps, [other])
  }
  /** `?`: whether the document has the key, or the text as a member. */
  hasKey(key: string | Expression): ColumnElement<boolean> {
    return build(this, op.hasKey, [key])
  }
  /** `?|`: whether the document has one of the keys. */
  hasAny(keys: readonly string[] | Expression): ColumnElement<boolean> {
    return build(this, op.hasAny, [keys])
  }
  /** `?&`: whether the document has all of the keys. */
  hasAll(keys: readonly string[] | Expression): ColumnElement<boolean> {
    return build(this, op.hasAll, [keys])
  }
  /** `@?`: whether a path of SQL/JSON leads somewhere. */
  pathExists(path: string | Expression): ColumnElement<boolean> {
    return build(this, op.pathExists, [path])
  }
  /** `@@`: whether a predicate of SQL/JSON holds. */
  pathMatch(path: string | Expression): ColumnElement<boolean> {
    return build(this, op.pathMatch, [path])
  }
  /** `-`: a document or key-value pairs without some keys, or a list without the member at a place. */
  without(keys: string | number | readonly string[] | Expression): ColumnElement<V> {
    return build(this, op.without, [keys])
  }
  /** `#-`: a document without what is at the end of several keys. */
  deletePath(keys: readonly (string | number)[]): ColumnElement<V> {
    return build(this, op.deletePath, [keys])
  }
  /**
   * Full-text search: whether the text, or the TSVECTOR, has the words; PostgreSQL's `@@ plainto_tsquery(...)`, elsewhere MATCH.
   * @param options `regconfig`: the configuration for text search, such as `english`. Default: the database's.
   * @example
   * docs.c.body.match('cat dog')   // docs.body @@ plainto_tsquery($1::VARCHAR)
   */
  match(words: string | Textual, options: { readonly regconfig?: string } = {}): ColumnElement<boolean> {
    return build(this, op.match, [words, options])
  }
  /** `@@`: whether a TSVECTOR fits a TSQUERY; a string is a query in the server's own notation, `cat & !dog`. */
  matchesQuery(query: string | Textual): ColumnElement<boolean> {
    return build(this, op.matchesQuery, [query])
  }
  /** `<<`: whether the range ends before the other begins; of networks: is within the other. */
  strictlyLeftOf<T>(this: Expression<T>, other: Container<T> | Expression): ColumnElement<boolean> {
    return build(this, op.strictlyLeftOf, [other])
  }
  /** `>>`: whether the range begins after the other ends. */
  strictlyRightOf<T>(this: Expression<T>, other: Container<T> | Expression): ColumnElement<boolean> {
    return build(this, op.strictlyRightOf, [other])
  }
  /** `&<`: whether the range does not go beyond the other's end. */
  notExtendRightOf<T>(this: Expression<T>, other: Container<T> | Expression): ColumnElement<boolean> {
    return build(this, op.notExtendRightOf, [other])
  }
  /** `&>`: whether the range does not begin before the other. */
  notExtendLeftOf<T>(this: Expression<T>, other: Container<T> | Expression): ColumnElement<boolean> {
    return build(this, op.notExtendLeftOf, [other])
  }
  /** `-|-`: whether nothing lies between the two ranges, and they have nothing in common. */
  adjacentTo<T>(this: Expression<T>, other: Container<T> | Expression): ColumnElement<boolean> {
    return build(this, op.adjacentTo, [other])
  }

  // ---- ordering, naming, conversion ------------------------------------------------------------------------------

  /** `ASC`, in ORDER BY. */
  asc(): ColumnElement<V> {
    return build(this, op.ascending, [])
  }
  /** `DESC`, in ORDER BY. */
  desc(): ColumnElement<V> {
    return build(this, op.descending, [])
  }
  /** `NULLS FIRST`, in ORDER BY. */
  nullsFirst(): ColumnElement<V> {
    return build(this, op.nullsFirst, [])
  }
  /** `NULLS LAST`, in ORDER BY. */
  nullsLast(): ColumnElement<V> {
    return build(this, op.nullsLast, [])
  }
  /** `DISTINCT x`, as the argument of an aggregate. */
  distinct(): ColumnElement<V> {
    return build(this, op.distinctOf, [])
  }
  /**
   * The same value under a name of its own; null lets the compiler choose one.
   * @example
   * select(func.count().label('n'))   // SELECT count(*) AS n
   */
  label<const N extends string>(name: N): NamedElement<N, V>
  label(name: null): NamedElement<string, V>
  label(name: string | null): NamedElement<string, V> {
    return operate.use(this, op.as, [name]) as NamedElement<string, V>
  }
  /** `CAST(x AS type)`. */
  cast<T>(type: SqlType<T>): ColumnElement<T | Extract<V, null>> {
    return build(this, op.cast, [type])
  }

  /** @internal Elements are no numbers: `a + b`, `a < b` and `a == 1` would lose their meaning without a word. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString()
    throw new ArgumentError(
      'A SQL expression cannot be used as a JavaScript value: write a.add(b), a.lt(b), a.eq(b) in place of operators',
    )
  }
}

/** A span of time, which can be added to dates and times. */
export type Span = IntervalValue | Expression<IntervalValue | null>

/** What is no number and is multiplied with numbers and divided by them: decimal strings, MONEY, intervals. */
export type Multiplied = string | IntervalValue | null

/** An expression with a name; `N` becomes a key of the result row. */
export abstract class NamedElement<
  out N extends string = string,
  out V = unknown,
  out Source = unknown,
> extends ColumnElement<V> {
  /** The FROM element that it is a column of, where TypeScript knows it: outer joins make it nullable. Declared only. */
  declare readonly '~source': Source
  /** The key in result rows and in `values()`. */
  abstract readonly key: N
  /** The name in SQL. */
  abstract readonly name: Name

  override get resultKey(): string | null {
    return this.key
  }

  override label<const L extends string>(name: L): NamedElement<L, V, Source>
  override label(name: null): NamedElement<string, V, Source>
  override label(name: string | null): NamedElement<string, V, Source> {
    return super.label(name as string) as NamedElement<string, V, Source>
  }
}
