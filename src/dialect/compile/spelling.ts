// `Spelling`: what rendering asks of a dialect beside its table of renderers.
import type { SqlType, TypeHost } from '../../expression/types/type.ts'
import type { ResultColumn } from '../contract/compiled.ts'
import type { Codec } from '../contract/driver.ts'
import type { DialectFeatures } from '../contract/features.ts'
import type { Identifiers } from './identifier.ts'

/** Placeholders, types, names and literals of a dialect. */
export interface Spelling extends TypeHost {
  readonly features: DialectFeatures
  readonly identifiers: Identifiers
  /**
   * A placeholder, with a cast where the database needs one to know the type.
   *
   * @param position from 1
   */
  placeholder(position: number, name: string, type: SqlType): string
  /** The type as DDL and CAST spell it. */
  typeName(type: SqlType): string
  /** How values of the type travel; null where the server decides. */
  codec(type: SqlType): Codec | null
  /** The same for values that are written into a column of the type, where the database would not make them fit; absent where it does. */
  writtenCodec?(type: SqlType): Codec | null
  /** The same for a column of a result, where its type does not say all that is to be known; null where it does, absent where it always does. */
  resultCodec?(column: ResultColumn): Codec | null
  /** A value as SQL text. */
  literal(value: unknown, type: SqlType): string
  /** The same with its type where a text alone would not say it; absent where it need not. */
  typedLiteral?(value: unknown, type: SqlType): string
}
