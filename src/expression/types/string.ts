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
  /** Null where the collation is found by its name. */
  readonly collationSchema: string | null
  constructor(
    length: number | null = null,
    collation: string | null = null,
    kind: StringKind = 'string',
    collationSchema: string | null = null,
  ) {
    super()
    this.length = length
    this.collation = collation
    this.collationSchema = collationSchema
    this.kind = kind
  }
  override shape(): readonly (string | number | null)[] {
    return [this.length, this.collation, this.collationSchema]
  }
}

/** Options of {@link String}. */
export interface StringOptions {
  /** By whose rules the text is compared and sorted. Default: the database's. */
  readonly collation?: string
  /** The schema of the collation. Default: where the database finds it. */
  readonly collationSchema?: string
}

/**
 * A type of characters.
 *
 * @throws ArgumentError an unknown option, or a name that is none.
 */
export function characterType(
  type: string,
  kind: StringKind,
  length: number | undefined,
  options: StringOptions = {},
): StringType {
  const limit = countArgument(type, length)
  checkKeys(`${type}()`, options, [], [], ['collation', 'collationSchema'])
  const { collation, collationSchema } = options
  if (collation === '') throw new ArgumentError(`${type}(): collation is the name of one, such as 'C' or 'de-x-icu'`)
  if (collationSchema === '' || (collationSchema !== undefined && collation === undefined))
    throw new ArgumentError(`${type}(): collationSchema is the schema of a collation: { collation, collationSchema }`)
  return new StringType(limit, collation ?? null, kind, collationSchema ?? null)
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
  (length?: number, options?: StringOptions) => characterType('String', 'string', length, options),
)
/** TEXT; a `string`. */
export const Text: StringType & ((length?: number, options?: StringOptions) => StringType) = callableType(
  new StringType(null, null, 'text'),
  (length?: number, options?: StringOptions) => characterType('Text', 'text', length, options),
)
/** SQLAlchemy's name for text of any characters, which every {@link String} is here. */
export const Unicode: typeof String = String
/** SQLAlchemy's name for long text of any characters, which every {@link Text} is here. */
export const UnicodeText: typeof Text = Text
