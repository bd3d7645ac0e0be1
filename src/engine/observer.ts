// `Observer`: tells listeners and the log what an engine sends.
import type { Command, CommandResult } from '../dialect/contract/driver.ts'
import type { Logger } from '../log.ts'
import { showParameterSets, showParameters, showValue } from '../show.ts'
import type { CompiledEntry } from './compiled-cache.ts'
import { type Hub, newHub } from './events.ts'

/** A command on its way to the database. */
export interface StatementEvent {
  readonly sql: string
  readonly parameters: readonly unknown[]
  /** Number of the flight that it travels in, counted by the engine from 1; BEGIN and COMMIT have the number of what they ride with. */
  readonly flight: number
}

/** Is called with each command before it is sent. */
export type StatementListener = (event: StatementEvent) => void

/** Where a command comes from: a compiled statement, SQL given as a string, or the engine itself. */
export type Origin = CompiledEntry | 'raw' | 'transaction'
/** Where the commands of a flight come from: each, or all. */
export type Origins = readonly Origin[] | Origin

/** Tells listeners and the log what an engine sends. */
export class Observer {
  /** Listeners of the engine's events. */
  readonly hub: Hub = newHub('An engine')
  readonly #listeners: Set<StatementListener> = new Set()
  readonly #logger: Logger | null
  readonly #hideParameters: boolean
  #flights = 0

  constructor(logger: Logger | null, hideParameters: boolean) {
    this.#logger = logger
    this.#hideParameters = hideParameters
  }

  /** Whether anybody listens: what is sent need not be told otherwise. */
  get active(): boolean {
    return this.#logger !== null || this.#listeners.size > 0
  }

  listen(listener: StatementListener): () => void {
    // One wrapper for each call: a listener that listens twice is told twice and leaves twice.
    const own: StatementListener = (event) => listener(event)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  /**
   * @param first index of the first command that `origins` speaks of; those in front of it ride with them.
   * @param count how many commands `origins` speaks of.
   * @param token stands in front of what the log says.
   */
  sending(
    commands: readonly Command[],
    first: number,
    count: number,
    origins: Origins,
    token: string | null = null,
  ): void {
    this.#flights += 1
    const flight = this.#flights
    for (const { statement, parameters } of commands)
      for (const listener of this.#listeners) listener({ sql: statement.sql, parameters, flight })
    if (this.#logger === null) return
    const originOf = (index: number): Origin => {
      if (index < first || index >= first + count) return 'transaction'
      return isList(origins) ? (origins[index - first] ?? 'raw') : origins
    }
    this.#log(this.#logger, commands, originOf, token === null ? '' : `[${token}] `)
  }

  /** Rows that came back, for the most talkative of logs. */
  received(results: readonly CommandResult[]): void {
    const logger = this.#logger
    if (!logger?.debugging) return
    for (const { columns, rows } of results) {
      if (columns === null) continue
      logger.debug(`Col ${showValue(columns.map((column) => column.name))}`)
      for (const row of rows) logger.debug(`Row ${showValue(row)}`)
    }
  }

  #log(logger: Logger, commands: readonly Command[], originOf: (index: number) => Origin, mark: string): void {
    for (let index = 0; index < commands.length; ) {
      const { statement } = commands[index] as Command
      // Many sets of parameters for one statement are one line.
      let end = index + 1
      while (end < commands.length && commands[end]?.statement === statement) end += 1
      const sets = commands.slice(index, end).map((command) => command.parameters)
      const origin = originOf(index)
      const implicit = origin === 'transaction' && statement.sql.startsWith('BEGIN') ? ' (implicit)' : ''
      logger.info(mark + statement.sql + implicit)
      if (origin !== 'transaction') logger.info(`${mark}${badgeOf(origin)} ${this.#show(sets)}`)
      index = end
    }
  }

  #show(sets: readonly (readonly unknown[])[]): string {
    if (this.#hideParameters) return '[SQL parameters hidden due to hideParameters: true]'
    const [only] = sets
    return sets.length === 1 && only !== undefined ? showParameters(only) : showParameterSets(sets)
  }
}

function isList(origins: Origins): origins is readonly Origin[] {
  return Array.isArray(origins)
}

/** How the statement came by its SQL. */
function badgeOf(origin: CompiledEntry | 'raw'): string {
  if (origin === 'raw') return '[raw sql]'
  const seconds = (origin.compileMs / 1000).toFixed(5)
  if (origin.key.length === 0) return `[no key ${seconds}s]`
  origin.uses += 1
  if (origin.uses === 1) return `[generated in ${seconds}s]`
  return `[cached since ${((performance.now() - origin.compiledAt) / 1000).toPrecision(4)}s ago]`
}
