// Opens one session: socket, TLS, authentication, and the settings that the codecs rely on.

import { connect as connectSocket, type OnReadOpts, type Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { onAbort } from '../../../abort.ts'
import { DriverError, type DriverErrorOptions, type DriverNotice } from '../../contract/driver.ts'
import type { TypeCatalog } from '../codec/type-catalog.ts'
import { type AuthenticationMethod, type ChannelBinding, watchAuthentication } from './authentication.ts'
import { requestCancel } from './cancel.ts'
import type { CancelRequest } from './canceling.ts'
import { PostgresConnection } from './connection.ts'
import { PgClient, type ServerMessage, type WireClient, type WireStream } from './pg-internals.ts'
import { Reader } from './reader.ts'
import { errorFields, isServerMessage, noticeOf } from './server-error.ts'
import { SessionTypes } from './session-types.ts'

/** Settings of the session without which the codecs would misread the server. */
export const CODEC_SETTINGS: ReadonlyMap<string, string> = new Map([
  ['client_encoding', 'UTF8'],
  ['DateStyle', 'ISO, MDY'],
  ['IntervalStyle', 'postgres'],
  ['extra_float_digits', '1'],
  ['bytea_output', 'hex'],
])

/** As much as Node.js reads at once. */
const READ_BYTES = 65_536

/** Everything needed to open one session. */
export interface SessionOptions {
  /** The server's name, for its certificate. */
  readonly host: string
  readonly port: number
  /** The server as messages name it. */
  readonly where: string
  readonly user: string
  readonly database: string
  readonly password: () => Promise<string>
  readonly tls: ConnectionOptions | null
  /** Whether TLS begins without asking for it. */
  readonly direct: boolean
  readonly serverNameIndication: boolean
  readonly channelBinding: ChannelBinding
  /** The methods of authentication that are allowed; null allows all. */
  readonly requireAuth: ReadonlySet<AuthenticationMethod> | null
  /** The largest number of rounds that a server may have SCRAM make, which are its claim on our time; no limit where 0. */
  readonly scramMaxIterations: number
  /** What goes into the startup message, besides user and database. */
  readonly startup: ReadonlyMap<string, string>
  readonly keepAlive: boolean
  /** How long the operating system waits before it probes an idle connection, in milliseconds. */
  readonly keepAliveDelayMs: number
  /** A socket that is not connected yet, or what stands for one; `onread` may be used, or `data` emitted as ever. */
  readonly stream: (onread: OnReadOpts | null) => WireStream
  /** No limit where 0. */
  readonly connectTimeoutMs: number
  readonly statementCacheSize: number
  readonly types: TypeCatalog
  readonly cancelGraceMs: number
  readonly signal: AbortSignal | undefined
  /** Whether a running batch can be stopped by a request on another socket. */
  readonly cancellable: boolean
  /** Called where the server was reached and the attempt failed in a way that another server would not change. */
  readonly onRefusal: () => void
}

/**
 * Opens a session.
 * @throws DriverError with `disconnected: true`.
 */
export async function openSession(options: SessionOptions): Promise<PostgresConnection> {
  const settings = new Map<string, string>()
  const startup = new Map([['user', options.user], ['database', options.database], ...options.startup])
  const { host } = options
  const tls = options.tls === null || options.serverNameIndication ? options.tls : checkedFor(host, options.tls)
  let connection: PostgresConnection | null = null
  let status = 'I'
  const reader = new Reader(
    {
      ssl: tls ?? false,
      sslNegotiation: options.direct ? 'direct' : 'postgres',
      keepAlive: options.keepAlive,
      keepAliveInitialDelayMillis: options.keepAliveDelayMs,
      // What TLS brings is read from another object, which is made of this one.
      stream: options.stream(tls === null ? readingInto((chunk) => reader.read(chunk)) : null),
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
    const { parameterName, parameterValue } = message
    settings.set(parameterName, parameterValue)
    // Told in time: before the server is ready for the next texts, which it would take for others, and store them.
    const problem = connection === null ? null : unreadable(parameterName, parameterValue)
    if (problem !== null) client.emit('error', problem)
  })
  const encrypted = tls !== null
  const { channelBinding, requireAuth, direct, onRefusal } = options
  watchAuthentication(
    reader,
    { channelBinding, methods: requireAuth, direct: encrypted && direct, encrypted },
    onRefusal,
  )
  const client = new PgClient({
    connection: reader,
    // The socket knows where to go: this is the name that pg tells the server, and it tells none that is an address.
    host: tls === options.tls ? host : NO_NAME,
    port: options.port,
    user: options.user,
    database: options.database,
    password: options.password,
    ssl: tls ?? false,
    sslnegotiation: direct ? 'direct' : 'postgres',
    enableChannelBinding: encrypted && channelBinding !== 'disable',
    scramMaxIterations: options.scramMaxIterations,
  })
  // For the client's whole life: an error that nobody listens to would end the process.
  client.on('error', () => undefined)
  let farewell: unknown = null
  const hear = (message: unknown): void => {
    farewell ??= message
  }
  const welcome: DriverNotice[] = []
  const greet = (message: ServerMessage): void => void welcome.push(noticeOf(message))
  reader.on('errorMessage', hear)
  client.on('notice', greet)
  await establish(client, reader, options)
  client.off('notice', greet)
  reader.off('errorMessage', hear)
  // It may have come in one piece with the welcome, and pg takes no query behind it.
  if (farewell instanceof Error || reader.over) {
    reader.stream.destroy()
    throw failure(options, farewell instanceof Error ? farewell : new DriverError('the server closed the connection'))
  }
  connection = new PostgresConnection(
    {
      client,
      reader,
      serverSettings: settings,
      welcome,
      statementCacheSize: options.statementCacheSize,
      types: new SessionTypes(options.types),
      cancelGraceMs: options.cancelGraceMs,
      cancel: options.cancellable ? cancelRequest(client, reader, options) : null,
      copiesWhole: !options.cancellable,
    },
    status,
  )
  return connection
}

/** Settings that the server tells of when they change: with others dates would be texts of another kind, and letters other letters. */
const READABLE: ReadonlyMap<string, readonly [values: RegExp, only: string]> = new Map([
  ['client_encoding', [/^utf-?8$/i, 'texts are sent and read as UTF8 only']],
  ['DateStyle', [/^ISO\b/, "dates and times are read in the style 'ISO' only"]],
  ['IntervalStyle', [/^postgres$/, "intervals are read in the style 'postgres' only"]],
])

/** Why a session cannot go on with a setting; null where it can. */
function unreadable(name: string, value: string): DriverError | null {
  const [values, only] = READABLE.get(name) ?? []
  if (values === undefined || values.test(value)) return null
  return new DriverError(`the session was given the ${name} ${value}, but ${only}: the connection was closed`, {
    disconnected: true,
  })
}

/** Has a socket read into one piece of memory: a new one for each chunk costs a microsecond a round trip. */
function readingInto(receive: (chunk: Buffer) => void): OnReadOpts {
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES)
  return {
    buffer,
    callback(count) {
      receive(buffer.subarray(0, count))
      return true
    },
  }
}

const NO_NAME = '0.0.0.0'

/** Options of TLS for which the certificate is checked for a name that the server is not told. */
function checkedFor(host: string, tls: ConnectionOptions): ConnectionOptions {
  const named = { ...tls, host }
  // The key is not enumerable, so that no log shows it.
  if (tls.key !== undefined) Object.defineProperty(named, 'key', { value: tls.key, enumerable: false })
  return named
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
    if (signal !== undefined) onAbort(signal, abort)
    client.connect((error) => finish(error === null ? null : failure(options, error)))
  })
}

function cancelRequest(client: WireClient, reader: Reader, options: SessionOptions): CancelRequest {
  // The name may stand for several servers: the request goes to the address of the session.
  const { remoteAddress } = reader.stream as { remoteAddress?: string }
  return () =>
    requestCancel({
      host: options.host,
      connect: () =>
        remoteAddress === undefined
          ? (options.stream(null).connect(options.port, options.host) as Socket)
          : connectSocket(options.port, remoteAddress),
      tls: options.tls,
      direct: options.direct,
      serverNameIndication: options.serverNameIndication,
      processId: client.processID ?? 0,
      secretKey: client.secretKey ?? 0,
      timeoutMs: options.cancelGraceMs,
    })
}

function failure(options: SessionOptions, error: Error): DriverError {
  if (isServerMessage(error)) {
    if (!IN_TROUBLE.test(error.code ?? '')) options.onRefusal()
    return connectError(options, error.message, {
      cause: error,
      fields: errorFields(error),
      refusedForNow: REFUSED_FOR_NOW.includes(error.code ?? ''),
    })
  }
  if (error instanceof DriverError) return connectError(options, error.message, { cause: error.cause ?? error })
  // An older server takes the first bytes of TLS for an impossible length, and hangs up.
  const isOlder = options.direct && options.tls !== null && 'code' in error && error.code === 'ECONNRESET'
  const more = isOlder ? '; to begin with TLS at once (sslnegotiation=direct) needs PostgreSQL 17 or newer' : ''
  return connectError(options, `${reason(error)}${more}`, { cause: error })
}

/** Too many connections; the server is starting, stopping or recovering, or was told to stop while it let us in. */
const REFUSED_FOR_NOW: readonly string[] = ['53300', '57P01', '57P02', '57P03']
/** Its resources, its operator, its files, or itself: another server may be well. */
const IN_TROUBLE = /^(53|57P|58|XX)/

/** What an error of the socket says; the error of several addresses tried has no message of its own. */
function reason(error: Error): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map((one: unknown) => (one instanceof Error ? one.message : String(one))).join('; ')
  }
  // The name of an abstract socket begins with one.
  return error.message.replaceAll('\0', '@')
}

function connectError(
  options: SessionOptions,
  why: string,
  more: Pick<DriverErrorOptions, 'cause' | 'canceled' | 'fields' | 'refusedForNow'> = {},
): DriverError {
  const message = `cannot connect to PostgreSQL at ${options.where} as ${options.user}, database ${options.database}: ${why}`
  return new DriverError(message, { ...more, disconnected: true, sent: false })
}
