// Rows out of the database by COPY, at the pace at which they are read.
import type { CopyDecoder } from '../dialect/contract/copy.ts'
import type { Command, CommandResult, DriverConnection, RunOptions } from '../dialect/contract/driver.ts'
import { DriverError } from '../dialect/contract/driver.ts'
import { ArgumentError } from '../errors.ts'
import type { Executable } from '../expression/base/executable.ts'
import { inTime } from '../pool/reset.ts'
import type { ColumnProcess } from './compiled-cache.ts'
import { type CopyOptions, checkCopyOptions, copySpelling, transmitCopy } from './copy-from.ts'
import { typedLiterals } from './copy-literals.ts'
import { watchCopy } from './copy-watch.ts'
import { processRows } from './execution.ts'
import type { Link } from './link.ts'
import { rowsAreGone } from './refusals.ts'
import { RowShape } from './result/row-shape.ts'
import type { Pages } from './result/stream-result.ts'
import type { Selecting } from './result/view.ts'
import { controlCommand, type Way } from './runtime.ts'

/** Hands pieces from one who has them to one who asks, one at a time. */
class Counter {
  #piece: Uint8Array | null = null
  #ended = false
  #left = false
  #wake: (() => void) | null = null
  #error: { readonly error: unknown } | null = null

  /** Offers a piece; resolves when it was taken and more is wanted. False where nobody wants any more. */
  async offer(piece: Uint8Array): Promise<boolean> {
    this.#piece = piece
    this.#ring()
    while (this.#piece !== null && !this.#left) await this.#change()
    return !this.#left
  }

  /** The next piece; null at the end. */
  async take(): Promise<Uint8Array | null> {
    while (this.#piece === null && !this.#ended) await this.#change()
    const piece = this.#piece
    this.#piece = null
    this.#ring()
    if (piece === null && this.#error !== null) throw this.#error.error
    return piece
  }

  end(error: { readonly error: unknown } | null): void {
    this.#ended = true
    this.#error = error
    this.#ring()
  }

  leave(): void {
    this.#left = true
    this.#piece = null
    this.#ring()
  }

  get left(): boolean {
    return this.#left
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const before = this.#wake
      this.#wake = () => {
        before?.()
        resolve()
      }
    })
  }

  #ring(): void {
    const wake = this.#wake
    this.#wake = null
    wake?.()
  }
}

const SAVEPOINT = controlCommand('SAVEPOINT sa_copy', false)
const RELEASE = controlCommand('RELEASE SAVEPOINT sa_copy', false)
const ROLLBACK_TO = controlCommand('ROLLBACK TO SAVEPOINT sa_copy', false)

/** The data of a COPY TO STDOUT, asked for piece by piece. */
export class CopyReading implements Way {
  readonly #link: Link
  readonly command: Command
  readonly #signal: AbortSignal | undefined
  readonly #counter = new Counter()
  #running: Promise<void> | null = null
  readonly #all: Set<CopyReading>
  #inTransaction = false
  #dropped = false

  /** @param running where this stands while it runs. */
  constructor(link: Link, sql: string, signal: AbortSignal | undefined, running: Set<CopyReading>) {
    this.#link = link
    this.#all = running
    this.command = controlCommand(sql, false)
    this.#signal = signal
  }

  /** The next piece; null at the end. */
  async next(): Promise<Uint8Array | null> {
    if (this.#running === null) {
      copySpelling(this.#link.runtime)
      this.#running = this.#start()
    }
    const piece = await this.#counter.take()
    if (this.#dropped) throw rowsAreGone('its Connection was closed')
    return piece
  }

  /** Stops the copy where it is not over; resolves when the connection is free. */
  async close(): Promise<void> {
    this.#counter.leave()
    await this.#running
  }

  /** Its Connection is being closed: who reads on is told so. */
  drop(): Promise<void> {
    this.#dropped = true
    return this.close()
  }

  /** The whole copy is one flight of the connection: nothing else can be run before its end. */
  async run(
    connection: DriverConnection,
    commands: readonly Command[],
    options: RunOptions | undefined,
  ): Promise<CommandResult[]> {
    if (connection.copyOut === undefined) throw new DriverError('this driver has no COPY', { sent: false })
    // Who leaves early has done nothing wrong, but stopping the server fails its transaction: up to here only.
    const own = this.#inTransaction ? [...commands.slice(0, -1), SAVEPOINT, ...commands.slice(-1)] : commands
    let results: readonly CommandResult[] = []
    try {
      const pieces = connection.copyOut(own, options)
      for (;;) {
        const step = await pieces.next()
        if (step.done === true) {
          results = step.value ?? []
          break
        }
        if (await this.#counter.offer(step.value)) continue
        await pieces.return?.()
        break
      }
    } catch (error) {
      throw own === commands ? error : withoutSavepoint(error, commands.length - 1)
    }
    if (this.#inTransaction) {
      // Of the copy itself something was read: it is not to be sent again.
      const wasRead = (error: unknown): never => {
        throw error instanceof DriverError ? error.with({ sent: true, unread: false }) : error
      }
      // Neither the caller's signal nor his deadline is of this.
      const last = this.#counter.left ? [ROLLBACK_TO, RELEASE] : [RELEASE]
      await inTime(connection, () => connection.run(last)).catch(wasRead)
    }
    // Who has left knows of nothing; the savepoint is nobody's business.
    return commands.map((_, index) => results[index === commands.length - 1 ? own.length - 1 : index] ?? NOTHING)
  }

  async #start(): Promise<void> {
    const { runtime, scope } = this.#link
    this.#all.add(this)
    try {
      this.#inTransaction = scope.root === null ? runtime.beginCommand() !== null : scope.endsOnIdle
      const { sql } = this.command.statement
      if (this.#link.watched) {
        await watchCopy(this.#link, sql, (own, trace) =>
          transmitCopy(this.#link, own, this.#signal, runtime.by(this), trace),
        )
      } else await transmitCopy(this.#link, sql, this.#signal, runtime.by(this), null)
      this.#counter.end(null)
    } catch (error) {
      this.#counter.end({ error })
    } finally {
      this.#all.delete(this)
    }
  }
}

/** The error as if there had been no savepoint in front of the last command. */
function withoutSavepoint(error: unknown, last: number): unknown {
  if (!(error instanceof DriverError)) return error
  const { results, commandIndex } = error
  return error.with({
    results: results.filter((_, index) => index !== last),
    commandIndex: commandIndex === null ? null : Math.min(commandIndex, last),
  })
}

const NOTHING: CommandResult = { rows: [], columns: null, tag: 'COPY', rowCount: null }

/** A copy of a query that is ready to run. */
interface QueryCopy {
  readonly reading: CopyReading
  readonly decoder: CopyDecoder
  readonly shape: RowShape
  readonly processes: readonly ColumnProcess[]
}

/** Rows of a query by COPY, as pages of a stream. */
export class CopyPages implements Pages {
  readonly #link: Link
  readonly #statement: Executable
  readonly #options: CopyOptions
  readonly #running: Set<CopyReading>
  #copy: QueryCopy | null = null
  #closed = false

  constructor(link: Link, statement: Executable, options: CopyOptions, running: Set<CopyReading>) {
    checkCopyOptions('copyTo()', options, ['signal'])
    this.#running = running
    this.#link = link
    this.#statement = statement
    this.#options = options
  }

  get shape(): RowShape | null {
    return this.#copy?.shape ?? null
  }

  get selecting(): Selecting | null {
    return 'exportedColumns' in this.#statement ? (this.#statement as Executable & Selecting) : null
  }

  async next(): Promise<unknown[][] | null> {
    if (this.#closed) return null
    this.#copy ??= this.#open()
    const { reading, decoder, processes } = this.#copy
    try {
      for (;;) {
        const piece = await reading.next()
        if (piece === null) return null
        const rows = decoder.rows(piece)
        processRows(rows, processes)
        if (rows.length > 0) return rows
      }
    } catch (error) {
      await this.close()
      throw this.#link.runtime.wrap(error, [reading.command], 0, 1, this.#options.signal)
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#copy?.reading.close()
  }

  /** COPY takes no parameters: the values are written into the text. */
  #open(): QueryCopy {
    const { runtime } = this.#link
    const { dialect } = runtime
    const spelling = copySpelling(runtime)
    const statement = this.#statement
    const own = (statement.plugin?.prepare(statement).statement ?? statement) as Executable
    const options = { literalBinds: true, schemas: runtime.cache.schemas }
    const { columns, ...compiled } = dialect.compile(own, options)
    const typed = typedLiterals(own)
    const sql = typed === own ? compiled.sql : dialect.compile(typed, options).sql
    if (columns === null)
      throw new ArgumentError(
        'copyTo() takes a table, a query whose columns are known, or SQL of the form COPY ... TO STDOUT',
      )
    return {
      reading: new CopyReading(this.#link, spelling.to(sql), this.#options.signal, this.#running),
      decoder: spelling.decoder(columns.map(({ key, type }) => ({ name: key, codec: dialect.codec(type) }))),
      shape: new RowShape(columns.map((column) => column.key)),
      processes: columns.flatMap(({ process }, index) => (process === null ? [] : [{ index, process }])),
    }
  }
}

/** Bytes in the format that a statement names. */
export function copyOutBytes(
  link: Link,
  sql: string,
  options: CopyOptions,
  running: Set<CopyReading>,
): AsyncIterable<Uint8Array> {
  checkCopyOptions('copyTo()', options, ['signal'])
  if (!/\bcopy\b[\s\S]*\bto\s+stdout\b/i.test(sql))
    throw new ArgumentError('copyTo() takes a table, a query, or SQL of the form COPY ... TO STDOUT')
  return piecesOf(new CopyReading(link, sql, options.signal, running))
}

async function* piecesOf(reading: CopyReading): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for (let piece = await reading.next(); piece !== null; piece = await reading.next()) yield piece
  } finally {
    await reading.close()
  }
}
