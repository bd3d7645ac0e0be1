// The few parts of pg that this driver stands on, as narrow types: pg's own declarations leave most of them out.
import type { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import type { ConnectionOptions } from 'node:tls'
import pg from 'pg'

/** A socket, or what stands for one. */
export interface WireStream extends Duplex {
  connect(port: number | string, host?: string): unknown
  setNoDelay(noDelay?: boolean): unknown
  setKeepAlive(enable?: boolean, initialDelay?: number): unknown
  ref(): unknown
  unref(): unknown
}

/** What `pg.Connection` is made with. */
export interface WireConnectionConfig {
  stream?: WireStream
  ssl: boolean | ConnectionOptions
  sslNegotiation: 'postgres' | 'direct'
  keepAlive: boolean
  keepAliveInitialDelayMillis: number
}

/** `pg.Connection`: one socket, its TLS upgrade and the events of its messages. */
export interface WireConnection extends EventEmitter {
  stream: WireStream
  attachListeners(stream: EventEmitter): void
  startup(config: unknown): void
}

/** An ErrorResponse or NoticeResponse as pg's parser gives it. */
export interface ServerMessage {
  readonly message: string
  readonly severity?: string
  readonly code?: string
  readonly detail?: string
  readonly hint?: string
  readonly position?: string
  readonly internalQuery?: string
  readonly where?: string
  readonly schema?: string
  readonly table?: string
  readonly column?: string
  readonly dataType?: string
  readonly constraint?: string
  readonly routine?: string
}

/** A RowDescription as pg's parser gives it. */
export interface RowDescriptionMessage {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
}

/** A query object: what `pg.Client.query` runs and delegates messages to. */
export interface Submittable {
  submit(connection: WireConnection): Error | undefined
  handleError(error: Error): void
  handleReadyForQuery(): void
  handleRowDescription(message: RowDescriptionMessage): void
  handlePortalSuspended(connection: WireConnection): void
  handleCopyInResponse(connection: WireConnection): void
  handleCopyData(): void
}

/** A NotificationResponse as pg's parser gives it. */
export interface NotificationMessage {
  readonly processId: number
  readonly channel: string
  readonly payload: string
}

/** What `pg.Client` is made with. */
export interface WireClientConfig {
  connection: WireConnection
  host: string
  port: number
  user: string
  database: string
  password: () => Promise<string>
  ssl: boolean | ConnectionOptions
  sslnegotiation: 'postgres' | 'direct'
  enableChannelBinding: boolean
  scramMaxIterations: number
}

/** `pg.Client`: authentication, and the one query at a time. */
export interface WireClient extends EventEmitter {
  readonly processID: number | null
  readonly secretKey: number | null
  connect(callback: (error: Error | null) => void): void
  query(query: Submittable): unknown
  end(callback: () => void): void
}

/** `pg.Connection` as a class that can be extended. */
export const PgConnection: new (config: WireConnectionConfig) => WireConnection = pg.Connection as unknown as new (
  config: WireConnectionConfig,
) => WireConnection

/** `pg.Client` as a class. */
export const PgClient: new (config: WireClientConfig) => WireClient = pg.Client as unknown as new (
  config: WireClientConfig,
) => WireClient
