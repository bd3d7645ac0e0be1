// Loggers: named sources of lines, and where the lines go.

/** How much a line matters. */
export type LogLevel = 'debug' | 'info' | 'warning'

/** One line. */
export interface LogRecord {
  readonly time: Date
  readonly level: LogLevel
  /** Who says it: `tsalchemy.engine.Engine`. */
  readonly logger: string
  readonly message: string
}

/** Takes lines; what it throws, or its promise rejects with, is a warning of the process. Nobody waits for it. */
export type LogSink = (record: LogRecord) => void

/**
 * Prints a line as Python's logging does: `2026-01-31 12:00:00,123 INFO tsalchemy.engine.Engine SELECT 1`.
 * @example
 * createEngine('pglite://', { echo: (record) => { if (record.level !== 'debug') consoleSink(record) } })
 */
export const consoleSink: LogSink = (record) => {
  console.log(formatRecord(record))
}

/**
 * A record as one line of text (several where the message has several). Control characters but line ends are escaped.
 * @example
 * createEngine('pglite://', { echo: (record) => console.error(formatRecord(record)) })
 */
export function formatRecord({ time, level, logger, message }: LogRecord): string {
  const stamp = time.toISOString().replace('T', ' ').replace('.', ',').replace('Z', '')
  return `${stamp} ${level.toUpperCase()} ${logger} ${escapeControls(message)}`
}

/** A logger as applications have one: `console`, pino, winston. */
export interface LoggerLike {
  debug(message: string): unknown
  info(message: string): unknown
  warn(message: string): unknown
}

/** A sink that hands lines to an application's logger; the name of the source stands in front, control characters are escaped. */
export function sinkTo(logger: LoggerLike): LogSink {
  return ({ level, logger: name, message }): unknown => {
    const line = `${name} ${escapeControls(message)}`
    if (level === 'warning') return logger.warn(line)
    return level === 'info' ? logger.info(line) : logger.debug(line)
  }
}

/** Writes lines of one name to one sink. */
export class Logger {
  readonly #name: string
  readonly #sink: LogSink
  /** Whether lines of level 'debug' are wanted too. */
  readonly debugging: boolean

  constructor(name: string, sink: LogSink, debugging: boolean) {
    this.#name = name
    this.#sink = sink
    this.debugging = debugging
  }

  info(message: string): void {
    this.#write('info', message)
  }

  warning(message: string): void {
    this.#write('warning', message)
  }

  debug(message: string): void {
    if (this.debugging) this.#write('debug', message)
  }

  #write(level: LogLevel, message: string): void {
    try {
      const written: unknown = this.#sink({ time: new Date(), level, logger: this.#name, message })
      if (written instanceof Promise) written.catch(warn)
    } catch (error) {
      warn(error)
    }
  }
}

/** A log that fails must not fail the statement that it speaks of, nor end the process. */
function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error))
}

/** Terminals obey control characters, and logs are read in terminals. */
function escapeControls(message: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return message.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, (character) =>
    character === '\t' ? character : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}
