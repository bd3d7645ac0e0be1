// COPY in PostgreSQL's text format: rows to lines and lines to rows, by the codecs of the columns.
import type { CopyColumn, CopyDecoder, CopySpelling } from '../contract/copy.ts'
import { DriverError } from '../contract/driver.ts'
import { releaseBytes } from './codec/bytes.ts'
import type { Decode, PostgresCodec } from './codec/codec.ts'
import { encodeInferred } from './codec/infer.ts'
import { text } from './codec/text.ts'

const TAB = 0x09
const NEWLINE = 0x0a
const BACKSLASH = 0x5c
const LETTER_N = 0x4e

const SPECIAL = /[\\\t\n\r]/
const ALL_SPECIAL = /[\\\t\n\r]/g
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** A value as a field; what ends fields and lines is escaped. */
function field(value: unknown, codec: PostgresCodec | null): string {
  if (value === null) return '\\N'
  const encoded = codec === null ? encodeInferred(value) : codec.encodeItem(value)
  return SPECIAL.test(encoded) ? encoded.replace(ALL_SPECIAL, (character) => ESCAPES[character] as string) : encoded
}

function encoder(columns: readonly CopyColumn[]): (values: readonly unknown[]) => string {
  return (values) => {
    let line = ''
    for (let index = 0; index < columns.length; index++) {
      const { name, codec } = columns[index] as CopyColumn
      try {
        line += `${index === 0 ? '' : '\t'}${field(values[index], codec as PostgresCodec | null)}`
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        throw new DriverError(`column ${JSON.stringify(name)}: ${why}`, {
          cause: error,
          sent: false,
          parameterIndex: index,
        })
      }
    }
    return `${line}\n`
  }
}

/** What stands for the letters behind a backslash, as the server writes them. */
const LETTERS: Readonly<Record<number, number>> = { 98: 8, 102: 12, 110: 10, 114: 13, 116: 9, 118: 11 }

/** A field without its backslashes. */
function unescaped(buffer: Buffer, start: number, end: number): Buffer {
  const plain = Buffer.allocUnsafe(end - start)
  let length = 0
  for (let at = start; at < end; at++) {
    let byte = buffer[at] as number
    if (byte === BACKSLASH && at + 1 < end) {
      at += 1
      byte = buffer[at] as number
      byte = LETTERS[byte] ?? byte
    }
    plain[length++] = byte
  }
  return plain.subarray(0, length)
}

class LineDecoder implements CopyDecoder {
  readonly #columns: readonly CopyColumn[]
  readonly #decoders: readonly Decode[]
  /** The beginning of a line that the next piece ends. */
  #rest: Buffer | null = null

  constructor(columns: readonly CopyColumn[]) {
    this.#columns = columns
    this.#decoders = columns.map(({ codec }) => ((codec ?? text) as PostgresCodec).decodeText)
  }

  rows(piece: Uint8Array): unknown[][] {
    const own = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    const buffer = this.#rest === null ? own : Buffer.concat([this.#rest, own])
    const rows: unknown[][] = []
    let start = 0
    for (let end = buffer.indexOf(NEWLINE); end !== -1; end = buffer.indexOf(NEWLINE, start)) {
      rows.push(this.#row(buffer, start, end))
      start = end + 1
    }
    this.#rest = start === buffer.length ? null : buffer.subarray(start)
    releaseBytes()
    return rows
  }

  #row(buffer: Buffer, start: number, end: number): unknown[] {
    const count = this.#decoders.length
    const row: unknown[] = new Array(count)
    let at = start
    for (let index = 0; index < count; index++) {
      let stop = at
      let escapes = false
      while (stop < end && buffer[stop] !== TAB) {
        if (buffer[stop] === BACKSLASH) escapes = true
        stop += 1
      }
      row[index] = this.#value(index, buffer, at, stop, escapes)
      at = stop + 1
    }
    return row
  }

  #value(index: number, buffer: Buffer, start: number, end: number, escapes: boolean): unknown {
    const decode = this.#decoders[index] as Decode
    try {
      if (!escapes) return decode(buffer, start, end)
      if (end - start === 2 && buffer[start + 1] === LETTER_N) return null
      const plain = unescaped(buffer, start, end)
      return decode(plain, 0, plain.length)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new DriverError(`column ${JSON.stringify(this.#columns[index]?.name)}: ${why}`, {
        cause: error,
        commandIndex: 0,
      })
    }
  }
}

/** COPY as PostgreSQL spells it, in its text format. */
export const POSTGRES_COPY: CopySpelling = {
  from: (table, columns) => `COPY ${table} (${columns.join(', ')}) FROM STDIN`,
  to: (query) => `COPY (${query}) TO STDOUT`,
  encoder,
  decoder: (columns) => new LineDecoder(columns),
}
