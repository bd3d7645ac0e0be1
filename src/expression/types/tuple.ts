// The type of a row value.
import { type Affinity, SqlType } from './type.ts'

/** `(a, b)`: the members' types in order. */
export class TupleType extends SqlType<unknown[]> {
  readonly kind: string = 'tuple'
  readonly affinity: Affinity = 'tuple'
  readonly types: readonly SqlType[]
  constructor(types: readonly SqlType[]) {
    super()
    this.types = types
  }
  override shape(): readonly SqlType[] {
    return this.types
  }
}
