// A cursor: the rows of a statement that is read step by step.
import { type CommandResult, type DriverCursor, DriverError, type RunOptions } from '../../contract/driver.ts'
import type { Stored } from './library.ts'
import { type RowReading, readRows } from './statements.ts'
import { fairTurn } from './turns.ts'

/** What a cursor needs of its connection. */
export interface CursorParts {
  readonly rows: IterableIterator<Stored[]>
  readonly reading: RowReading
  readonly tag: string
  /** Called for each page. */
  readonly count: () => void
  readonly fail: (error: unknown) => DriverError
  /** Called once, when nothing is read any more. */
  readonly closed: () => void
}

/** A cursor that the end of its transaction, or of its connection, closes. */
export interface SqliteCursor extends DriverCursor {
  /** Closes it; who reads on is told why. */
  readonly abandon: (reason: DriverError) => void
  /** Reads what is left: a write is coming, and a cursor of other databases gives the rows that there were when it was opened. */
  readonly readAhead: () => void
}

/** Opens a cursor; nothing is read yet. */
export function openCursor(parts: CursorParts): SqliteCursor {
  const { rows, reading, tag } = parts
  let done = false
  let abandoned: DriverError | null = null
  const finish = (): void => {
    if (done) return
    done = true
    rows.return?.()
    parts.closed()
  }
  /** Null until everything was read. */
  let ahead: { readonly rows: Stored[][]; readonly failure: unknown } | null = null
  const next = (): Stored[] | undefined => {
    if (ahead === null) {
      const step = rows.next()
      return step.done === true ? undefined : step.value
    }
    if (ahead.rows.length === 0 && ahead.failure !== null) throw ahead.failure
    return ahead.rows.pop()
  }
  const page = (limit: number): Stored[][] => {
    const found: Stored[][] = []
    while (found.length < limit) {
      const row = next()
      if (row === undefined) {
        finish()
        break
      }
      found.push(row)
    }
    return found
  }
  return {
    get done() {
      return done
    },
    async fetch(limit: number, options: RunOptions = {}): Promise<CommandResult> {
      if (abandoned !== null) throw abandoned
      if (done) return { rows: [], columns: reading.names, tag, rowCount: 0 }
      if (options.signal?.aborted === true)
        throw new DriverError('the page was aborted by its signal', {
          canceled: true,
          sent: false,
          cause: options.signal.reason,
        })
      parts.count()
      await fairTurn()
      try {
        const found = page(limit)
        return { rows: readRows(found, reading), columns: reading.names, tag, rowCount: found.length }
      } catch (error) {
        finish()
        throw parts.fail(error)
      }
    },
    close: finish,
    readAhead() {
      if (!done) ahead ??= allOf(rows)
    },
    abandon(reason) {
      if (!done) abandoned = reason
      finish()
    },
  }
}

/** What is left, the last row first; a failure is told when its row is asked for. */
function allOf(rows: IterableIterator<Stored[]>): { readonly rows: Stored[][]; readonly failure: unknown } {
  const left: Stored[][] = []
  let failure: unknown = null
  try {
    for (let step = rows.next(); step.done !== true; step = rows.next()) left.push(step.value)
  } catch (error) {
    failure = error
  }
  return { rows: left.reverse(), failure }
}

/** The cursor of a statement that gives no rows. */
export const NO_ROWS: DriverCursor = {
  done: true,
  fetch: async () => ({ rows: [], columns: null, tag: '', rowCount: null }),
  close: () => {},
}
