// Arrays of another type.
import { ArgumentError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import { countArgument } from './argument.ts'
import { type Affinity, type NamedType, SqlType, type TypeHost, type ValueProcessor } from './type.ts'

/** See {@link ARRAY}. */
export class ArrayType<V = unknown> extends SqlType<V[]> {
  readonly kind: string = 'array'
  readonly affinity: Affinity = 'array'
  readonly element: SqlType<V>
  readonly dimensions: number | null
  readonly zeroIndexes: boolean
  constructor(element: SqlType<V>, dimensions: number | null = null, zeroIndexes = false) {
    super()
    this.zeroIndexes = zeroIndexes
    this.element = element
    this.dimensions = dimensions
  }
  override shape(): readonly (SqlType | number | boolean | null)[] {
    return [this.element, this.dimensions, this.zeroIndexes]
  }
  override forDialect(host: TypeHost): SqlType {
    const element = this.element.forDialect(host)
    return element === this.element ? this : new ArrayType(element, this.dimensions, this.zeroIndexes)
  }
  override bindProcessor(host: TypeHost): ValueProcessor | null {
    return this.#eachOf(this.element.bindProcessor(host), host)
  }
  override literalProcessor(host: TypeHost): ValueProcessor | null {
    return this.#eachOf(this.element.literalProcessor(host), host)
  }
  override resultProcessor(host: TypeHost): ValueProcessor | null {
    return this.#eachOf(this.element.resultProcessor(host), host)
  }
  override requiredTypes(host: TypeHost): readonly NamedType[] {
    return this.element.requiredTypes(host)
  }
  #eachOf(process: ValueProcessor | null, host: TypeHost): ValueProcessor | null {
    if (process === null) return null
    // A document may be an array itself: there is no telling one from an array of documents but by the depth.
    const depth = this.dimensions ?? (this.element.forDialect(host).affinity === 'json' ? 1 : Number.POSITIVE_INFINITY)
    return (value) => members(value, process, depth)
  }
  override sameValue(one: V[] | null | undefined, other: V[] | null | undefined): boolean {
    return this.#sameMembers(one, other)
  }
  #sameMembers(one: unknown, other: unknown): boolean {
    if (one === other) return true
    if (!Array.isArray(one) || !Array.isArray(other))
      return this.element.sameValue(one as V | null | undefined, other as V | null | undefined)
    return one.length === other.length && one.every((member, index) => this.#sameMembers(member, other[index]))
  }
}
/** The members of an array, of whatever depth, changed one by one. What is no array goes on as it is. */
function members(value: unknown, process: ValueProcessor, depth: number): unknown {
  if (!Array.isArray(value)) return value
  return value.map((member: unknown) =>
    depth > 1 && Array.isArray(member) ? members(member, process, depth - 1) : process(member),
  )
}

/** Options of {@link ARRAY}. */
export interface ArrayOptions {
  /** How deep arrays nest. Default: as deep as the values do. */
  readonly dimensions?: number
  /** Whether `.at()` and `.slice()` count from 0, as JavaScript does, rather than from 1. Default false. */
  readonly zeroIndexes?: boolean
}

/**
 * An array of `element`; a JavaScript array.
 * @example
 * Column(ARRAY(Integer))                                     // INTEGER[]; number[]
 * Column(ARRAY(String(20), { dimensions: 2, zeroIndexes: true }))   // VARCHAR(20)[][]; at(0) is the first
 */
export function ARRAY<V>(element: SqlType<V>, options: ArrayOptions & { readonly dimensions: 2 }): ArrayType<V[]>
export function ARRAY<V>(element: SqlType<V>, options: ArrayOptions & { readonly dimensions: 3 }): ArrayType<V[][]>
export function ARRAY<V>(element: SqlType<V>, options?: ArrayOptions): ArrayType<V>
export function ARRAY<V>(element: SqlType<V>, options: ArrayOptions = {}): ArrayType<V> {
  if (!(element instanceof SqlType)) throw new ArgumentError('ARRAY() takes the type of its members, such as Integer')
  checkKeys('ARRAY()', options, ['dimensions'], ['zeroIndexes'])
  return new ArrayType(element, countArgument('ARRAY', options.dimensions), options.zeroIndexes ?? false)
}
