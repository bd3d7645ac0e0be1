// The data of COPY, in both directions, at the pace of whoever is slower.
import { isBytes } from '../../../expression/types/dates-and-bytes.ts'
import { type ByteSource, DriverError, type RunOptions } from '../../contract/driver.ts'
import type { CopyData } from './batch-parts.ts'
import { abortedBeforeSend } from './outcome.ts'
import type { WireStream } from './pg-internals.ts'

const COPY_DATA = 0x64
const COPY_DONE = 0x63
const COPY_FAIL = 0x66
const SYNC = 0x53
const HEADER = 5
/** PostgreSQL takes no message of a gigabyte or more. */
const MAXIMUM_MESSAGE = 2 ** 30 - 1 - HEADER
/** So many bytes are kept for a reader before the server is made to wait. */
const READ_AHEAD = 256 * 1024

function message(code: number, body: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER + body.length)
  bytes[0] = code
  bytes.writeInt32BE(4 + body.length, 1)
  bytes.set(body, HEADER)
  return bytes
}

const NOTHING = new Uint8Array(0)
const DONE = message(COPY_DONE, NOTHING)
const DONE_AND_SYNC = Buffer.concat([DONE, message(SYNC, NOTHING)])

/** The messages that carry a piece of data. */
function dataMessages(piece: Uint8Array): Buffer[] {
  if (!isBytes(piece))
    throw new DriverError('the source of a COPY must give pieces of bytes (Uint8Array)', { sent: false })
  if (piece.length <= MAXIMUM_MESSAGE) return piece.length === 0 ? [] : [message(COPY_DATA, piece)]
  const messages: Buffer[] = []
  for (let at = 0; at < piece.length; at += MAXIMUM_MESSAGE)
    messages.push(message(COPY_DATA, piece.subarray(at, at + MAXIMUM_MESSAGE)))
  return messages
}

function iteratorOf(source: ByteSource): AsyncIterator<Uint8Array> | Iterator<Uint8Array> {
  const from = source as Partial<AsyncIterable<Uint8Array> & Iterable<Uint8Array>>
  const iterator = from[Symbol.asyncIterator]?.() ?? from[Symbol.iterator]?.()
  if (iterator === undefined)
    throw new DriverError('the source of a COPY must be an iterable of bytes, asynchronous or not', { sent: false })
  return iterator
}

/**
 * All messages of a COPY FROM STDIN, for a server that takes everything or nothing.
 *
 * @throws DriverError the signal was aborted first, whatever the source waits for.
 */
export async function wholeCopy(source: ByteSource, { signal }: RunOptions = {}): Promise<Buffer> {
  const iterator = iteratorOf(source)
  let abort: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    abort = () => signal && reject(abortedBeforeSend(signal))
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort, { once: true })
  })
  const messages: Buffer[] = []
  try {
    for (;;) {
      const step = await Promise.race([iterator.next(), aborted])
      if (step.done) break
      messages.push(...dataMessages(step.value))
    }
  } catch (error) {
    release(iterator)
    throw error
  } finally {
    if (abort) signal?.removeEventListener('abort', abort)
  }
  messages.push(DONE)
  return Buffer.concat(messages)
}

/** Tells a source that nothing more is wanted; one that is busy is told when it next comes to a yield. */
function release(iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>): void {
  try {
    void Promise.resolve(iterator.return?.()).catch(() => undefined)
  } catch {
    // A source that cannot even be ended has nothing to add to the error that is on its way.
  }
}

/** Sends the data of a COPY FROM STDIN, and the Sync behind it. */
export class CopyIn implements CopyData {
  readonly #stream: WireStream
  readonly #iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>
  /** The Sync was sent. */
  #over = false
  /** What the source threw. */
  #failure: { readonly error: unknown } | null = null
  #wake: (() => void) | null = null

  constructor(stream: WireStream, source: ByteSource) {
    this.#stream = stream
    this.#iterator = iteratorOf(source)
  }

  /** What the source threw, in a box; null where it did not. */
  get failure(): { readonly error: unknown } | null {
    return this.#failure
  }

  started(): void {
    void this.#pump()
  }

  received(): void {
    // A COPY FROM sends nothing.
  }

  failed(): void {
    if (this.#over) return
    this.#finish(message(SYNC, NOTHING))
    release(this.#iterator)
  }

  /** Makes the copy fail on the server. */
  abort(reason: string): void {
    if (this.#over) return
    const words = Buffer.from(`${reason.replaceAll('\0', ' ').slice(0, 500)}\0`)
    this.#finish(Buffer.concat([message(COPY_FAIL, words), message(SYNC, NOTHING)]))
    release(this.#iterator)
  }

  async #pump(): Promise<void> {
    try {
      while (!this.#over) {
        const step = await this.#iterator.next()
        if (this.#over) return
        if (step.done) return this.#finish(DONE_AND_SYNC)
        for (const each of dataMessages(step.value)) await this.#write(each)
      }
    } catch (error) {
      this.#failure = { error }
      // Whatever it was: the server waits for words.
      this.abort(error instanceof Error ? String(error.message) : 'the source of the data failed')
    }
  }

  /** Resolves when there is room for more, or no use for it. */
  #write(bytes: Buffer): Promise<void> | undefined {
    const stream = this.#stream
    if (this.#over || !stream.writable) return undefined
    if (stream.write(bytes)) return undefined
    return new Promise((resolve) => {
      const go = (): void => {
        stream.off('drain', go)
        stream.off('close', go)
        this.#wake = null
        resolve()
      }
      this.#wake = go
      stream.on('drain', go)
      stream.on('close', go)
    })
  }

  #finish(last: Buffer): void {
    this.#over = true
    if (this.#stream.writable) this.#stream.write(last)
    this.#wake?.()
  }
}

/** Keeps the data of a COPY TO STDOUT for its reader. */
export class CopyOut implements CopyData {
  readonly #stream: WireStream
  #pieces: Buffer[] = []
  #bytes = 0
  #ended = false
  #dropping = false
  #error: { readonly error: unknown } | null = null
  #wake: (() => void) | null = null

  constructor(stream: WireStream) {
    this.#stream = stream
  }

  started(): void {
    // A COPY TO takes no data.
  }

  failed(): void {
    // The end of the batch tells.
  }

  received(bytes: Buffer): void {
    if (this.#dropping) return
    this.#pieces.push(bytes)
    this.#bytes += bytes.length
    if (this.#bytes > READ_AHEAD) this.#stream.pause()
    this.#wake?.()
  }

  /** The batch has ended. */
  end(error: { readonly error: unknown } | null): void {
    this.#ended = true
    this.#error = error
    this.#wake?.()
  }

  /** Whether the batch has ended. */
  get ended(): boolean {
    return this.#ended
  }

  /** Nothing more is wanted. */
  drop(): void {
    this.#dropping = true
    this.#take()
  }

  /** All that has come since the last call; null at the end. Throws what the batch failed with. */
  async next(): Promise<Buffer | null> {
    while (this.#pieces.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      this.#wake = null
    }
    if (this.#pieces.length > 0) return this.#take()
    if (this.#error !== null) throw this.#error.error
    return null
  }

  #take(): Buffer {
    const pieces = this.#pieces
    this.#pieces = []
    this.#bytes = 0
    if (this.#stream.isPaused()) this.#stream.resume()
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
  }
}
