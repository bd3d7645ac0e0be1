// The type of NULL, and of what has no known type.
import { type Affinity, SqlType } from './type.ts'

/** The type of expressions whose type is not known: NULL, results of unknown functions. */
export class NullTypeClass extends SqlType<unknown> {
  readonly kind: string = 'null'
  readonly affinity: Affinity = 'null'
}

/** No known type: values pass as the driver gives and takes them. */
export const NullType: NullTypeClass = new NullTypeClass()
