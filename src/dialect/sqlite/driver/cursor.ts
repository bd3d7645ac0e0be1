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
  const page = (limit: number): Stored[][] => {
    const found: Stored[][] = []
    while (found.length < limit) {
      const step = rows.next()
      if (step.done === true) {
        finish()
        break
      }
      found.push(step.value)
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
    abandon(reason) {
      if (!done) abandoned = reason
      finish()
    },
  }
}

/** The cursor of a statement that gives no rows. */
export const NO_ROWS: DriverCursor = {
  done: true,
  fetch: async () => ({ rows: [], columns: null, tag: '', rowCount: null }),
  close: () => {},
}
