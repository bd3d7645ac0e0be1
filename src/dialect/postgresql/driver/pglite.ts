// PGlite as a transport: a stream that hands what is written to PostgreSQL inside the process.
import { Duplex } from 'node:stream'
import { type ConnectOptions, type Driver, type DriverConnection, DriverError } from '../../contract/driver.ts'
import type { ValueCodec } from '../../contract/value-codec.ts'
import { TypeCatalog } from '../codec/type-catalog.ts'
import { checkedSettings, checkKnown } from './connect-options.ts'
import type { PostgresConnection } from './connection.ts'
import type { WireStream } from './pg-internals.ts'
import { CODEC_SETTINGS, openSession } from './session.ts'

/** What this driver uses of a PGlite instance. */
export interface PgliteInstance {
  readonly waitReady: Promise<void>
  runExclusive<T>(run: () => Promise<T>): Promise<T>
  execProtocolRawStream(message: Uint8Array, options: { readonly onRawData: (data: Uint8Array) => void }): Promise<void>
  close(): Promise<void>
}

/** Options of {@link createPgliteDriver}. */
export interface PgliteConnectOptions {
  /** The directory of the database; without it the database is in memory and gone with the driver. */
  readonly dataDir?: string
  /** An instance made by the caller (with extensions, say), in place of one made here; {@link Driver.dispose} leaves it open. */
  readonly instance?: PgliteInstance
  /** How many statements a connection keeps prepared. Default 256. */
  readonly statementCacheSize?: number
  /** Settings of each session: `{ search_path: 'app' }`. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>
  /** How values are read and written where the statement declares no type. Default: as the codecs of this library do. */
  readonly codecs?: readonly ValueCodec[]
}

const KNOWN: readonly (keyof PgliteConnectOptions)[] = [
  'dataDir',
  'instance',
  'statementCacheSize',
  'settings',
  'codecs',
]

/**
 * The driver for PGlite, PostgreSQL inside the process (the optional package `@electric-sql/pglite`). It has one session:
 * one connection at a time, and each new one starts clean. The database is opened by the first connection and closed by
 * `dispose()`. A batch runs to its end before the process does anything else, so an aborted signal is only noticed then.
 *
 * @example
 *     const driver = createPgliteDriver()
 *     const connection = await driver.connect()
 */
export function createPgliteDriver(options: PgliteConnectOptions = {}): Driver {
  checkKnown('createPgliteDriver', options, KNOWN)
  return new PgliteDriver(options)
}

class PgliteDriver implements Driver {
  readonly name = 'pglite'
  readonly maxConnections = 1
  readonly #options: PgliteConnectOptions
  readonly #types: TypeCatalog
  readonly #settings: readonly (readonly [string, string])[]
  #database: Promise<PgliteInstance> | null = null
  #connection: DriverConnection | null = null
  #opening: Promise<DriverConnection> | null = null
  #disposal: Promise<void> | null = null

  constructor(options: PgliteConnectOptions) {
    this.#options = options
    this.#types = new TypeCatalog(options.codecs)
    this.#settings = [...CODEC_SETTINGS, ...checkedSettings(options.settings ?? {})]
  }

  async connect({ signal }: ConnectOptions = {}): Promise<DriverConnection> {
    if (this.#disposal !== null) throw refused('the driver was disposed of')
    if (this.#opening !== null || this.#connection !== null) {
      throw refused('PGlite has one session, and a connection to it is open; close that one first')
    }
    if (signal?.aborted) throw refused('the attempt was aborted', signal.reason)
    this.#opening = this.#open(signal)
    try {
      const connection = await this.#opening
      this.#connection = connection
      connection.onceClosed(() => {
        this.#connection = null
      })
      return connection
    } finally {
      this.#opening = null
    }
  }

  async #open(signal: AbortSignal | undefined): Promise<PostgresConnection> {
    this.#database ??= startDatabase(this.#options)
    const database = await this.#database.catch((error: unknown) => {
      this.#database = null
      throw error instanceof DriverError ? error : notStarted(this.#options.dataDir, error)
    })
    const stream = new PgliteStream(database)
    const connection = await openSession({
      host: 'pglite',
      port: 5432,
      where: 'pglite',
      user: 'postgres',
      database: 'postgres',
      password: async () => '',
      tls: null,
      direct: false,
      serverNameIndication: true,
      channelBinding: 'disable',
      requireAuth: null,
      scramMaxIterations: 0,
      startup: new Map(),
      keepAlive: false,
      keepAliveDelayMs: 0,
      stream: () => stream as unknown as WireStream,
      connectTimeoutMs: 0,
      statementCacheSize: this.#options.statementCacheSize ?? 256,
      types: this.#types,
      cancelGraceMs: 0,
      signal,
      cancellable: false,
      onRefusal: () => {},
    })
    await cleanSession(connection, this.#settings)
    return connection
  }

  dispose(): Promise<void> {
    this.#disposal ??= this.#end()
    return this.#disposal
  }

  async #end(): Promise<void> {
    const opening = await this.#opening?.catch(() => null)
    await (opening ?? this.#connection)?.close()
    const database = await this.#database?.catch(() => null)
    if (this.#options.instance === undefined) await database?.close()
  }
}

async function startDatabase(options: PgliteConnectOptions): Promise<PgliteInstance> {
  const database = options.instance ?? (await createInstance(options.dataDir))
  await database.waitReady
  return database
}

async function createInstance(dataDir: string | undefined): Promise<PgliteInstance> {
  let PGlite: new (dataDir?: string) => PgliteInstance
  try {
    const library: { PGlite: unknown } = await import('@electric-sql/pglite')
    PGlite = library.PGlite as typeof PGlite
  } catch (cause) {
    throw refused(
      'the package @electric-sql/pglite cannot be loaded; install it with: npm install @electric-sql/pglite',
      cause,
    )
  }
  return new PGlite(dataDir)
}

function notStarted(dataDir: string | undefined, cause: unknown): DriverError {
  const where = dataDir === undefined ? 'in memory' : `in the folder ${JSON.stringify(dataDir)}`
  const why = cause instanceof Error ? cause.message : String(cause)
  return refused(`PGlite did not start ${where}: ${why}`, cause)
}

function refused(message: string, cause?: unknown): DriverError {
  return new DriverError(message, { cause, disconnected: true, sent: false })
}

/** The embedded server has one session for its whole life, so what an earlier connection left is cleared. */
async function cleanSession(
  connection: PostgresConnection,
  settings: readonly (readonly [string, string])[],
): Promise<void> {
  const statement = (sql: string) => ({
    statement: { sql, parameters: [], columns: null, prepare: false },
    parameters: [],
  })
  if (connection.transactionStatus !== 'idle') await connection.run([statement('ROLLBACK')])
  await connection.run([statement('DISCARD ALL')])
  const select = settings.map((_, index) => `set_config($${2 * index + 1}, $${2 * index + 2}, false)`)
  const values = settings.flat()
  await connection.run([
    {
      statement: {
        sql: `SELECT ${select.join(', ')}`,
        parameters: values.map(() => null),
        columns: null,
        prepare: false,
      },
      parameters: values,
    },
  ])
  connection.forgetFlights()
}

/** The two ways of a socket, over the calls of PGlite. */
class PgliteStream extends Duplex {
  readonly #database: PgliteInstance

  constructor(database: PgliteInstance) {
    super()
    this.#database = database
  }

  connect(): this {
    process.nextTick(() => this.emit('connect'))
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  override _read(): void {
    // Answers are pushed as they come.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#exchange(chunk).then(() => done(), done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#exchange(Buffer.concat(chunks.map(({ chunk }) => chunk))).then(() => done(), done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.push(null)
    done()
  }

  async #exchange(message: Buffer): Promise<void> {
    const answer: Buffer[] = []
    await this.#database.runExclusive(() =>
      this.#database.execProtocolRawStream(message, {
        // The bytes lie in PGlite's own memory, which its next answer overwrites.
        onRawData: (data) => answer.push(Buffer.from(data)),
      }),
    )
    if (answer.length > 0) this.push(answer.length === 1 ? answer[0] : Buffer.concat(answer))
  }
}
