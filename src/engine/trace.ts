// `ExecutionTrace`: what is learnt of one execution on its way, for tracing channels, tracers and the log of slow statements.
import type { Command, CommandResult } from '../dialect/contract/driver.ts'
import type { Executable } from '../expression/base/executable.ts'
import type { EngineIdentity, ExecutionMessage, ExecutionTimings, SentStatement } from './channels.ts'

/** Runs an execution within a context of its own: a span. @internal */
export type Tracer = <T>(trace: ExecutionTrace, run: () => Promise<T>) => Promise<T>

/** What is learnt of one execution on its way. Its timings are final when the execution has ended. */
export class ExecutionTrace implements ExecutionMessage {
  readonly engine: EngineIdentity
  readonly statement: Executable | string | null
  readonly timings: { -readonly [K in keyof ExecutionTimings]: ExecutionTimings[K] } = {
    compileMs: 0,
    checkoutMs: 0,
    flightMs: 0,
    rowsMs: 0,
    totalMs: 0,
  }
  rowCount: number | null = null
  returnedRows: number | null = null
  /** What the reader of a stream took from page to page. */
  readerMs = 0
  #commands: readonly Command[] = []
  #sent: readonly SentStatement[] | null = null
  readonly #started: number = performance.now()
  #mark: number = this.#started

  constructor(engine: EngineIdentity, statement: Executable | string | null) {
    this.engine = engine
    this.statement = statement
  }

  get sent(): readonly SentStatement[] {
    this.#sent ??= sentStatements(this.#commands)
    return this.#sent
  }

  /** It is compiled. */
  compiled(commands: readonly Command[]): void {
    this.#commands = commands
    this.#sent = null
    this.timings.compileMs = this.#lap()
  }

  /** A connection is there. */
  checkedOut(): void {
    this.timings.checkoutMs = this.#lap()
  }

  /** The answer is there. */
  arrived(results: readonly CommandResult[]): void {
    this.timings.flightMs = this.#lap()
    for (const { rowCount, rows, made, columns } of results) {
      if (rowCount !== null) this.rowCount = (this.rowCount ?? 0) + rowCount
      if (columns !== null) this.returnedRows = (this.returnedRows ?? 0) + (made ?? rows).length
    }
  }

  /** Another page of a stream is asked for. */
  fetching(): void {
    const lap = this.#lap()
    this.timings.rowsMs += lap
    this.readerMs += lap
  }

  /** The page is there. */
  fetched({ rowCount, rows }: CommandResult): void {
    this.timings.flightMs += this.#lap()
    if (rowCount !== null) this.rowCount = (this.rowCount ?? 0) + rowCount
    this.returnedRows = (this.returnedRows ?? 0) + rows.length
  }

  /** It has ended, well or not. */
  ended(): void {
    // What failed on its way failed in flight, unless it never left.
    if (this.#commands.length > 0 && this.timings.flightMs === 0) this.timings.flightMs = this.#lap()
    else this.timings.rowsMs += this.#lap()
    this.timings.totalMs = this.#mark - this.#started
  }

  #lap(): number {
    const now = performance.now()
    const lap = now - this.#mark
    this.#mark = now
    return lap
  }
}

/** Commands as they are told of: those of one statement that stand together are one. */
export function sentStatements(commands: readonly Command[]): SentStatement[] {
  const sent: { sql: string; parameterSets: (readonly unknown[])[] }[] = []
  let last: Command | undefined
  for (const command of commands) {
    if (last?.statement === command.statement) sent.at(-1)?.parameterSets.push(command.parameters)
    else sent.push({ sql: command.statement.sql, parameterSets: [command.parameters] })
    last = command
  }
  return sent
}
