// How a dialect moves rows in bulk: the statements, and rows as the bytes that travel.
import type { Codec } from './driver.ts'

/** A column of rows that are moved in bulk. */
export interface CopyColumn {
  /** Its name in messages. */
  readonly name: string
  readonly codec: Codec | null
}

/** Makes rows of the bytes of a COPY TO, whatever lines the pieces cut. */
export interface CopyDecoder {
  /** The rows that are complete with this piece. */
  rows(piece: Uint8Array): unknown[][]
}

/** How a dialect moves rows in bulk. */
export interface CopySpelling {
  /** The statement that takes rows: `COPY users (id, name) FROM STDIN`. The names are quoted already. */
  from(table: string, columns: readonly string[]): string
  /** The statement that gives the rows of a query. */
  to(query: string): string
  /**
   * What writes one row, as text with its end.
   *
   * @throws DriverError a value is none of its column's type.
   */
  encoder(columns: readonly CopyColumn[]): (values: readonly unknown[]) => string
  decoder(columns: readonly CopyColumn[]): CopyDecoder
}
