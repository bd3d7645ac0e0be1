// What a command gave, and how its rows become values.
import { type CommandResult, DriverError } from '../../contract/driver.ts'
import type { Stored } from './library.ts'
import { type RowReading, readRows } from './statements.ts'

/** What a command gave, and how its rows are to be read; null where it gave none. */
export interface Answer {
  readonly result: CommandResult
  readonly reading: RowReading | null
}

/** Of a command that gives no rows. */
export function answer(tag: string, rowCount: number | null): Answer {
  return { result: { rows: [], columns: null, tag, rowCount }, reading: null }
}

/** Reads the rows of a result in place. @returns what could not be read; null where all could. */
export function decode(result: CommandResult, reading: RowReading, commandIndex: number): DriverError | null {
  try {
    readRows(result.rows as Stored[][], reading)
    return null
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return new DriverError(message, { cause: error, commandIndex })
  }
}
