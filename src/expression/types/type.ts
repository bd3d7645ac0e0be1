// `SqlType<V>`: what a type knows of its values; how it is spelt and sent is the dialects' matter.
import { ArgumentError } from '../../errors.ts'

/** Which family a type belongs to: decides the operators and what two types give together. */
export type Affinity =
  | 'null'
  | 'string'
  | 'integer'
  | 'numeric'
  | 'float'
  | 'boolean'
  | 'date'
  | 'time'
  | 'datetime'
  | 'interval'
  | 'binary'
  | 'uuid'
  | 'json'
  | 'array'
  | 'range'
  | 'tuple'
  | 'other'

/** What a type may ask of the dialect that it is used with. */
export interface TypeHost {
  readonly name: string
}

/** Anything with a value in a statement, as types see it: an expression. */
export interface SqlValue<V = unknown> {
  readonly '~value': V
}

/** Changes one value on its way to or from the driver. */
export type ValueProcessor = (value: unknown) => unknown

/**
 * A type that the database knows by a name and that must be created before the tables that use it: an enumeration, a domain,
 * a composite type, a range.
 */
export interface NamedTypeParts {
  readonly name: string
  /** Null for where the session looks for types. */
  readonly schema: string | null
  /** Whether creating and dropping tables creates and drops it. */
  readonly createdWithTables: boolean
  /** Kept in the database as the type's comment. Default: none. */
  readonly comment?: string | null
}

/** A {@link SqlType} with a name in the database. */
export type NamedType = SqlType & NamedTypeParts

/** Registry of type shapes: equal types share one number, so that statements built anew have the same key. Process-wide, grows with the number of different types a program declares. */
const shapes: Map<string, number> = new Map()
let lastShape = 0

/** Numbers a type's shape. */
function shapeNumber(shape: string): number {
  const known = shapes.get(shape)
  if (known !== undefined) return known
  lastShape += 1
  shapes.set(shape, lastShape)
  return lastShape
}

let lastOpaque = 0

function shapeText(type: SqlType): string {
  const shape = type.shape()
  if (shape !== null)
    return JSON.stringify([type.kind, ...shape.map((part) => (part instanceof SqlType ? { type: part.id } : part))])
  lastOpaque += 1
  return JSON.stringify([type.kind, { opaque: lastOpaque }])
}

/** A SQL type whose values are `V` in TypeScript. */
export abstract class SqlType<V = unknown> {
  /** The TypeScript type of the values; declared only, nothing at run time. */
  declare readonly '~value'?: V
  /** The type's key in a dialect's tables of spellings and codecs: `integer`, `string`, `array`. */
  abstract readonly kind: string
  abstract readonly affinity: Affinity
  /** Arguments that tell this type from others of its kind: length, precision, element type; null makes every instance a type of its own. */
  shape(): readonly (string | number | boolean | SqlType | null)[] | null {
    return []
  }

  /** Number in cache keys; equal for equal types. */
  get id(): number {
    const id = shapeNumber(shapeText(this))
    // Kept where the next look finds it first, and out of sight, so that types that are equal look equal.
    Object.defineProperty(this, 'id', { value: id })
    return id
  }

  /** What a value becomes before the dialect's codec encodes it; null where nothing is to be done. */
  bindProcessor(_host: TypeHost): ValueProcessor | null {
    return null
  }

  /** What a decoded value becomes; null where nothing is to be done. */
  resultProcessor(_host: TypeHost): ValueProcessor | null {
    return null
  }

  /** What a value becomes before it is written into the text of a statement. Default: as for a parameter. */
  literalProcessor(host: TypeHost): ValueProcessor | null {
    return this.bindProcessor(host)
  }

  /**
   * SQL around each parameter of this type: each member of a list too. Default: none. SQLAlchemy: `bind_expression`.
   * @returns an expression made of the parameter, such as `func('st_geomfromtext', value)`; null for none
   */
  bindExpression(_value: SqlValue, _host: TypeHost): SqlValue | null {
    return null
  }

  /** @internal Whether {@link bindExpression} may put something around parameters; for null on any dialect. */
  wrapsParameters(_host: TypeHost | null): boolean {
    return this.bindExpression !== SqlType.prototype.bindExpression
  }

  /** @internal What a dialect may see in this type's place, for null any dialect; null where that is not known without one. */
  standsOn(_host: TypeHost | null): readonly SqlType[] | null {
    return []
  }

  /**
   * SQL around a column of this type where it is a column of the result: of the outermost SELECT, and of RETURNING. It keeps its name.
   * Default: none. SQLAlchemy: `column_expression`.
   * @returns an expression made of the column; null for none
   */
  columnExpression(_column: SqlValue, _host: TypeHost): SqlValue | null {
    return null
  }

  /** The type that a dialect spells and sends in this one's place: a variant, what a decorator stands on. Default: this one. */
  forDialect(_host: TypeHost): SqlType {
    return this
  }

  /**
   * The type of a value beside an expression of this type. SQLAlchemy: `coerce_compared_value`.
   * @returns undefined (default) where the rule of the type's family decides, null where no such value can stand there.
   */
  coerceComparedValue(_value: unknown): SqlType | null | undefined {
    return undefined
  }

  /**
   * The type of what an operator of arithmetic makes of an expression of this type and one of another; asked of types of the affinity
   * `other`. SQLAlchemy: `TypeEngine.Comparator._adapt_expression`.
   * @param operator `add`, `subtract`, `multiply`, `divide`, `floorDivide`, `modulo` or `concatenate`
   * @param isLeft whether this type is the left one's
   * @returns null (default) where the rule of the types' families decides.
   */
  calculated(_operator: string, _other: SqlType, _isLeft: boolean): SqlType | null {
    return null
  }

  /** The named types that must be there before a table with a column of this type. */
  requiredTypes(_host: TypeHost): readonly NamedType[] {
    return []
  }

  /** The only values there are, where the database must check them (an enumeration without a type of its own); null for none. */
  checkedValues(_host: TypeHost): readonly string[] | null {
    return null
  }

  /**
   * This type, with another in its place on some databases.
   * @param dialects names of dialects: `postgresql`, `sqlite`
   * @throws ArgumentError for no dialect, or no type; a dialect that has one already; a type that has variants itself
   * @example
   * const Document = JSON<Settings>().withVariant(JSONB<Settings>(), 'postgresql')   // JSON; on PostgreSQL JSONB
   */
  withVariant(type: SqlType<V>, ...dialects: readonly string[]): SqlType<V> {
    if (!(type instanceof SqlType)) throw new ArgumentError('withVariant() takes a SQL type and names of dialects')
    if (dialects.length === 0 || dialects.some((each) => typeof each !== 'string' || each === ''))
      throw new ArgumentError("withVariant() takes the names of dialects behind the type, such as 'postgresql'")
    const known = VARIANTS.get(this) ?? []
    const twice = dialects.find((each) => known.includes(each))
    if (twice !== undefined)
      throw new ArgumentError(`withVariant(): the type ${this.kind} has a variant for '${twice}' already`)
    if (VARIANTS.has(type))
      throw new ArgumentError('withVariant() takes a type without variants: name each of them with its own dialects')
    const both = variantOf(this, type, new Set(dialects)) as SqlType<V>
    VARIANTS.set(both, [...known, ...dialects])
    return both
  }

  /** Whether two values are the same in the database's eyes; decides whether an UPDATE is needed. */
  sameValue(one: V | null | undefined, other: V | null | undefined): boolean {
    return one === other
  }
}

/** The dialects for which a type has variants. */
const VARIANTS: WeakMap<SqlType, readonly string[]> = new WeakMap()

/** A type that looks like `base` in all but what a dialect asks of it: a copy would not do, as some types are functions. */
function variantOf(base: SqlType, variant: SqlType, dialects: ReadonlySet<string>): SqlType {
  const choose = (host: TypeHost): SqlType => (dialects.has(host.name) ? variant : base)
  const standsOn = (host: TypeHost | null): readonly SqlType[] => (host === null ? [base, variant] : [choose(host)])
  const own: Partial<SqlType> = {
    shape: () => null,
    forDialect: (host) => choose(host).forDialect(host),
    bindProcessor: (host) => choose(host).bindProcessor(host),
    literalProcessor: (host) => choose(host).literalProcessor(host),
    resultProcessor: (host) => choose(host).resultProcessor(host),
    bindExpression: (value, host) => choose(host).bindExpression(value, host),
    columnExpression: (column, host) => choose(host).columnExpression(column, host),
    requiredTypes: (host) => choose(host).requiredTypes(host),
    checkedValues: (host) => choose(host).checkedValues(host),
    wrapsParameters: (host) => standsOn(host).some((each) => each.wrapsParameters(host)),
    standsOn,
    // Of the type itself: a look-alike has none of its private parts.
    sameValue: (one, other) => base.sameValue(one, other),
  }
  const both: SqlType = Object.create(base)
  for (const [name, value] of Object.entries(own)) Object.defineProperty(both, name, { value })
  const id = shapeNumber(JSON.stringify(['variant', base.id, variant.id, [...dialects].sort()]))
  return Object.defineProperty(both, 'id', { value: id })
}

/** The TypeScript type of a SQL type's values. */
export type ValueOf<T> = T extends SqlType<infer V> ? V : never
