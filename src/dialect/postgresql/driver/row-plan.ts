// How the rows of one statement are read: a decoder for each column, and the formats to ask for.
import type { Codec, ColumnDescription, RowTarget } from '../../contract/driver.ts'
import type { Decode, PostgresCodec } from '../codec/codec.ts'
import type { SessionTypes } from './session-types.ts'

/** What is known of a statement's rows once the server has described them. */
export interface RowPlan {
  readonly columns: readonly ColumnDescription[]
  /** Decoders of rows that come as text. */
  readonly text: readonly Decode[]
  /** Decoders of rows asked for with {@link formats}. */
  readonly mixed: readonly Decode[]
  /** The format codes of Bind, count first; null where all columns come as text. */
  readonly formats: Buffer | null
}

/**
 * The plan for described columns; `declared` are the statement's own codecs, which go before the server's types.
 *
 * A declared codec is asked for in its binary format only where the server's type is the codec's own: the text of an int8
 * can be read as an int4, its bytes cannot.
 */
export function planRows(
  columns: readonly ColumnDescription[],
  declared: readonly (Codec | null)[] | null,
  types: SessionTypes,
): RowPlan {
  const codecs = columns.map(
    (column, index) => (declared?.[index] as PostgresCodec | null | undefined) ?? types.codec(column.typeId),
  )
  const binary = codecs.map((codec, index) => readsBinary(codec, columns[index]?.typeId ?? 0))
  let formats: Buffer | null = null
  if (binary.includes(true)) {
    formats = Buffer.alloc(2 + 2 * columns.length)
    formats.writeUInt16BE(columns.length, 0)
    for (const [index, one] of binary.entries()) formats.writeUInt16BE(one ? 1 : 0, 2 + 2 * index)
  }
  const text = codecs.map((codec) => codec.decodeText)
  const mixed = codecs.map((codec, index) => (binary[index] && codec.decodeBinary) || codec.decodeText)
  return { columns: Object.freeze(columns.slice()), text, mixed, formats }
}

function readsBinary({ decodeBinary, binaryOids, oid }: PostgresCodec, typeId: number): boolean {
  return decodeBinary !== undefined && (oid === typeId || (binaryOids?.includes(typeId) ?? false))
}

/**
 * Decodes the DataRow whose column count is at `at`; undefined where its shape is not the plan's.
 * @throws DriverError where a value cannot be read as its column's type.
 */
export function decodeRow(buffer: Buffer, at: number, end: number, decoders: readonly Decode[]): unknown[] | undefined {
  const count = ((buffer[at] as number) << 8) | (buffer[at + 1] as number)
  if (count !== decoders.length) return undefined
  const row: unknown[] = new Array(count)
  let offset = at + 2
  for (let index = 0; index < count; index++) {
    const length =
      ((buffer[offset] as number) << 24) |
      ((buffer[offset + 1] as number) << 16) |
      ((buffer[offset + 2] as number) << 8) |
      (buffer[offset + 3] as number)
    offset += 4
    if (length < 0) {
      row[index] = null
      continue
    }
    const stop = offset + length
    if (stop > end) return undefined
    row[index] = (decoders[index] as Decode)(buffer, offset, stop)
    offset = stop
  }
  return offset === end ? row : undefined
}

/** The same, with the values assigned to what the target makes; it has a key for each decoder. */
export function decodeInto(
  { make, keys }: RowTarget,
  buffer: Buffer,
  at: number,
  end: number,
  decoders: readonly Decode[],
): Record<string, unknown> | undefined {
  const count = ((buffer[at] as number) << 8) | (buffer[at + 1] as number)
  if (count !== decoders.length) return undefined
  const row = new make()
  let offset = at + 2
  for (let index = 0; index < count; index++) {
    const length =
      ((buffer[offset] as number) << 24) |
      ((buffer[offset + 1] as number) << 16) |
      ((buffer[offset + 2] as number) << 8) |
      (buffer[offset + 3] as number)
    offset += 4
    if (length < 0) {
      row[keys[index] as string] = null
      continue
    }
    const stop = offset + length
    if (stop > end) return undefined
    row[keys[index] as string] = (decoders[index] as Decode)(buffer, offset, stop)
    offset = stop
  }
  return offset === end ? row : undefined
}

/** The index of the first column of a DataRow that its decoder cannot read, found once that is known; -1 where there is none. */
export function undecodableColumn(buffer: Buffer, at: number, decoders: readonly Decode[]): number {
  let offset = at + 2
  for (const [index, decode] of decoders.entries()) {
    const length = buffer.readInt32BE(offset)
    offset += 4
    if (length < 0) continue
    try {
      decode(buffer, offset, offset + length)
    } catch {
      return index
    }
    offset += length
  }
  return -1
}
