// What an engine sent, as a list: tests assert it whole, BEGIN and COMMIT included, with the flight of each command.
import type { Engine } from '../../src/engine/engine.ts'
import type { StatementEvent } from '../../src/engine/observer.ts'

/** What was sent since {@link recordStatements} or {@link Recording.clear}. */
export interface Recording {
  /** The commands in order; flights are counted from 1. */
  readonly statements: readonly StatementEvent[]
  /** The text of each command, in a list for each flight: `[['BEGIN', 'INSERT ...', 'COMMIT']]`. */
  readonly flights: readonly (readonly string[])[]
  clear(): void
  stop(): void
}

/** Records what an engine sends from now on. */
export function recordStatements(engine: Engine): Recording {
  let events: StatementEvent[] = []
  const stop = engine.onStatement((event) => {
    events.push(event)
  })
  return {
    get statements() {
      const first = events[0]?.flight ?? 1
      return events.map((event) => ({ ...event, flight: event.flight - first + 1 }))
    },
    get flights() {
      const numbers = [...new Set(events.map((event) => event.flight))]
      return numbers.map((number) => events.filter((event) => event.flight === number).map((event) => event.sql))
    },
    clear() {
      events = []
    },
    stop,
  }
}
