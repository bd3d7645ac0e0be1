// Characters.
import { ArgumentError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
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
  /** By whose rules the text is compared and sorted. Default: the database's. */
  readonly collation?: string
}

/**
 * The collation that the options of a type name.
 *
 * @throws ArgumentError an unknown option, or a name that is none.
 */
export function collationOf(type: string, options: StringOptions = {}): string | null {
  checkKeys(`${type}()`, options, [], [], ['collation'])
  const collation: unknown = options.collation
  if (collation === undefined) return null
  if (typeof collation !== 'string' || collation === '')
    throw new ArgumentError(`${type}(): collation is the name of one, such as 'C' or 'de-x-icu'`)
  return collation
}
/**
 * VARCHAR, or VARCHAR(length); a `string`.
 * @example
 * Column(String)                           // VARCHAR; string
 * Column(String(50))                       // VARCHAR(50)
 * Column(String(50, { collation: 'C' }))   // VARCHAR(50) COLLATE "C"
 */
export const String: StringType & ((length?: number, options?: StringOptions) => StringType) = callableType(
  new StringType(),
  (length?: number, options?: StringOptions) =>
    new StringType(countArgument('String', length), collationOf('String', options)),
)
/** TEXT; a `string`. */
export const Text: StringType & ((length?: number, options?: StringOptions) => StringType) = callableType(
  new StringType(null, null, 'text'),
  (length?: number, options?: StringOptions) =>
    new StringType(countArgument('Text', length), collationOf('Text', options), 'text'),
)
/** SQLAlchemy's name for text of any characters, which every {@link String} is here. */
export const Unicode: typeof String = String
/** SQLAlchemy's name for long text of any characters, which every {@link Text} is here. */
export const UnicodeText: typeof Text = Text
