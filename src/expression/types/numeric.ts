// Whole and fractional numbers.
import { ArgumentError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import { countArgument } from './argument.ts'
import { callableType } from './callable.ts'
import { classNumber } from './class-number.ts'
import { type Affinity, SqlType, type TypeHost, type ValueProcessor } from './type.ts'

/** See {@link Integer} and {@link SmallInteger}. */
export class IntegerType extends SqlType<number> {
  readonly kind: string
  readonly affinity: Affinity = 'integer'
  constructor(kind: 'integer' | 'smallInteger' = 'integer') {
    super()
    this.kind = kind
  }
}
/** INTEGER, 32 bits; a `number`. */
export const Integer: IntegerType = new IntegerType()
/** SMALLINT, 16 bits; a `number`. */
export const SmallInteger: IntegerType = new IntegerType('smallInteger')

/** See {@link BigInteger}. */
export class BigIntegerType extends SqlType<bigint> {
  readonly kind: string = 'bigInteger'
  readonly affinity: Affinity = 'integer'
}
/** BIGINT, 64 bits; a `bigint`, as a `number` cannot hold all of them. */
export const BigInteger: BigIntegerType = new BigIntegerType()

/** A value of a class of decimals. */
export interface DecimalLike {
  toString(): string
}

/** A class of decimals: made from the digits as text, giving them as text. Those of decimal.js, big.js and bignumber.js are. */
export interface DecimalClass<D extends DecimalLike = DecimalLike> {
  new (text: string): D
}

/** How NUMERIC values are represented. */
export interface NumericOptions {
  /** `string` (default) keeps every digit; `number` raises where the value cannot be held exactly; a class makes its own of the digits. */
  readonly as?: 'string' | 'number' | DecimalClass
}

/** See {@link Numeric}. */
export class NumericType<V = string> extends SqlType<V> {
  readonly kind: string
  readonly affinity: Affinity = 'numeric'
  readonly precision: number | null
  readonly scale: number | null
  readonly representation: 'string' | 'number'
  /** The class of the values; null for strings and numbers. */
  readonly decimal: DecimalClass | null
  constructor(
    precision: number | null = null,
    scale: number | null = null,
    options: NumericOptions = {},
    kind: 'numeric' | 'decimal' = 'numeric',
  ) {
    super()
    checkKeys('Numeric()', options, ['as'])
    this.kind = kind
    this.precision = precision
    this.scale = scale
    const as: unknown = options.as ?? 'string'
    if (as !== 'string' && as !== 'number' && typeof as !== 'function')
      throw new ArgumentError("Numeric(): as is 'string', 'number' or a class of decimals")
    this.representation = as === 'number' ? 'number' : 'string'
    this.decimal = typeof as === 'function' ? (as as DecimalClass) : null
  }
  override shape(): readonly (string | number | null)[] {
    const decimal = this.decimal === null ? null : classNumber(this.decimal)
    return [this.precision, this.scale, this.representation, decimal]
  }
  override bindProcessor(_host: TypeHost): ValueProcessor | null {
    const { decimal } = this
    return decimal === null ? null : (value) => (value instanceof decimal ? String(value) : value)
  }
  override resultProcessor(_host: TypeHost): ValueProcessor | null {
    const { decimal: Decimal } = this
    return Decimal === null ? null : (text) => (text === null ? null : new Decimal(text as string))
  }
  override sameValue(one: V | null | undefined, other: V | null | undefined): boolean {
    if (one === other) return true
    return this.decimal !== null && Boolean(one) && Boolean(other) && String(one) === String(other)
  }
}

/** The call forms of {@link Numeric}. */
export interface NumericFactory {
  <D extends DecimalLike>(
    precision: number | null | undefined,
    scale: number | null | undefined,
    options: { readonly as: DecimalClass<D> },
  ): NumericType<D>
  (
    precision: number | null | undefined,
    scale: number | null | undefined,
    options: { readonly as: 'number' },
  ): NumericType<number>
  (precision?: number | null, scale?: number | null, options?: { readonly as?: 'string' }): NumericType<string>
}
/**
 * NUMERIC(precision, scale); a decimal `string`, or a `number` by `{ as: 'number' }`, a decimal of any library by `{ as: Decimal }`.
 * @example
 * Column(Numeric(10, 2))                     // NUMERIC(10, 2); string
 * Column(Numeric(10, 2, { as: 'number' }))   // NUMERIC(10, 2); number
 */
export const Numeric: NumericType<string> & NumericFactory = callableType(
  new NumericType<string>(),
  (precision?: number | null, scale?: number | null, options?: NumericOptions) =>
    new NumericType(countArgument('Numeric', precision), countArgument('Numeric', scale, -1000), options),
) as NumericType<string> & NumericFactory

/** See {@link Float} and {@link Double}. */
export class FloatType extends SqlType<number> {
  readonly kind: string
  readonly affinity: Affinity = 'float'
  readonly precision: number | null
  constructor(kind: 'float' | 'double' | 'exactDouble' | 'real' = 'float', precision: number | null = null) {
    super()
    this.kind = kind
    this.precision = precision
  }
  override shape(): readonly (number | null)[] {
    return [this.precision]
  }
  override sameValue(one: number | null | undefined, other: number | null | undefined): boolean {
    return Object.is(one, other) || one === other
  }
}
/**
 * FLOAT or FLOAT(precision); a `number`.
 * @example
 * Column(Float)       // FLOAT; number
 * Column(Float(24))   // FLOAT(24); number
 */
export const Float: FloatType & ((precision?: number) => FloatType) = callableType(
  new FloatType(),
  (precision?: number) => new FloatType('float', countArgument('Float', precision)),
)
/** DOUBLE PRECISION; a `number`. */
export const Double: FloatType = new FloatType('double')
