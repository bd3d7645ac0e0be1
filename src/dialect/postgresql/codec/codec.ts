// What a codec of a PostgreSQL type is, and how one refuses a value.
import { type Codec, DriverError } from '../../contract/driver.ts'
import type { ByteWriter } from './byte-writer.ts'

export { describeValue, refusal } from '../../refusal.ts'

/** Reads one value from the bytes between `start` and `end` of a row. */
export type Decode<T = unknown> = (buffer: Buffer, start: number, end: number) => T

/** Writes one value with the length of its bytes before it; false, and nothing is written, where only its text says it. */
export type WriteBinary = (value: unknown, writer: ByteWriter) => boolean

/**
 * How the values of one PostgreSQL type travel, in both directions.
 *
 * @example
 *     codecByOid(23)          // int4
 *     arrayOf(int4).encode([1, null, 3])      // '{1,NULL,3}'
 */
export interface PostgresCodec<T = unknown> extends Codec {
  /** The type's number in `pg_type`; 0 where it differs from database to database (extensions, enums). */
  readonly oid: number
  /**
   * The value as PostgreSQL reads it: a string in the text format, or bytes in the binary format. Never called with null.
   * @throws DriverError where the value is not one of the type; the message never repeats the value.
   */
  encode(value: unknown): string | Uint8Array
  /** The value as text even where `encode` gives bytes; what an array literal holds. */
  encodeItem(value: unknown): string
  /** Whether `encodeItem` gives only characters that an array literal needs no quotes for. */
  readonly bare: boolean
  /** What separates the items of an array of the type: a semicolon for `box`, else a comma. */
  readonly delimiter: string
  readonly decodeText: Decode<T>
  /** Absent where the text format is as good or better. */
  readonly decodeBinary?: Decode<T>
  /** Writes items of arrays in the binary format; absent where the text format is as good or better. */
  readonly writeBinary?: WriteBinary
  /** The types whose binary format `decodeBinary` reads; the codec's own alone where absent. */
  readonly binaryOids?: readonly number[]
  /** Whether a JavaScript array is one value of this type (json), not several. */
  readonly takesArrays: boolean
}

/** What {@link defineCodec} needs; the rest has defaults. */
export interface CodecDefinition<T> {
  readonly name: string
  readonly oid: number
  readonly encode: (value: unknown) => string | Uint8Array
  readonly encodeItem?: (value: unknown) => string
  readonly bare?: boolean
  readonly delimiter?: string
  readonly decodeText: Decode<T>
  readonly decodeBinary?: Decode<T>
  readonly writeBinary?: WriteBinary
  readonly binaryOids?: readonly number[]
  readonly takesArrays?: boolean
}

/** Makes a codec from its own parts; `encodeItem` is `encode` where that gives text. */
export function defineCodec<T>(definition: CodecDefinition<T>): PostgresCodec<T> {
  const codec: PostgresCodec<T> = {
    name: definition.name,
    oid: definition.oid,
    encode: definition.encode,
    encodeItem: definition.encodeItem ?? (definition.encode as (value: unknown) => string),
    bare: definition.bare ?? false,
    delimiter: definition.delimiter ?? ',',
    decodeText: definition.decodeText,
    takesArrays: definition.takesArrays ?? false,
    ...(definition.decodeBinary === undefined ? {} : { decodeBinary: definition.decodeBinary }),
    ...(definition.writeBinary === undefined ? {} : { writeBinary: definition.writeBinary }),
    ...(definition.binaryOids === undefined ? {} : { binaryOids: definition.binaryOids }),
  }
  return Object.freeze(codec)
}

/** The error for bytes of the server that are not a value of the type. */
export function undecodable(type: string, buffer: Buffer, start: number, end: number, remedy = ''): DriverError {
  const shown =
    end - start > 40 ? `${buffer.toString('utf8', start, start + 40)}...` : buffer.toString('utf8', start, end)
  return new DriverError(`cannot read ${JSON.stringify(shown)} as ${type}${remedy === '' ? '' : `; ${remedy}`}`)
}

/** Whether PostgreSQL can hold a text: NUL it cannot, and a lone surrogate would silently become U+FFFD on its way. */
export function isSendable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

/**
 * Refuses text that PostgreSQL cannot hold.
 * @throws DriverError for a NUL character or a lone surrogate.
 */
export function checkText(type: string, text: string): string {
  if (!isSendable(text)) {
    const what = text.includes('\0') ? 'a NUL character (U+0000)' : 'a lone surrogate (half a character)'
    throw new DriverError(`${type} does not take a string with ${what}; PostgreSQL cannot store it`, { sent: false })
  }
  return text
}
