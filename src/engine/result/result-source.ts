// What a `Result` is made from.
import type { DriverNotice } from '../../dialect/contract/driver.ts'
import { InvalidRequestError } from '../../errors.ts'
import type { RowShape } from './row-shape.ts'
import type { Selecting } from './view.ts'

/** What a Result is made from; the ORM makes its own. */
export interface ResultSource {
  /** Values of each row; owned by the Result. Null where the statement returns no rows. */
  readonly rows: unknown[][] | null
  /** Rows that the driver has made as the shape wants them, in place of `rows`; owned by the Result. */
  readonly made?: Record<string, unknown>[]
  readonly shape: RowShape
  /** The statement that was run; null or absent where it does not know what it has selected. */
  readonly selecting?: Selecting | null
  /** Rows selected or changed; null where the database does not count. */
  readonly rowCount: number | null
  /** What INSERT made of the rows; null or absent for anything else. */
  readonly inserted?: InsertedRows | null
  /** What the server had to say beside the rows; null or absent where it said nothing. */
  readonly notices?: readonly DriverNotice[] | null
}

/** What is known of the rows that an INSERT has made, or an UPDATE has changed. @internal */
export interface InsertedRows {
  /** Whether it is an INSERT. */
  readonly isInsert: boolean
  /** How many rows are known: one, unless many were inserted and their keys came back. */
  readonly count: number
  /** The primary key of a row, in the order of the table's columns; null where a part of it is not known. */
  primaryKey(row: number): unknown[] | null
  /** What the database has given to columns that were not written, by key; null where nothing came back. */
  returnedDefaults(row: number): Record<string, unknown> | null
}

/** What the one row that was written was given. @throws InvalidRequestError several were inserted. */
export function defaultsOfOne(written: InsertedRows | null): Record<string, unknown> | null {
  if (written?.isInsert === true && written.count > 1)
    throw new InvalidRequestError('Several rows were inserted: returnedDefaultsRows has what each was given')
  return written?.returnedDefaults(0) ?? null
}
