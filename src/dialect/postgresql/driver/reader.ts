// Reads the socket: the frequent messages go straight to the batch, the others to pg's own parser.
import { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import { DriverError } from '../../contract/driver.ts'
import { releaseBytes } from '../codec/bytes.ts'
import type { Batch } from './batch.ts'
import { hearLastWords } from './last-words.ts'
import { checkShape, endsSession } from './message-shape.ts'
import { PgConnection, type WireConnectionConfig } from './pg-internals.ts'
import { Vigil } from './vigil.ts'

const HEADER = 5
const DATA_ROW = 0x44
const BIND_COMPLETE = 0x32
const PARSE_COMPLETE = 0x31
const CLOSE_COMPLETE = 0x33
const NO_DATA = 0x6e
const COMMAND_COMPLETE = 0x43
const EMPTY_QUERY = 0x49
const READY_FOR_QUERY = 0x5a
const COPY_DATA = 0x64

/** What a reader tells besides messages. */
export interface ReaderHooks {
  /** The parameters of the startup message. */
  readonly startup: ReadonlyMap<string, string>
  /** The server is ready; `status` is I, T or E. Called after `pg.Client` knows. */
  ready(status: string): void
}

/** `pg.Connection` with our reader. Between batches, and while connecting, all messages go to pg. */
export class Reader extends PgConnection {
  /** The batch that is being answered. */
  batch: Batch | null = null
  /** Whether the error that pg is told of ends the session; null where it does not say. */
  endsSession: boolean | null = null
  /** Whether nothing more comes: the server has ended its side, or the socket is closed. */
  over = false
  readonly #hooks: ReaderHooks
  readonly #rest = new EventEmitter()
  #pending: Buffer[] = []
  #pendingBytes = 0
  #neededBytes = 0
  readonly #vigil = new Vigil()

  constructor(config: WireConnectionConfig, hooks: ReaderHooks) {
    super(config)
    this.#hooks = hooks
    // pg's parser hangs itself on any emitter of `data`.
    super.attachListeners(this.#rest)
    this.once('end', () => this.#finish())
  }

  override attachListeners(stream: Duplex): void {
    hearLastWords(stream)
    stream.on('data', (chunk: Buffer) => this.read(chunk))
    // pg waits until the socket is closed as well, which may be long after: what is written meanwhile reaches nobody.
    stream.once('end', () => this.#finish())
  }

  /** Reads what has come. Its memory may be used again for what comes next: whoever keeps some of it makes a copy. */
  read(chunk: Buffer): void {
    const batch = this.batch
    try {
      this.#chunk(chunk)
      if (batch !== null && batch === this.batch) this.#vigil.piece(chunk.length)
    } catch (error) {
      this.#abandon(error)
    } finally {
      releaseBytes()
    }
  }

  #finish(): void {
    if (this.over) return
    this.over = true
    this.emit('over')
  }

  override startup(): void {
    const body: string[] = []
    for (const [key, value] of this.#hooks.startup) body.push(key, value)
    const bytes = Buffer.from(`\0\x03\0\0${body.join('\0')}\0\0`)
    const length = Buffer.alloc(4)
    length.writeInt32BE(bytes.length + 4)
    this.stream.write(Buffer.concat([length, bytes]))
  }

  #abandon(error: unknown): void {
    if (error instanceof DriverError && error.disconnected) return void this.stream.destroy(error)
    const lost = new DriverError('the server sent what is not the protocol; the connection was cut', {
      cause: error,
      disconnected: true,
    })
    this.stream.destroy(lost)
  }

  /** Completes the message that earlier chunks have begun, and reads on in the new one where it is: a chunk is not copied. */
  #chunk(chunk: Buffer): void {
    let from = 0
    while (this.#pendingBytes > 0) {
      const missing = this.#neededBytes - this.#pendingBytes
      if (chunk.length - from < missing) {
        if (from < chunk.length) {
          this.#pending.push(Buffer.from(from === 0 ? chunk : chunk.subarray(from)))
          this.#pendingBytes += chunk.length - from
        }
        return
      }
      this.#pending.push(chunk.subarray(from, from + missing))
      from += missing
      const joined = Buffer.concat(this.#pending, this.#neededBytes)
      this.#pending = []
      this.#pendingBytes = 0
      // Where only the header was missing, the message itself is now.
      this.#keep(joined, this.#messages(joined, 0))
    }
    this.#keep(chunk, this.#messages(chunk, from))
  }

  #keep(buffer: Buffer, from: number): void {
    if (from === buffer.length) return
    const rest = Buffer.from(buffer.subarray(from))
    this.#pending = [rest]
    this.#pendingBytes = rest.length
    this.#neededBytes = rest.length < HEADER ? HEADER : 1 + messageLength(rest, 0)
  }

  /** Handles the whole messages of a buffer from a place on; returns where the first incomplete one begins. */
  #messages(buffer: Buffer, from: number): number {
    let at = from
    while (at + HEADER <= buffer.length) {
      const end = at + 1 + messageLength(buffer, at)
      if (end > buffer.length) break
      if (!this.#hot(buffer, at, end)) {
        checkShape(buffer, at, end)
        this.endsSession = endsSession(buffer, at, end)
        this.#rest.emit('data', buffer.subarray(at, end))
      }
      at = end
    }
    return at
  }

  /** Handles one of the frequent messages; false where it is one for pg. */
  #hot(buffer: Buffer, at: number, end: number): boolean {
    const batch = this.batch
    if (buffer[at] === READY_FOR_QUERY) {
      this.#ready(String.fromCharCode(buffer[at + HEADER] as number))
      return true
    }
    if (batch === null) return false
    switch (buffer[at]) {
      case DATA_ROW:
        if (!batch.dataRow(buffer, at + HEADER, end)) throw new DriverError('a row does not have the columns described')
        return true
      case COMMAND_COMPLETE:
        batch.commandComplete(buffer.toString('latin1', at + HEADER, end - 1))
        return true
      case BIND_COMPLETE:
        batch.bindComplete()
        return true
      case PARSE_COMPLETE:
        batch.parseComplete()
        return true
      case CLOSE_COMPLETE:
        batch.closeComplete()
        return true
      case NO_DATA:
        batch.noData()
        return true
      case EMPTY_QUERY:
        batch.commandComplete('')
        return true
      case COPY_DATA:
        batch.copyData(Buffer.from(buffer.subarray(at + HEADER, end)))
        return true
      default:
        return false
    }
  }

  #ready(status: string): void {
    const batch = this.batch
    // The answers that are still to come would be taken for those of the next batch.
    if (batch?.isOver === false)
      throw new DriverError('the server was ready before it had answered, or has answered twice')
    this.batch = null
    this.#vigil.end()
    this.emit('readyForQuery', { name: 'readyForQuery', length: 5, status })
    this.#hooks.ready(status)
    batch?.finish()
  }
}

function messageLength(buffer: Buffer, at: number): number {
  const length =
    ((buffer[at + 1] as number) << 24) |
    ((buffer[at + 2] as number) << 16) |
    ((buffer[at + 3] as number) << 8) |
    (buffer[at + 4] as number)
  // A length counts itself; less, or a negative one, would make this loop for ever.
  if (length < 4) throw new DriverError(`a message has the impossible length ${length}`)
  return length
}
