// The tracing channels of `node:diagnostics_channel` that tell of what engines do, and how long it takes.
import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel'
import type { Executable } from '../expression/base/executable.ts'

/** Which engine a message is from. */
export interface EngineIdentity {
  /** `loggingName` of the engine; null for none. */
  readonly name: string | null
  /** The URL of the database without its password. */
  readonly url: string
  /** `postgresql`, `sqlite`. */
  readonly system: string
  /** Null for databases inside the process. */
  readonly host: string | null
  readonly port: number | null
  readonly database: string | null
}

/** How long the parts of an execution took, in milliseconds; 0 for what did not happen. */
export interface ExecutionTimings {
  /** From the statement to SQL and values: compiling, or finding it compiled, and defaults. */
  readonly compileMs: number
  /** Waiting for a connection of the pool. 0 on a Connection, which has one. */
  readonly checkoutMs: number
  /** From sending to the last byte of the answer, rows decoded; of a stream the sum of its pages. */
  readonly flightMs: number
  /** Making the result of the rows; of a stream what its reader took from page to page. */
  readonly rowsMs: number
  readonly totalMs: number
}

/** SQL and the values that it is run with. */
export interface SentStatement {
  readonly sql: string
  /** The values of each execution. */
  readonly parameterSets: readonly (readonly unknown[])[]
}

/** `tsalchemy:execute`: an execution, or a flight of the ORM. */
export interface ExecutionMessage {
  readonly engine: EngineIdentity
  /** The statement as `execute()` was given it; null for a flight of several. */
  readonly statement: Executable | string | null
  /** What was sent, in order; empty before it is compiled. */
  readonly sent: readonly SentStatement[]
  readonly timings: ExecutionTimings
  readonly rowCount: number | null
  /** How many rows came back; null where it returns none. */
  readonly returnedRows: number | null
  /** Set by the channel where it failed. */
  readonly error?: unknown
}

/** `tsalchemy:flight`: what travels in one write, BEGIN and COMMIT included. */
export interface FlightMessage {
  readonly engine: EngineIdentity
  readonly sent: readonly SentStatement[]
  /** The server's number of the session. */
  readonly processId: number
  /** Whether a further page of a stream is fetched: `sent` is what the stream was opened with then, and is not sent again. */
  readonly isPage: boolean
  readonly error?: unknown
}

/** `tsalchemy:checkout`: a wait for a connection of the pool. */
export interface CheckoutMessage {
  readonly engine: EngineIdentity
  readonly error?: unknown
}

/** `tsalchemy:connect`: a connection to the database is opened. */
export interface ConnectMessage {
  readonly engine: EngineIdentity
  readonly error?: unknown
}

const PARTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const

export const executeChannel: TracingChannel<unknown, ExecutionMessage> = channel('execute')
export const flightChannel: TracingChannel<unknown, FlightMessage> = channel('flight')
export const checkoutChannel: TracingChannel<unknown, CheckoutMessage> = channel('checkout')
export const connectChannel: TracingChannel<unknown, ConnectMessage> = channel('connect')

function channel<Message extends object>(name: string): TracingChannel<unknown, Message> {
  const made = tracingChannel<unknown, Message>(`tsalchemy:${name}`)
  // Bun's cannot be asked, but for their parts.
  if ((made.hasSubscribers as boolean | undefined) === undefined)
    Object.defineProperty(made, 'hasSubscribers', { get: () => PARTS.some((part) => made[part].hasSubscribers) })
  return made
}

/** Runs what gives a promise; subscribers of the channel are told, where there are any. */
export function traced<Message extends object, T>(
  on: TracingChannel<unknown, Message>,
  message: () => Message,
  run: () => Promise<T>,
): Promise<T> {
  return on.hasSubscribers ? (on.tracePromise(run as never, message()) as Promise<T>) : run()
}
