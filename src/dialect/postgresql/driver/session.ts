// Opens one session: socket, TLS, authentication, and the settings that the codecs rely on.
import type { ConnectionOptions } from 'node:tls'
import { DriverError, type DriverErrorOptions } from '../../contract/driver.ts'
import { requestCancel } from './cancel.ts'
import type { CancelRequest } from './canceling.ts'
import { PostgresConnection } from './connection.ts'
import { PgClient, type WireClient, type WireStream } from './pg-internals.ts'
import { Reader } from './reader.ts'
import { errorFields, isServerMessage } from './server-error.ts'

/** Settings of the session without which the codecs would misread the server. */
export const CODEC_SETTINGS: ReadonlyMap<string, string> = new Map([
  ['client_encoding', 'UTF8'],
  ['DateStyle', 'ISO, MDY'],
  ['IntervalStyle', 'postgres'],
  ['extra_float_digits', '1'],
  ['bytea_output', 'hex'],
])

/** Everything needed to open one session. */
export interface SessionOptions {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
  readonly password: () => Promise<string>
  readonly tls: ConnectionOptions | null
  /** What goes into the startup message, besides user and database. */
  readonly startup: ReadonlyMap<string, string>
  readonly keepAlive: boolean
  /** In place of a socket. */
  readonly stream: WireStream | undefined
  /** No limit where 0. */
  readonly connectTimeoutMs: number
  readonly statementCacheSize: number
  readonly cancelGraceMs: number
  readonly signal: AbortSignal | undefined
  /** Whether a running batch can be stopped by a request on another socket. */
  readonly cancellable: boolean
}

const KEEP_ALIVE_DELAY = 30_000

/**
 * Opens a session.
 * @throws DriverError with `disconnected: true`.
 */
export async function openSession(options: SessionOptions): Promise<PostgresConnection> {
  const settings = new Map<string, string>()
  const startup = new Map([['user', options.user], ['database', options.database], ...options.startup])
  let connection: PostgresConnection | null = null
  let status = 'I'
  const reader = new Reader(
    {
      ssl: options.tls ?? false,
      keepAlive: options.keepAlive,
      keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY,
      ...(options.stream === undefined ? {} : { stream: options.stream }),
    },
    {
      startup,
      ready: (next) => {
        status = next
        connection?.ready(next)
      },
    },
  )
  reader.on('parameterStatus', (message: { parameterName: string; parameterValue: string }) => {
    settings.set(message.parameterName, message.parameterValue)
  })
  const client = new PgClient({
    connection: reader,
    host: options.host,
    port: options.port,
    user: options.user,
    database: options.database,
    password: options.password,
    ssl: options.tls ?? false,
    sslnegotiation: 'postgres',
  })
  // For the client's whole life: an error that nobody listens to would end the process.
  client.on('error', () => undefined)
  await establish(client, reader, options)
  connection = new PostgresConnection(
    {
      client,
      reader,
      serverSettings: settings,
      statementCacheSize: options.statementCacheSize,
      cancelGraceMs: options.cancelGraceMs,
      cancel: options.cancellable ? cancelRequest(client, reader, options) : null,
      copiesWhole: !options.cancellable,
    },
    status,
  )
  return connection
}

function establish(client: WireClient, reader: Reader, options: SessionOptions): Promise<void> {
  const { signal, connectTimeoutMs } = options
  return new Promise((resolve, reject) => {
    let over = false
    const finish = (error: DriverError | null): void => {
      if (over) return
      over = true
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      if (error === null) {
        resolve()
        return
      }
      reader.stream.destroy()
      reject(error)
    }
    const abort = (): void => {
      finish(connectError(options, 'the attempt was aborted', { cause: signal?.reason, canceled: true }))
    }
    const expire = (): void => {
      finish(connectError(options, `no answer within ${connectTimeoutMs} ms (connectTimeoutMs)`))
    }
    const timer = connectTimeoutMs > 0 ? setTimeout(expire, connectTimeoutMs) : undefined
    if (signal?.aborted) return abort()
    signal?.addEventListener('abort', abort, { once: true })
    client.connect((error) => finish(error === null ? null : failure(options, error)))
  })
}

function cancelRequest(client: WireClient, reader: Reader, options: SessionOptions): CancelRequest {
  // The name may stand for several servers: the request goes to the address of the session.
  const address = (reader.stream as { remoteAddress?: string }).remoteAddress
  return () =>
    requestCancel({
      host: options.host,
      address: address ?? options.host,
      port: options.port,
      tls: options.tls,
      processId: client.processID ?? 0,
      secretKey: client.secretKey ?? 0,
      timeoutMs: options.cancelGraceMs,
    })
}

function failure(options: SessionOptions, error: Error): DriverError {
  if (isServerMessage(error))
    return connectError(options, error.message, {
      cause: error,
      fields: errorFields(error),
      refusedForNow: REFUSED_FOR_NOW.includes(error.code ?? ''),
    })
  if (error instanceof DriverError) return connectError(options, error.message, { cause: error.cause ?? error })
  return connectError(options, reason(error), { cause: error })
}

/** Too many connections; the server is starting, stopping or recovering. */
const REFUSED_FOR_NOW: readonly string[] = ['53300', '57P03']

/** What an error of the socket says; the error of several addresses tried has no message of its own. */
function reason(error: Error): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map((one: unknown) => (one instanceof Error ? one.message : String(one))).join('; ')
  }
  return error.message
}

function connectError(
  options: SessionOptions,
  why: string,
  more: Pick<DriverErrorOptions, 'cause' | 'canceled' | 'fields' | 'refusedForNow'> = {},
): DriverError {
  const where = options.host.startsWith('/')
    ? `${options.host} (port ${options.port})`
    : `${options.host}:${options.port}`
  const message = `cannot connect to PostgreSQL at ${where} as ${options.user}, database ${options.database}: ${why}`
  return new DriverError(message, { ...more, disconnected: true, sent: false })
}
