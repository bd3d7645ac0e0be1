// The query object: N commands with one Sync, and the answers to them in order.
import {
  type ColumnDescription,
  type Command,
  type CommandResult,
  DriverError,
  type DriverNotice,
  type RowTarget,
} from '../../contract/driver.ts'
import type { ByteWriter } from '../codec/byte-writer.ts'
import type { Decode } from '../codec/codec.ts'
import { type BatchTail, type Entry, isPortalName, type Portal, writeExecute, writeParameters } from './batch-parts.ts'
import type { Encoded } from './encode.ts'
import { type BatchFailure, type BatchOutcome, isAboutTypes, isStaleStatement } from './outcome.ts'
import type { RowDescriptionMessage, ServerMessage, Submittable, WireConnection } from './pg-internals.ts'
import { decodeInto, decodeRow, planRows, type RowPlan, undecodableColumn } from './row-plan.ts'
import type { Known, Prepared, StatementCache } from './statements.ts'

const PARSE = 0x50
const BIND = 0x42
const DESCRIBE = 0x44
const CLOSE = 0x43
const SYNC = 0x53
const FLUSH = 0x48
const PORTAL = 0x50
const STATEMENT = 0x53

/**
 * A batch: written as one buffer, answered as one. It hears the frequent messages from the reader and the others from
 * `pg.Client`, and never throws into either: what goes wrong is kept until the server is ready again.
 */
export class Batch implements Submittable {
  readonly #cache: StatementCache
  readonly #settle: (outcome: BatchOutcome) => void
  readonly #entries: Entry[]
  readonly #parses: Prepared[] = []
  readonly #closes: string[] = []
  readonly #results: CommandResult[] = []
  readonly #tail: BatchTail | null
  #notices: DriverNotice[] | null = null
  #bytes: Buffer | null
  #parsed = 0
  #closed = 0
  #current = 0
  /** Arrays, or what the target makes. */
  #rows: unknown[] = []
  #decoders: readonly Decode[] | null = null
  #target: RowTarget | null = null
  #failure: BatchFailure | null = null
  #settled = false
  /** How many statements the server has bound; where there is one, something may have been run. */
  #bound = 0
  #unread = false

  /**
   * Writes all messages; nothing is sent before {@link submit}.
   *
   * @param commands what `known` knows the statements of, in the same order.
   * @param later leaves the messages in the writer, for the caller to send: more batches follow.
   */
  constructor(
    commands: readonly Command[],
    known: readonly Known[],
    encoded: readonly (readonly Encoded[])[],
    cache: StatementCache,
    writer: ByteWriter,
    settle: (outcome: BatchOutcome) => void,
    tail: BatchTail | null = null,
    later = false,
  ) {
    this.#cache = cache
    this.#settle = settle
    this.#tail = tail
    const portal = tail?.portal ?? null
    this.#entries = known.map((each, index) =>
      this.#write(
        writer,
        each,
        encoded[index] as readonly Encoded[],
        commands[index]?.target ?? null,
        portal !== null && index === known.length - 1 ? portal : null,
      ),
    )
    if (portal !== null && commands.length === 0) this.#writePage(writer, portal)
    if (tail?.trailer !== undefined) writer.bytes(tail.trailer)
    writer.begin(tail?.open === true ? FLUSH : SYNC)
    writer.end()
    this.#bytes = later ? null : writer.take()
  }

  /** The number of commands answered so far. */
  get answered(): number {
    return this.#results.length
  }

  #write(
    writer: ByteWriter,
    known: Known,
    parameters: readonly Encoded[],
    target: RowTarget | null,
    portal: Portal | null,
  ): Entry {
    const prepared = this.#cache.prepare(known)
    this.#writeCloses(writer)
    const fresh = prepared.state === 'new'
    if (fresh) this.#writeParse(writer, known, prepared)
    const plan = known.plan ?? (prepared.columns ? this.#planFor(known, prepared.columns) : null)
    known.plan = plan
    const formats = plan?.formats ?? null
    const name = portal === null ? '' : portal.name
    writer.begin(BIND)
    writer.cstring(name)
    writer.cstring(prepared.name)
    writeParameters(writer, parameters)
    if (formats === null) writer.int16(0)
    else writer.bytes(formats)
    writer.end()
    if (prepared.columns === undefined) {
      writer.begin(DESCRIBE)
      writer.byte(PORTAL)
      writer.cstring(name)
      writer.end()
    }
    writeExecute(writer, name, portal === null ? 0 : portal.rows)
    const entry: Entry = {
      known,
      prepared,
      fresh,
      mixed: formats !== null,
      target: portal === null ? target : null,
      plan,
    }
    if (portal !== null) {
      portal.entry = entry
      portal.suspended = false
    }
    return entry
  }

  /** The next page of a portal that is bound. */
  #writePage(writer: ByteWriter, portal: Portal): void {
    this.#writeCloses(writer)
    writeExecute(writer, portal.name, portal.rows)
    portal.suspended = false
    // What was bound is not at fault for its parameters' types.
    if (portal.entry !== null) this.#entries.push({ ...portal.entry, fresh: true })
  }

  #writeCloses(writer: ByteWriter): void {
    for (const name of this.#cache.doomed.splice(0)) {
      writer.begin(CLOSE)
      writer.byte(isPortalName(name) ? PORTAL : STATEMENT)
      writer.cstring(name)
      writer.end()
      this.#closes.push(name)
    }
  }

  #writeParse(writer: ByteWriter, known: Known, prepared: Prepared): void {
    writer.begin(PARSE)
    writer.cstring(prepared.name)
    writer.cstring(known.statement.sql)
    writer.int16(known.parameterTypes.length)
    for (const type of known.parameterTypes) writer.int32(type)
    writer.end()
    prepared.state = 'sent'
    this.#parses.push(prepared)
  }

  /** Called by `pg.Client` once the connection is free. */
  submit(connection: WireConnection): undefined {
    if (this.#bytes !== null) connection.stream.write(this.#bytes)
    this.#bytes = null
  }

  parseComplete(): void {
    const prepared = this.#parses[this.#parsed++]
    if (prepared !== undefined) prepared.state = 'ready'
  }

  closeComplete(): void {
    this.#closed++
  }

  bindComplete(): void {
    this.#bound++
  }

  handleRowDescription(message: RowDescriptionMessage): void {
    const columns = message.fields.map((field) => ({ name: field.name, typeId: field.dataTypeID }))
    this.#describe(columns)
  }

  noData(): void {
    this.#describe(null)
  }

  #describe(columns: readonly { name: string; typeId: number }[] | null): void {
    const entry = this.#entries[this.#current]
    if (entry === undefined) return
    entry.prepared.columns = columns
    entry.plan = columns === null ? null : this.#planFor(entry.known, columns)
    if (entry.known.prepared === entry.prepared) entry.known.plan = entry.plan
  }

  /** Decodes one row; false where its shape is not the one described, which ends the connection. */
  dataRow(buffer: Buffer, start: number, end: number): boolean {
    if (this.#failure !== null) return true
    const decoders = this.#decoders ?? this.#openRows()
    if (decoders === null) return false
    try {
      const target = this.#target
      const row =
        target === null ? decodeRow(buffer, start, end, decoders) : decodeInto(target, buffer, start, end, decoders)
      if (row === undefined) return false
      this.#rows.push(row)
    } catch (error) {
      this.#decodeFailure(error, undecodableColumn(buffer, start, decoders))
    }
    return true
  }

  #openRows(): readonly Decode[] | null {
    const entry = this.#entries[this.#current]
    const plan = this.#planOf(entry)
    if (entry === undefined || plan === null) return null
    this.#decoders = entry.mixed ? plan.mixed : plan.text
    // The names are the statement's own; where the server describes other columns, they say nothing.
    this.#target = entry.target?.keys.length === this.#decoders.length ? entry.target : null
    return this.#decoders
  }

  /** The plan of a command; one bound before the description of its statement came finds it now. */
  #planOf(entry: Entry | undefined): RowPlan | null {
    if (entry === undefined) return null
    if (entry.plan === null && entry.prepared.columns) {
      entry.plan = this.#planFor(entry.known, entry.prepared.columns)
    }
    return entry.plan
  }

  #planFor({ statement }: Known, columns: readonly ColumnDescription[]): RowPlan {
    return planRows(columns, statement.columns, this.#cache.types)
  }

  #decodeFailure(cause: unknown, column: number): void {
    const why = cause instanceof Error ? cause.message : String(cause)
    const name = this.#planOf(this.#entries[this.#current])?.columns[column]?.name
    const where = name === undefined ? '' : `, column ${JSON.stringify(name)}`
    const error = new DriverError(`row ${this.#rows.length + 1} of the result${where}: ${why}`, { cause })
    this.#failure = { error, commandIndex: this.#current }
  }

  /** `tag` is the server's: `SELECT 5`, `INSERT 0 1`, `CREATE TABLE`; empty for an empty statement. */
  commandComplete(tag: string): void {
    const entry = this.#entries[this.#current++]
    const last = tag.charCodeAt(tag.length - 1)
    const counted = last >= 0x30 && last <= 0x39
    const blank = counted ? tag.indexOf(' ') : -1
    this.#complete(
      entry,
      blank === -1 ? tag : tag.slice(0, blank),
      counted ? Number(tag.slice(tag.lastIndexOf(' ') + 1)) : null,
    )
    if (counted) return
    if (tag === 'DISCARD ALL' || tag === 'DEALLOCATE ALL') this.#cache.dropReady()
    else this.#cache.ran(tag)
  }

  #complete(entry: Entry | undefined, tag: string, rowCount: number | null): void {
    const plan = this.#planOf(entry)
    const columns = plan === null ? null : plan.columns
    const result: CommandResult =
      this.#target === null
        ? { rows: this.#rows as unknown[][], columns, tag, rowCount }
        : { rows: [], made: this.#rows as Record<string, unknown>[], columns, tag, rowCount }
    this.#results.push(this.#notices === null ? result : { ...result, notices: this.#notices })
    this.#rows = []
    this.#decoders = null
    this.#target = null
    this.#notices = null
    // A statement that was no COPY FROM STDIN after all has swallowed nothing: the server waits for its Sync.
    if (this.#tail?.open === true && this.#current === this.#entries.length) this.#tail.copy?.failed()
  }

  /** A page of a portal is complete, and rows are left. */
  handlePortalSuspended(connection: WireConnection): void {
    const portal = this.#tail?.portal
    if (portal === undefined || this.#current < this.#entries.length - 1) {
      connection.stream.destroy(new DriverError('the server suspended a portal that was to be read to its end'))
      return
    }
    portal.suspended = true
    this.#complete(this.#entries[this.#current++], 'SELECT', this.#rows.length)
  }

  /** A notice belongs to the command that is being run; those of the end of the batch to its last one. */
  noticed(notice: DriverNotice): void {
    const last = this.#results.at(-1)
    if (this.#current < this.#entries.length || last === undefined) {
      this.#notices ??= []
      this.#notices.push(notice)
    } else {
      this.#results[this.#results.length - 1] = { ...last, notices: [...(last.notices ?? []), notice] }
    }
  }

  /** An error of the server or of the socket; the first one is the one that counts. */
  handleError(error: Error & Partial<ServerMessage>): void {
    this.#failure ??= { error, commandIndex: this.#current }
    this.#tail?.copy?.failed()
  }

  /** Whether each command was answered, or one refused: the server may be ready then, and not before. */
  get isOver(): boolean {
    return this.#failure !== null || this.#current === this.#entries.length
  }

  /** Whether the server has not said that it bound a statement, which it does before it runs one. */
  get unbegun(): boolean {
    return this.#bound === 0 && this.#entries.length > 0 && (this.#tail === null || this.#tail.portal !== undefined)
  }

  /**
   * The connection is gone.
   *
   * @param unread whether the server said itself that it went before it began any of this.
   */
  abandon(reason: Error, unread: boolean): void {
    this.handleError(reason)
    this.#unread = unread
    this.finish()
  }

  /** COPY FROM STDIN waits for data that nobody sends. It is refused before it is sent; this is for what was not recognised. */
  handleCopyInResponse(connection: WireConnection): void {
    const tail = this.#tail
    if (tail?.copy !== undefined) tail.copy.started()
    else if (tail?.trailer === undefined)
      connection.stream.destroy(new DriverError('the server waits for the data of a COPY FROM STDIN'))
  }

  handleCopyData(): void {
    // The reader calls copyData.
  }

  copyData(bytes: Buffer): void {
    const copy = this.#tail?.copy
    if (copy !== undefined) {
      copy.received(bytes)
      return
    }
    const error = new DriverError('COPY TO STDOUT cannot be run as a statement: its data was dropped')
    this.#failure ??= { error, commandIndex: this.#current }
  }

  handleReadyForQuery(): void {
    // The reader calls finish: after an error pg.Client forgets its query and would not call this.
  }

  /** The server is ready again, or the connection is gone. */
  finish(): void {
    if (this.#settled) return
    this.#settled = true
    for (const prepared of this.#parses.slice(this.#parsed)) this.#cache.drop(prepared)
    this.#cache.doomed.unshift(...this.#closes.slice(this.#closed))
    const failure = this.#failure === null ? null : this.#examined(this.#failure)
    const notices = this.#notices
    const outcome: BatchOutcome = {
      results: this.#results,
      failure: failure === null || notices === null ? failure : { ...failure, notices },
    }
    this.#settle(this.#unread ? { ...outcome, unread: true } : outcome)
  }

  /** Forgets a statement that is the reason of a failure, or may be. */
  #examined(failure: BatchFailure): BatchFailure {
    const entry = this.#entries[failure.commandIndex]
    if (isStaleStatement(failure)) {
      if ((failure.error as Partial<ServerMessage>).code === '26000') this.#cache.forgetAll()
      else if (entry !== undefined) this.#cache.forgetChanged(entry.prepared)
    } else if (
      entry !== undefined &&
      this.#bound === failure.commandIndex &&
      isAboutTypes(failure) &&
      mayBeOutdated(entry)
    ) {
      this.#cache.forget(entry.prepared)
      return { ...failure, outdated: true }
    }
    return failure
  }
}

/** Whether a statement may be prepared for other parameters than it has: the server chooses their types once, whatever becomes of a column. */
function mayBeOutdated({ prepared, fresh, known }: Entry): boolean {
  return !fresh && prepared.name !== '' && known.parameterTypes.includes(0)
}
