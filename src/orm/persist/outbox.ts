// `Outbox`: statements of a flush that wait to be sent together; one flight carries all of them.
import type { ExecuteOptions } from '../../engine/options.ts'
import { DBAPIError } from '../../errors.ts'
import type { Executable } from '../../expression/base/executable.ts'
import { StaleDataError } from '../errors.ts'
import { GUARD_MARK } from './guard.ts'

/** What is sent of one statement. */
export interface OutgoingItem {
  readonly statement: Executable
  readonly parameters: Record<string, unknown> | null
  /** Options of this execution. */
  readonly options?: ExecuteOptions
}

/** What comes back of one statement. */
export interface IncomingResult {
  readonly rows: unknown[][]
  readonly rowCount: number | null
}

/** What a flush needs of a connection: everything in one write, one answer. */
export interface FlightConnection<R extends IncomingResult = IncomingResult> {
  /** What of the database decides how counts are checked. Default: all there is. */
  readonly dialect?: { readonly features: { readonly dataModifyingCte: boolean } }
  flight(items: readonly OutgoingItem[], options?: FlightOptions): Promise<R[]>
}

/** How a flight ends. */
export interface FlightOptions {
  /** COMMIT behind the statements, in the same flight. */
  readonly commit?: boolean
  readonly signal?: AbortSignal
}

/** A statement that waits, and what is to be done with its result. */
export interface Outgoing {
  readonly statement: Executable
  /** The same statement with its row count checked by the server: sent where COMMIT follows before we could look. */
  readonly guarded: Executable | null
  readonly parameters: Record<string, unknown> | null
  /** How many rows must be matched; null where any number will do. */
  readonly expected: number | null
  /** What is written, for messages: `UPDATE on table 'user_account'`. */
  readonly subject: string
  readonly receive: ((result: IncomingResult) => void) | null
}

/** See the first line of the file. */
export class Outbox {
  #waiting: Outgoing[] = []
  readonly #connection: () => FlightConnection | Promise<FlightConnection>
  readonly #signal: AbortSignal | null

  constructor(connection: () => FlightConnection | Promise<FlightConnection>, signal: AbortSignal | null = null) {
    this.#connection = connection
    this.#signal = signal
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  queue(outgoing: Outgoing): void {
    this.#waiting.push(outgoing)
  }

  /**
   * Sends what waits, together with `behind` statements of the caller's own, whose results are returned.
   *
   * @throws StaleDataError a statement matched another number of rows than it was meant to.
   */
  async send(options: FlightOptions = {}, behind: readonly OutgoingItem[] = []): Promise<IncomingResult[]> {
    const waiting = this.#waiting
    this.#waiting = []
    if (waiting.length === 0 && behind.length === 0 && options.commit !== true) return []
    const connection = await this.#connection()
    // Where the server cannot count, COMMIT waits until the counts were looked at here.
    const counts = connection.dialect?.features.dataModifyingCte !== false
    const later = options.commit === true && !counts && waiting.some(({ guarded }) => guarded !== null)
    const commit = options.commit === true && !later
    const items: OutgoingItem[] = waiting.map((each, index) => (commit ? guardedItem(each, index) : each))
    for (const each of behind) items.push(each)
    const sending = this.#signal === null ? options : { signal: this.#signal, ...options }
    const results = await connection
      .flight(items, later ? { ...sending, commit: false } : sending)
      .catch((error: unknown) => {
        throw staleness(error, waiting) ?? error
      })
    for (let i = 0; i < waiting.length; i++) deliver(waiting[i], results[i], commit)
    if (later) await connection.flight([], sending)
    return waiting.length === 0 ? results : results.slice(waiting.length)
  }
}

function guardedItem(outgoing: Outgoing, index: number): OutgoingItem {
  if (outgoing.guarded === null || outgoing.expected === null) return outgoing
  const parameters = outgoing.parameters ?? {}
  // The record was made for this statement alone.
  parameters.expected = BigInt(outgoing.expected)
  parameters.mark = `${GUARD_MARK}${index}:`
  return { statement: outgoing.guarded, parameters }
}

function deliver(outgoing: Outgoing | undefined, result: IncomingResult | undefined, committed: boolean): void {
  if (outgoing === undefined || result === undefined) return
  const { expected } = outgoing
  const counted = !(committed && outgoing.guarded !== null)
  if (expected !== null && counted && result.rowCount !== expected)
    throw stale(outgoing, String(result.rowCount ?? 'an unknown number'))
  outgoing.receive?.(result)
}

/** The error that a guard raised on the server, as what it means; null for any other error. */
function staleness(error: unknown, waiting: readonly Outgoing[]): StaleDataError | null {
  if (!(error instanceof DBAPIError)) return null
  const found = new RegExp(`${GUARD_MARK}(\\d+):(\\d+)`).exec(error.message)
  const outgoing = found === null ? undefined : waiting[Number(found[1])]
  return outgoing === undefined ? null : stale(outgoing, found?.[2] ?? '', error)
}

function stale(outgoing: Outgoing, matched: string, cause?: unknown): StaleDataError {
  return new StaleDataError(
    `${outgoing.subject} expected to match ${outgoing.expected} row(s); ${matched} were matched: somebody else deleted or changed them since they were loaded. Roll back, and load them again`,
    cause === undefined ? {} : { cause },
  )
}
