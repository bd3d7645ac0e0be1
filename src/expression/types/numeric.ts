// Whole and fractional numbers.
import { countArgument } from './argument.ts'
import { callableType } from './callable.ts'
import { type Affinity, SqlType } from './type.ts'

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

/** How NUMERIC values are represented. */
export interface NumericOptions {
  /** `string` (default) keeps every digit; `number` raises where the value cannot be held exactly. */
  readonly as?: 'string' | 'number'
}

/** See {@link Numeric}. */
export class NumericType<V = string> extends SqlType<V> {
  readonly kind: string
  readonly affinity: Affinity = 'numeric'
  readonly precision: number | null
  readonly scale: number | null
  readonly representation: 'string' | 'number'
  constructor(
    precision: number | null = null,
    scale: number | null = null,
    options: NumericOptions = {},
    kind: 'numeric' | 'decimal' = 'numeric',
  ) {
    super()
    this.kind = kind
    this.precision = precision
    this.scale = scale
    this.representation = options.as ?? 'string'
  }
  override shape(): readonly (string | number | null)[] {
    return [this.precision, this.scale, this.representation]
  }
}

/** The call forms of {@link Numeric}. */
export interface NumericFactory {
  (
    precision: number | null | undefined,
    scale: number | null | undefined,
    options: { readonly as: 'number' },
  ): NumericType<number>
  (precision?: number | null, scale?: number | null, options?: { readonly as?: 'string' }): NumericType<string>
}
/** NUMERIC(precision, scale); a decimal `string`, or a `number` by `{ as: 'number' }`. */
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
/** FLOAT or FLOAT(precision); a `number`. */
export const Float: FloatType & ((precision?: number) => FloatType) = callableType(
  new FloatType(),
  (precision?: number) => new FloatType('float', countArgument('Float', precision)),
)
/** DOUBLE PRECISION; a `number`. */
export const Double: FloatType = new FloatType('double')
