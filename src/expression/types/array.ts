// Arrays of another type.
import { type Affinity, SqlType } from './type.ts'

/** See {@link ARRAY}. */
export class ArrayType<V = unknown> extends SqlType<V[]> {
  readonly kind: string = 'array'
  readonly affinity: Affinity = 'array'
  readonly element: SqlType<V>
  readonly dimensions: number | null
  constructor(element: SqlType<V>, dimensions: number | null = null) {
    super()
    this.element = element
    this.dimensions = dimensions
  }
  override shape(): readonly (SqlType | number | null)[] {
    return [this.element, this.dimensions]
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
/** An array of `element`; a JavaScript array. */
export function ARRAY<V>(element: SqlType<V>, options: { readonly dimensions?: number } = {}): ArrayType<V> {
  return new ArrayType(element, options.dimensions ?? null)
}
