// Characters.
import { countArgument } from './argument.ts'
import { callableType } from './callable.ts'
import { type Affinity, SqlType } from './type.ts'

/** The spellings of types of characters. */
export type StringKind = 'string' | 'text' | 'char' | 'nchar' | 'nvarchar' | 'clob'

/** See {@link String} and {@link Text}. */
export class StringType extends SqlType<string> {
  readonly kind: string
  readonly affinity: Affinity = 'string'
  readonly length: number | null
  readonly collation: string | null
  constructor(length: number | null = null, collation: string | null = null, kind: StringKind = 'string') {
    super()
    this.length = length
    this.collation = collation
    this.kind = kind
  }
  override shape(): readonly (string | number | null)[] {
    return [this.length, this.collation]
  }
}

/** Options of {@link String}. */
export interface StringOptions {
  readonly collation?: string
}
/** VARCHAR, or VARCHAR(length); a `string`. */
export const String: StringType & ((length?: number, options?: StringOptions) => StringType) = callableType(
  new StringType(),
  (length?: number, options?: StringOptions) =>
    new StringType(countArgument('String', length), options?.collation ?? null),
)
/** TEXT; a `string`. */
export const Text: StringType & ((length?: number, options?: StringOptions) => StringType) = callableType(
  new StringType(null, null, 'text'),
  (length?: number, options?: StringOptions) =>
    new StringType(countArgument('Text', length), options?.collation ?? null, 'text'),
)
