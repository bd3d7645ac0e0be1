// `TypeDecorator`: a type of the user's that stands on another and changes its values; `UserDefinedType`: one of its own.
import { ArgumentError } from '../../errors.ts'
import { quoteName } from '../../nearest.ts'
import { isUnawaited, showValue, UNAWAITED } from '../../show.ts'
import { classNumber } from './class-number.ts'
import { type Affinity, type NamedType, SqlType, type SqlValue, type TypeHost, type ValueProcessor } from './type.ts'

/** A type's class and fields as its shape; null where a field is neither a plain value nor a type, as its meaning is not known. */
function fieldsOf(type: SqlType): readonly (string | number | boolean | SqlType | null)[] | null {
  const shape: (string | number | boolean | SqlType | null)[] = [classNumber(Object.getPrototypeOf(type) as object)]
  for (const [name, value] of Object.entries(type) as [string, unknown][]) {
    const isPlain = value === null || ['string', 'number', 'boolean'].includes(typeof value)
    if (!isPlain && !(value instanceof SqlType)) return null
    shape.push(name, value as string | number | boolean | SqlType | null)
  }
  return shape
}

/** @throws ArgumentError the class lacks what every type must have; the compiler says so where there is one. */
function standing(type: unknown, of: SqlType): SqlType {
  if (type instanceof SqlType) return type
  throw new ArgumentError(
    `The type ${nameOf(of)} stands on no SQL type: give the class an impl, as in impl = Integer, or let loadDialectImpl() return a type; got ${showValue(type)}`,
  )
}

/** Methods of the user's that make a text of anything would keep `[object Promise]`. */
function awaited(value: unknown, type: SqlType): unknown {
  if (isUnawaited(value)) throw new ArgumentError(`The type ${nameOf(type)} does not take ${UNAWAITED}`)
  return value
}

function nameOf(type: SqlType): string {
  return quoteName((type.constructor as { readonly name?: string } | undefined)?.name ?? 'TypeDecorator')
}

/** Two changes, one after the other. */
function chained(first: ValueProcessor | null, second: ValueProcessor | null): ValueProcessor | null {
  if (first === null) return second
  return second === null ? first : (value) => second(first(value))
}

/**
 * A type that stands on another (`impl`) and changes values on their way: `V` in the program, `I` in the one it stands on.
 *
 * Processors get null too: NULL passes through them as any value does.
 * @example
 * class Cents extends TypeDecorator<number, number> {
 *   readonly impl = Integer
 *   override readonly cacheOk = true
 *   override processBindParam(value: number | null) { return value === null ? null : Math.round(value * 100) }
 *   override processResultValue(value: number | null) { return value === null ? null : value / 100 }
 * }
 * Column(new Cents())   // INTEGER
 */
export abstract class TypeDecorator<V, I = V> extends SqlType<V> {
  /** The type that the database sees. */
  abstract readonly impl: SqlType<I>
  /**
   * Whether two instances of the class with equal fields are one type, so that statements made with either share what was
   * compiled. Default false: each instance is a type of its own. Fields that are functions or objects make it false too.
   */
  readonly cacheOk: boolean = false

  override get kind(): string {
    return 'decorator'
  }
  override get affinity(): Affinity {
    return standing(this.impl, this).affinity
  }

  /** A value of the program as one of {@link impl}. Default: the same. */
  processBindParam(value: V | null, _host: TypeHost): I | null {
    return value as unknown as I | null
  }
  /** A value of {@link impl} as one of the program. Default: the same. */
  processResultValue(value: I | null, _host: TypeHost): V | null {
    return value as unknown as V | null
  }
  /** A value that is to be written into a statement's text. Default: as {@link processBindParam}. */
  processLiteralParam(value: V | null, host: TypeHost): I | null {
    return this.processBindParam(value, host)
  }
  /** The type that a database sees, where it is not {@link impl} on all of them. */
  loadDialectImpl(_host: TypeHost): SqlType<I> {
    return this.impl
  }
  /** Values beside an expression of this type are of this type, unless a subclass says otherwise. */
  override coerceComparedValue(_value: unknown): SqlType | null | undefined {
    return this
  }

  override shape(): readonly (string | number | boolean | SqlType | null)[] | null {
    standing(this.impl, this)
    return this.cacheOk ? fieldsOf(this) : null
  }
  override forDialect(host: TypeHost): SqlType {
    return standing(this.loadDialectImpl(host), this).forDialect(host)
  }
  override bindProcessor(host: TypeHost): ValueProcessor | null {
    const inner = standing(this.loadDialectImpl(host), this).bindProcessor(host)
    if (this.processBindParam === TypeDecorator.prototype.processBindParam) return inner
    return chained((value) => this.processBindParam(awaited(value, this) as V | null, host), inner)
  }
  override literalProcessor(host: TypeHost): ValueProcessor | null {
    return chained(
      (value) => this.processLiteralParam(awaited(value, this) as V | null, host),
      standing(this.loadDialectImpl(host), this).literalProcessor(host),
    )
  }
  override resultProcessor(host: TypeHost): ValueProcessor | null {
    const inner = standing(this.loadDialectImpl(host), this).resultProcessor(host)
    if (this.processResultValue === TypeDecorator.prototype.processResultValue) return inner
    return chained(inner, (value) => this.processResultValue(value as I | null, host))
  }
  /** @internal What becomes of a value that was read, and changed by `first`, as another type: {@link columnExpression} made it one. */
  convertedProcessor(first: ValueProcessor | null, host: TypeHost): ValueProcessor | null {
    const inner = standing(this.loadDialectImpl(host), this)
    const below = inner instanceof TypeDecorator ? inner.convertedProcessor(first, host) : first
    if (this.processResultValue === TypeDecorator.prototype.processResultValue) return below
    return chained(below, (value) => this.processResultValue(value as I | null, host))
  }
  override bindExpression(value: SqlValue, host: TypeHost): SqlValue | null {
    return standing(this.loadDialectImpl(host), this).bindExpression(value, host)
  }
  /** @internal */
  override wrapsParameters(host: TypeHost | null): boolean {
    if (this.bindExpression !== TypeDecorator.prototype.bindExpression) return true
    return this.standsOn(host)?.some((each) => each.wrapsParameters(host)) ?? true
  }
  /** @internal */
  override standsOn(host: TypeHost | null): readonly SqlType[] | null {
    if (host !== null) return [this.loadDialectImpl(host)]
    return this.loadDialectImpl === TypeDecorator.prototype.loadDialectImpl ? [this.impl] : null
  }
  override columnExpression(column: SqlValue, host: TypeHost): SqlValue | null {
    return standing(this.loadDialectImpl(host), this).columnExpression(column, host)
  }
  override requiredTypes(host: TypeHost): readonly NamedType[] {
    return standing(this.loadDialectImpl(host), this).requiredTypes(host)
  }
  override checkedValues(host: TypeHost): readonly string[] | null {
    return standing(this.loadDialectImpl(host), this).checkedValues(host)
  }
}

/**
 * A type that the library does not know: how it is spelt, and its values as text, which is how they travel. It works in arrays,
 * composite types and batches as any other does, and needs no look-up of its number in the database.
 * @example
 * class Vector extends UserDefinedType<number[]> {
 *   override readonly cacheOk = true
 *   columnSpecification() { return 'vector(3)' }
 *   toText(value: number[]) { return `[${value.join(',')}]` }
 *   fromText(text: string) { return JSON.parse(text) as number[] }
 * }
 */
export abstract class UserDefinedType<V> extends SqlType<V> {
  /** See {@link TypeDecorator.cacheOk}. */
  readonly cacheOk: boolean = false

  override get kind(): string {
    return 'user'
  }
  override get affinity(): Affinity {
    return 'other'
  }

  /** The type in CREATE TABLE and CAST. It becomes SQL as it is: put nothing into it that comes from outside. */
  abstract columnSpecification(host: TypeHost): string
  /** The type in casts of parameters. Default: {@link columnSpecification}. */
  castSpecification(host: TypeHost): string {
    return this.columnSpecification(host)
  }
  /** A value as the database reads it. */
  abstract toText(value: V): string
  /** The database's text as a value. */
  abstract fromText(text: string): V

  override coerceComparedValue(_value: unknown): SqlType | null | undefined {
    return this
  }
  override shape(): readonly (string | number | boolean | SqlType | null)[] | null {
    for (const name of ['columnSpecification', 'toText', 'fromText'] as const)
      if (typeof this[name] !== 'function') throw new ArgumentError(`The type ${nameOf(this)} needs a method ${name}()`)
    return this.cacheOk ? fieldsOf(this) : null
  }
}
