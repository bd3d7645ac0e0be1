// `Observer`: tells listeners and the log what an engine sends.
import type { Command, CommandResult, DriverConnection, RunOptions } from '../dialect/contract/driver.ts'
import type { Logger } from '../log.ts'
import type { Pool } from '../pool/pool.ts'
import type { PooledConnection } from '../pool/pooled-connection.ts'
import { showParameterSets, showParameters, showSql, showValue } from '../show.ts'
import {
  checkoutChannel,
  type EngineIdentity,
  executeChannel,
  type FlightMessage,
  flightChannel,
  traced as tracedBy,
} from './channels.ts'
import type { CompiledEntry } from './compiled-cache.ts'
import { type Hub, newHub } from './events.ts'
import { pageLabel } from './page-label.ts'
import { SqlCommenter } from './sql-comment.ts'
import { ExecutionTrace, sentStatements, type Tracer } from './trace.ts'
import { beginsTwoPhase } from './two-phase.ts'

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

/** What an observer is made of. */
export interface ObserverParts {
  readonly engine: EngineIdentity
  /** Null logs nothing. */
  readonly logger: Logger | null
  /** Where slow statements are reported; null reports none to a log. */
  readonly warnings: Logger | null
  readonly hideParameters: boolean
  readonly slowStatementMs: number | null
}

/** Tells listeners, the log and tracing channels what an engine sends. */
export class Observer {
  /** Listeners of the engine's events. */
  readonly hub: Hub = newHub('An engine')
  readonly commenter: SqlCommenter = new SqlCommenter()
  readonly engine: EngineIdentity
  readonly #listeners: Set<StatementListener> = new Set()
  readonly #tracers: Set<Tracer> = new Set()
  readonly #logger: Logger | null
  readonly #warnings: Logger | null
  readonly #hideParameters: boolean
  readonly #slowStatementMs: number | null
  #flights = 0

  constructor(parts: ObserverParts) {
    this.engine = parts.engine
    this.#logger = parts.logger
    this.#warnings = parts.warnings
    this.#hideParameters = parts.hideParameters
    this.#slowStatementMs = parts.slowStatementMs
  }

  /** Whether anybody wants to know of flights: what is sent need not be told otherwise. */
  get active(): boolean {
    return this.#logger !== null || this.#listeners.size > 0 || this.commenter.active || flightChannel.hasSubscribers
  }

  /** Whether anybody wants to know how long executions take. */
  get tracing(): boolean {
    return this.#slowStatementMs !== null || this.#tracers.size > 0 || executeChannel.hasSubscribers
  }

  /** Whether anybody wants to know of executions. */
  get watching(): boolean {
    return this.tracing || this.hub.any
  }

  /** Runs every execution within a tracer. @returns what ends it. */
  trace(tracer: Tracer): () => void {
    const own: Tracer = (trace, run) => tracer(trace, run)
    this.#tracers.add(own)
    return () => this.#tracers.delete(own)
  }

  /** Runs an execution; tracers, the channel and the log of slow statements are told. */
  watch<T>(statement: ExecutionTrace['statement'], run: (trace: ExecutionTrace | null) => Promise<T>): Promise<T> {
    if (!this.tracing) return run(null)
    const trace = new ExecutionTrace(this.engine, statement)
    let traced = async (): Promise<T> => {
      try {
        return await run(trace)
      } finally {
        trace.ended()
      }
    }
    for (const tracer of this.#tracers) {
      const inner = traced
      traced = () => tracer(trace, inner)
    }
    const all = (): Promise<T> => tracedBy(executeChannel, () => trace, traced)
    return this.#slowStatementMs === null ? all() : this.#watchSlow(this.#slowStatementMs, trace, all)
  }

  async #watchSlow<T>(limitMs: number, trace: ExecutionTrace, run: () => Promise<T>): Promise<T> {
    try {
      return await run()
    } finally {
      if (trace.timings.flightMs >= limitMs) await this.#reportSlow(trace)
    }
  }

  async #reportSlow({ sent, timings }: ExecutionTrace): Promise<void> {
    const durationMs = timings.flightMs
    for (const { sql, parameterSets } of sent) {
      this.#warnings?.warning(
        `Slow statement: ${durationMs.toFixed(1)} ms\n${showSql(sql)}\n${this.#show(parameterSets)}`,
      )
      await this.hub.emit('slowStatement', { sql, parameterSets, durationMs })
    }
  }

  /** Borrows a connection and tells of it. */
  checkout(pool: Pool, signal: AbortSignal | undefined): Promise<PooledConnection> {
    return checkoutChannel.hasSubscribers
      ? tracedBy(
          checkoutChannel,
          () => ({ engine: this.engine }),
          () => pool.checkout(signal),
        )
      : pool.checkout(signal)
  }

  /** Sends commands in one flight and tells of it. */
  fly(
    connection: Pick<DriverConnection, 'run' | 'processId'>,
    commands: readonly Command[],
    first: number,
    count: number,
    origins: Origins,
    token: string | null,
    options: RunOptions | undefined,
  ): Promise<CommandResult[]> {
    const own = this.commenter.active ? this.commenter.tag(commands) : commands
    this.sending(own, first, count, origins, token, commands)
    const message = (): FlightMessage => ({
      engine: this.engine,
      sent: sentStatements(own),
      processId: connection.processId,
      isPage: false,
    })
    const results = tracedBy(flightChannel, message, () => connection.run(own, options))
    if (!this.#logger?.debugging) return results
    return results.then((received) => {
      this.received(received, token)
      return received
    })
  }

  /** Fetches a further page of a stream and tells of it; nothing is logged but rows, and what travels in front. */
  async flyPage(
    connection: Pick<DriverConnection, 'run' | 'processId'>,
    commands: readonly Command[],
    token: string | null,
    options: RunOptions | undefined,
  ): Promise<CommandResult[]> {
    const front = commands.slice(0, -1)
    if (front.length > 0) this.sending(front, 0, front.length, 'transaction', token)
    const message = (): FlightMessage => ({
      engine: this.engine,
      sent: sentStatements(commands),
      processId: connection.processId,
      isPage: true,
    })
    const results = await tracedBy(flightChannel, message, () => connection.run(commands, options))
    this.received(results, token)
    return results
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
   * @param uncommented the commands as the engine made them, before comments were put behind.
   */
  sending(
    commands: readonly Command[],
    first: number,
    count: number,
    origins: Origins,
    token: string | null = null,
    uncommented: readonly Command[] = commands,
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
    const isTwoPhase = (index: number): boolean => beginsTwoPhase(uncommented[index] as Command)
    this.#log(this.#logger, commands, originOf, isTwoPhase, markOf(token))
  }

  /** Rows that came back, for the most talkative of logs. */
  received(results: readonly CommandResult[], token: string | null = null): void {
    const logger = this.#logger
    if (!logger?.debugging) return
    const mark = markOf(token)
    for (const { columns, rows, made } of results) {
      if (columns === null) continue
      logger.debug(`${mark}Col ${showValue(columns.map((column) => column.name))}`)
      const values = made === undefined ? rows : made.map((row) => Object.values(row))
      for (const row of values) logger.debug(`${mark}Row ${showValue(row)}`)
    }
  }

  #log(
    logger: Logger,
    commands: readonly Command[],
    originOf: (index: number) => Origin,
    isTwoPhase: (index: number) => boolean,
    mark: string,
  ): void {
    for (let index = 0; index < commands.length; ) {
      const { statement } = commands[index] as Command
      // Many sets of parameters for one statement are one line.
      let end = index + 1
      const label = pageLabel(commands[index]?.parameters ?? [])
      while (label === undefined && end < commands.length && commands[end]?.statement === statement) end += 1
      const sets = commands.slice(index, end).map((command) => command.parameters)
      const origin = originOf(index)
      const implicit = origin === 'transaction' && statement.sql.startsWith('BEGIN') ? ' (implicit)' : ''
      const sql = isTwoPhase(index) ? statement.sql.replace(/^BEGIN/, 'BEGIN TWOPHASE') : statement.sql
      logger.info(mark + showSql(sql) + implicit)
      if (origin !== 'transaction') logger.info(`${mark}${badgeOf(origin, label)} ${this.#show(sets)}`)
      index = end
    }
  }

  #show(sets: readonly (readonly unknown[])[]): string {
    if (this.#hideParameters) return '[SQL parameters hidden due to hideParameters: true]'
    const [only] = sets
    return sets.length === 1 && only !== undefined ? showParameters(only) : showParameterSets(sets)
  }
}

/** What stands in front of a line. */
function markOf(token: string | null): string {
  return token === null ? '' : `[${token}] `
}

function isList(origins: Origins): origins is readonly Origin[] {
  return Array.isArray(origins)
}

/** How the statement came by its SQL. */
function badgeOf(origin: CompiledEntry | 'raw', page: string | undefined): string {
  if (origin === 'raw') return '[raw sql]'
  if (page === undefined) return `[${ageOf(origin)}]`
  return page.startsWith('1/') ? `[${ageOf(origin)} (insertmanyvalues) ${page}]` : `[insertmanyvalues ${page}]`
}

function ageOf(origin: CompiledEntry): string {
  const seconds = (origin.compileMs / 1000).toFixed(5)
  if (origin.key.length === 0) return `no key ${seconds}s`
  origin.uses += 1
  if (origin.uses === 1) return `generated in ${seconds}s`
  return `cached since ${((performance.now() - origin.compiledAt) / 1000).toPrecision(4)}s ago`
}
