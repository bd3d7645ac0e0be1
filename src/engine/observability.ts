// The part of an engine's options that says what it tells of itself: log, slow statements, comments in SQL.
import type { URL } from '../dialect/url.ts'
import { ArgumentError } from '../errors.ts'
import { consoleSink, Logger, type LoggerLike, type LogSink, sinkTo } from '../log.ts'
import { quoteName } from '../nearest.ts'
import type { PoolEvents } from '../pool/events.ts'
import { showValue } from '../show.ts'
import type { EngineIdentity } from './channels.ts'
import { Observer } from './observer.ts'
import type { SqlTagSource } from './sql-comment.ts'

/** The part of the options of `createEngine()` that says what it tells of itself. */
export interface ObservabilityOptions {
  /** Log statements and transactions: true, 'debug' rows too; a function takes the lines itself. Default false. */
  readonly echo?: boolean | 'debug' | LogSink
  /** Log what happens to connections: true what goes wrong, 'debug' every checkout too. Default false. */
  readonly echoPool?: boolean | 'debug'
  /** Where lines go: a function, or a logger like `console` or pino's. Default the console. */
  readonly logger?: LogSink | LoggerLike
  /** Stands behind the names of this engine's loggers: `tsalchemy.engine.Engine.reports`. Default: nothing. */
  readonly loggingName?: string
  /** Leave the values of parameters out of logs, and out of what prints or serializes an error; its message never has them. Default false. */
  readonly hideParameters?: boolean
  /**
   * Report statements that take longer than this, in milliseconds, waiting for a connection not counted: a warning to the
   * logger, and the event `slowStatement`. Default: none.
   */
  readonly slowStatementMs?: number
  /** Tags in a comment behind all SQL, in the format of sqlcommenter; a function is asked before each flight. Default: none. */
  readonly sqlComments?: SqlTagSource
}

/** @internal The keys of {@link ObservabilityOptions}. */
export const OBSERVABILITY_KEYS: readonly (keyof ObservabilityOptions)[] = [
  'echo',
  'echoPool',
  'logger',
  'loggingName',
  'hideParameters',
  'slowStatementMs',
  'sqlComments',
]

/**
 * Refuses values that cannot be.
 *
 * @throws ArgumentError
 */
export function checkObservability(options: ObservabilityOptions): void {
  const { echo, echoPool, logger, loggingName, slowStatementMs, sqlComments, hideParameters } = options
  if (echo !== undefined && typeof echo !== 'boolean' && echo !== 'debug' && typeof echo !== 'function')
    throw new ArgumentError(`echo must be true, false, 'debug' or a function, got ${quoteName(echo)}`)
  if (echoPool !== undefined && typeof echoPool !== 'boolean' && echoPool !== 'debug')
    throw new ArgumentError(`echoPool must be true, false or 'debug', got ${quoteName(echoPool)}`)
  if (hideParameters !== undefined && typeof hideParameters !== 'boolean')
    throw new ArgumentError(`hideParameters must be true or false, got ${quoteName(hideParameters)}`)
  if (logger !== undefined && typeof logger !== 'function' && !isLogger(logger))
    throw new ArgumentError('logger must be a function, or an object with the methods debug, info and warn')
  if (loggingName !== undefined && typeof loggingName !== 'string')
    throw new ArgumentError(`loggingName must be a string, got ${quoteName(loggingName)}`)
  if (slowStatementMs !== undefined && !(typeof slowStatementMs === 'number' && slowStatementMs >= 0))
    throw new ArgumentError(
      `slowStatementMs must be a number of milliseconds that is not negative, got ${showValue(slowStatementMs)}`,
    )
  const tags: unknown = sqlComments
  if (tags !== undefined && typeof tags !== 'function' && (typeof tags !== 'object' || tags === null))
    throw new ArgumentError('sqlComments must be an object of tags, or a function that gives one')
}

function isLogger(logger: unknown): boolean {
  if (typeof logger !== 'object' || logger === null) return false
  return ['debug', 'info', 'warn'].every((name) => typeof (logger as Record<string, unknown>)[name] === 'function')
}

/** The observer of a new engine. @param system `postgresql`, `sqlite`. */
export function newObserver(url: URL, system: string, options: ObservabilityOptions): Observer {
  const { echo = false, slowStatementMs, sqlComments, hideParameters = false } = options
  const name = loggerName('engine.Engine', options)
  const sink = typeof echo === 'function' ? echo : sinkOf(options)
  const observer = new Observer({
    engine: identityOf(url, system, options),
    logger: echo === false ? null : new Logger(name, sink, echo === 'debug'),
    warnings: slowStatementMs === undefined ? null : new Logger(name, sink, false),
    hideParameters,
    slowStatementMs: slowStatementMs ?? null,
  })
  if (sqlComments !== undefined) observer.commenter.add(sqlComments)
  return observer
}

function loggerName(what: string, { loggingName = '' }: ObservabilityOptions): string {
  return `tsalchemy.${what}${loggingName === '' ? '' : `.${loggingName}`}`
}

function sinkOf({ logger }: ObservabilityOptions): LogSink {
  if (logger === undefined) return consoleSink
  return typeof logger === 'function' ? logger : sinkTo(logger)
}

function identityOf(url: URL, system: string, { loggingName }: ObservabilityOptions): EngineIdentity {
  const { host, port, database } = url
  return { name: loggingName ?? null, url: String(url), system, host, port, database }
}

/** Logs what happens in a pool, as `echoPool` says. */
export function echoPoolTo(events: PoolEvents, pool: string, options: ObservabilityOptions): void {
  const { echoPool = false } = options
  if (echoPool === false) return
  const logger = new Logger(loggerName(`pool.${pool}`, options), sinkOf(options), echoPool === 'debug')
  const shown = ({ connection }: { readonly connection: { readonly processId: number } }): string =>
    `Connection ${connection.processId}`
  events.on('invalidate', ({ entry, reason }) => {
    const why = reason instanceof Error ? ` (reason: ${reason.message.split('\n', 1)[0]})` : ''
    logger.info(`Invalidate connection: ${shown(entry)}${why}`)
  })
  events.on('softInvalidate', ({ entry }) => logger.info(`Soft invalidate connection: ${shown(entry)}`))
  events.on('leak', ({ entry, kind, heldMs }) =>
    logger.info(`${shown(entry)} was ${kind === 'held' ? 'held' : 'forgotten after'} ${(heldMs / 1000).toFixed(1)} s`),
  )
  events.on('connect', ({ entry }) => logger.debug(`Created new connection: ${shown(entry)}`))
  events.on('checkout', ({ entry }) => logger.debug(`${shown(entry)} checked out from pool`))
  events.on('reset', ({ entry, transactionWasReset }) => {
    if (!transactionWasReset) logger.debug(`${shown(entry)} rollback-on-return`)
  })
  events.on('checkin', ({ entry }) => logger.debug(`${shown(entry)} being returned to pool`))
  events.on('close', ({ entry }) => logger.debug(`Closing connection: ${shown(entry)}`))
  events.on('detach', ({ entry }) => logger.debug(`${shown(entry)} detached from pool`))
}
