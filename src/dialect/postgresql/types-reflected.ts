// The type of a column that was reflected and for which this library has no type: spelt as the database spells it.
import { type Affinity, SqlType } from '../../expression/types/type.ts'

/** A type by the database's own spelling; the server decides how its values travel. */
export class ReflectedType extends SqlType<unknown> {
  readonly kind: string = 'reflected'
  readonly affinity: Affinity = 'other'
  /** SQL, as `format_type` gives it. */
  readonly typeName: string
  constructor(typeName: string) {
    super()
    this.typeName = typeName
  }
  override shape(): readonly string[] {
    return [this.typeName]
  }
}
