// The sending side of one connection: batches go out, and each is made the one that hears the answers when its turn comes.
import type { Command, DriverNotice } from '../../contract/driver.ts'
import { ByteWriter } from '../codec/byte-writer.ts'
import { Batch } from './batch.ts'
import type { BatchTail } from './batch-parts.ts'
import { encodeBatch } from './encode.ts'
import type { BatchCircumstances, BatchOutcome } from './outcome.ts'
import type { WireClient } from './pg-internals.ts'
import type { Reader } from './reader.ts'
import { isFarewell } from './server-error.ts'
import type { SessionTypes } from './session-types.ts'
import { StatementCache } from './statements.ts'

const READ_ONLY: readonly string[] = ['in_hot_standby', 'default_transaction_read_only']

/** What hears how a batch ended; called while the answer is being read. */
export type Settle = (outcome: BatchOutcome) => void

/** The batches on their way over one connection, in the order in which the server answers them. */
export class Line {
  readonly cache: StatementCache
  readonly types: SessionTypes
  readonly #client: WireClient
  readonly #reader: Reader
  readonly #writer = new ByteWriter()
  #current: Batch | null = null
  readonly #behind: Batch[] = []
  #flushing = false
  #portals = 0
  /** Batches that were appended, and how many of them were written. */
  #appended = 0
  #written = 0
  readonly #serverSettings: ReadonlyMap<string, string>
  flights = 0

  constructor(
    client: WireClient,
    reader: Reader,
    statementCacheSize: number,
    serverSettings: ReadonlyMap<string, string>,
    types: SessionTypes,
  ) {
    this.#client = client
    this.#serverSettings = serverSettings
    this.#reader = reader
    this.cache = new StatementCache(statementCacheSize, types)
    this.types = types
  }

  /** Whether the server takes no writes from anybody: it is a standby, or its sessions are read only by default. */
  get readOnly(): boolean {
    return READ_ONLY.some((name) => this.#serverSettings.get(name) === 'on')
  }

  /** What the server said of itself that matters to its errors. */
  get circumstances(): Pick<BatchCircumstances, 'readOnly' | 'serverVersion'> {
    const serverVersion = this.#serverSettings.get('server_version')
    return { readOnly: this.readOnly, ...(serverVersion === undefined ? {} : { serverVersion }) }
  }

  /** A name that no other portal of this connection has. */
  portalName(): string {
    this.#portals += 1
    return `p${this.#portals}`
  }

  /**
   * Sends a batch at once; no other may be on its way.
   *
   * @throws DriverError a parameter cannot be encoded, or a text cannot be sent; nothing was.
   */
  send(commands: readonly Command[], settle: Settle, tail: BatchTail | null = null): void {
    const copies = tail !== null && (tail.copy ?? tail.trailer) !== undefined
    const known = commands.map((command) => this.cache.find(command.statement, copies))
    const encoded = encodeBatch(commands, this.types.catalog)
    const batch = new Batch(
      commands,
      known,
      encoded,
      this.cache,
      this.#writer,
      (outcome) => {
        this.#advance()
        settle(outcome)
      },
      tail,
    )
    this.flights++
    this.#begin(batch)
  }

  /**
   * As {@link send}, with a lone Sync in front, in the same write: a server that lives answers it before it looks at the batch.
   *
   * @param heard called when it has answered.
   */
  sendProbed(commands: readonly Command[], heard: () => void, settle: Settle): void {
    const known = commands.map((command) => this.cache.find(command.statement))
    const encoded = encodeBatch(commands, this.types.catalog)
    const advance = (): void => this.#advance()
    const probe = new Batch(
      [],
      [],
      [],
      this.cache,
      this.#writer,
      ({ failure }) => {
        if (failure === null) heard()
        advance()
      },
      null,
      true,
    )
    try {
      const settled: Settle = (outcome) => {
        advance()
        settle(outcome)
      }
      this.#behind.push(new Batch(commands, known, encoded, this.cache, this.#writer, settled, null, true))
    } finally {
      // Where the batch could not be written the probe is not sent either.
      if (this.#behind.length === 0) this.#writer.take()
    }
    this.flights++
    this.#begin(probe)
    this.#flush()
  }

  /**
   * Sends a batch behind those that are on their way. All that are appended in one turn of the event loop are one write:
   * the call into the system is what a small statement costs most.
   *
   * @throws DriverError as {@link send}.
   */
  append(commands: readonly Command[], settle: Settle): Batch {
    const known = commands.map((command) => this.cache.find(command.statement))
    const encoded = encodeBatch(commands, this.types.catalog)
    const number = this.#appended + 1
    const settled: Settle = (outcome) => {
      this.#advance()
      settle(number > this.#written ? { ...outcome, unsent: true } : outcome)
    }
    const batch = new Batch(commands, known, encoded, this.cache, this.#writer, settled, null, true)
    this.#appended = number
    this.flights++
    if (!this.#flushing) {
      this.#flushing = true
      process.nextTick(() => this.#flush())
    }
    if (this.#current === null) this.#begin(batch)
    else this.#behind.push(batch)
    return batch
  }

  /** Writes bytes that belong to the batch being answered. */
  get stream(): Reader['stream'] {
    return this.#reader.stream
  }

  noticed(notice: DriverNotice): void {
    this.#current?.noticed(notice)
  }

  /**
   * The connection is gone: all that is on its way ends with this error.
   *
   * @param direct whether it is the server's own, with nobody in between who might have sent on what he has not answered.
   */
  end(reason: Error, direct: boolean): void {
    const farewell = direct && isFarewell(reason)
    this.#reader.batch = null
    const current = this.#current
    const behind = this.#behind.splice(0)
    current?.abandon(reason, farewell && current.unbegun)
    for (const batch of behind) batch.abandon(reason, farewell)
  }

  #begin(batch: Batch): void {
    this.#current = batch
    this.#reader.batch = batch
    this.#client.query(batch)
  }

  #advance(): void {
    const next = this.#behind.shift()
    if (next === undefined) this.#current = null
    else this.#begin(next)
  }

  #flush(): void {
    this.#flushing = false
    const bytes = this.#writer.take()
    if (!this.stream.writable) return
    this.#written = this.#appended
    this.stream.write(bytes)
  }
}
