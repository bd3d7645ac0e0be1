// Codecs of values on their way into a column of a length or a number of digits, which SQLite itself does not mind.
import type { NumericType } from '../../expression/types/numeric.ts'
import type { StringType } from '../../expression/types/string.ts'
import type { SqlType } from '../../expression/types/type.ts'
import { DriverError } from '../contract/driver.ts'
import type { SqliteCodec } from './codec/codec.ts'
import { rounded } from './codec/number.ts'
import { typeCodec } from './type-codec.ts'
import { HOST } from './type-name.ts'

const TEXTS: ReadonlySet<string> = new Set(['string', 'char', 'nchar', 'nvarchar'])

/**
 * The codec of what is written into a column of the type: what a column of another database would round or refuse is rounded
 * or refused here. Elsewhere values are as they are, as `price > 0.005` is no matter of the column's digits.
 */
export function writtenCodec(given: SqlType): SqliteCodec | null {
  const type = given.forDialect(HOST)
  const codec = typeCodec(given)
  if (codec === null) return null
  if (TEXTS.has(type.kind)) return fittingText(type as SqlType as StringType, codec)
  return type.kind === 'numeric' || type.kind === 'decimal'
    ? fittingNumber(type as unknown as NumericType, codec)
    : codec
}

function fittingText({ length }: StringType, codec: SqliteCodec): SqliteCodec {
  if (length === null) return codec
  return {
    ...codec,
    encode(value) {
      const text = codec.encode(value) as string
      if (text.length <= length) return text
      const characters = [...text]
      if (characters.length <= length) return text
      // Blanks at the end are cut off, as the standard wants it.
      if (characters.slice(length).every((each) => each === ' ')) return characters.slice(0, length).join('')
      throw new DriverError(`value too long for type ${codec.name}(${length})`, {
        sent: false,
        fields: { severity: 'ERROR', sqlState: '22001' },
      })
    },
  }
}

function fittingNumber({ precision, scale }: NumericType, codec: SqliteCodec): SqliteCodec {
  if (precision === null) return codec
  const digits = scale ?? 0
  const least = 10n ** BigInt(Math.max(0, precision - digits))
  return {
    ...codec,
    encode(value) {
      const text = rounded(value, digits)
      if (text === null) return codec.encode(value)
      if (whole(text) < least) return codec.encode(text)
      throw new DriverError(
        `numeric field overflow: NUMERIC(${precision}, ${digits}) takes less than 10^${precision - digits}`,
        {
          sent: false,
          fields: { severity: 'ERROR', sqlState: '22003' },
        },
      )
    },
  }
}

/** What stands before the point, without its sign. */
function whole(text: string): bigint {
  return BigInt(text.replace(/^-/, '').replace(/\..*$/, ''))
}
