// Booleans, bytes and UUIDs.
import { countArgument } from './argument.ts'
import { callableType } from './callable.ts'
import { type Affinity, SqlType } from './type.ts'

/** See {@link Boolean}. */
export class BooleanType extends SqlType<boolean> {
  readonly kind: string = 'boolean'
  readonly affinity: Affinity = 'boolean'
}
/** BOOLEAN; a `boolean`. */
export const Boolean: BooleanType = new BooleanType()

/** See {@link LargeBinary}. */
export class LargeBinaryType extends SqlType<Uint8Array> {
  readonly kind: string
  readonly affinity: Affinity = 'binary'
  readonly length: number | null
  constructor(length: number | null = null, kind: 'binary' | 'blob' | 'varbinary' | 'fixedBinary' = 'binary') {
    super()
    this.length = length
    this.kind = kind
  }
  override shape(): readonly (number | null)[] {
    return [this.length]
  }
  override sameValue(one: Uint8Array | null | undefined, other: Uint8Array | null | undefined): boolean {
    if (one === other) return true
    if (!one || !other || one.length !== other.length) return false
    return one.every((byte, index) => byte === other[index])
  }
}
/** Bytes (PostgreSQL BYTEA); a `Uint8Array`. */
export const LargeBinary: LargeBinaryType & ((length?: number) => LargeBinaryType) = callableType(
  new LargeBinaryType(),
  (length?: number) => new LargeBinaryType(countArgument('LargeBinary', length)),
)

/** See {@link Uuid}. */
export class UuidType extends SqlType<string> {
  readonly kind: string = 'uuid'
  readonly affinity: Affinity = 'uuid'
}
/** UUID; a string in lower case with hyphens. */
export const Uuid: UuidType = new UuidType()
