// A connection whose last borrower has left a transaction open: ROLLBACK travels in front of what the next one sends first.
import {
  type Command,
  type CommandResult,
  type DriverConnection,
  DriverError,
  type DriverNotice,
  type OpenCursorOptions,
  type OpenedCursor,
  type RunOptions,
  type TransactionStatus,
} from '../dialect/contract/driver.ts'
import { type NoticeListener, ROLLBACK, rollBack } from './reset.ts'

/** How long nobody may need the connection before the ROLLBACK is sent alone: so long may locks outlive their transaction. */
export const OWED_FOR_MS = 5

const AHEAD: Command = { statement: ROLLBACK, parameters: [] }

/**
 * Stands for a connection until its ROLLBACK has been sent: to whoever looks it is idle, and everything that is sent through
 * it comes behind the ROLLBACK. Goes on as the connection itself afterwards.
 */
export class OwedRollback implements DriverConnection {
  readonly #real: DriverConnection
  readonly #done: () => void
  readonly #noticed: NoticeListener | undefined
  #timer: NodeJS.Timeout | null = null
  /** Whether the ROLLBACK is still to be sent. */
  #owed = true
  /** Set while it travels alone. */
  #alone: Promise<void> | null = null
  declare readonly pipeline?: DriverConnection['pipeline'] & {}
  declare readonly openCursor?: DriverConnection['openCursor'] & {}
  declare readonly copyIn?: DriverConnection['copyIn'] & {}
  declare readonly copyOut?: DriverConnection['copyOut'] & {}
  declare readonly onNotification?: DriverConnection['onNotification'] & {}
  declare readonly keepProcess?: DriverConnection['keepProcess'] & {}

  /**
   * @param done called when nothing is owed any more.
   * @param noticed is told what the server said beside its answer to the ROLLBACK.
   */
  constructor(real: DriverConnection, done: () => void, noticed?: NoticeListener) {
    this.#real = real
    this.#done = done
    this.#noticed = noticed
    this.#wait()
    const { pipeline, openCursor, copyIn, copyOut, onNotification, keepProcess } = real
    if (pipeline !== undefined)
      this.pipeline = async (commands, options) => {
        await this.settle()
        return pipeline.call(real, commands, options)
      }
    if (openCursor !== undefined)
      this.openCursor = async (commands: readonly Command[], options: OpenCursorOptions): Promise<OpenedCursor> => {
        await this.settle()
        return openCursor.call(real, commands, options)
      }
    if (copyIn !== undefined)
      this.copyIn = async (commands, source, options) => {
        await this.settle()
        return copyIn.call(real, commands, source, options)
      }
    if (copyOut !== undefined)
      this.copyOut = async function* (this: OwedRollback, commands, options) {
        await this.settle()
        return yield* copyOut.call(real, commands, options)
      }
    if (onNotification !== undefined) this.onNotification = (listener) => onNotification.call(real, listener)
    if (keepProcess !== undefined) this.keepProcess = (keep) => keepProcess.call(real, keep)
  }

  get processId(): number {
    return this.#real.processId
  }

  get serverSettings(): ReadonlyMap<string, string> {
    return this.#real.serverSettings
  }

  get flights(): number {
    return this.#real.flights
  }

  get transactionStatus(): TransactionStatus {
    const { transactionStatus } = this.#real
    return (this.#owed || this.#alone !== null) && transactionStatus !== 'lost' ? 'idle' : transactionStatus
  }

  async run(commands: readonly Command[], options?: RunOptions): Promise<CommandResult[]> {
    if (this.#alone !== null) await this.#alone
    if (!this.#owed || commands.length === 0) return this.#real.run(commands, options)
    this.#paid()
    try {
      const results = await this.#behind(commands, options)
      this.#done()
      return results
    } catch (error) {
      if (!(error instanceof DriverError)) throw error
      if (!error.sent && !error.disconnected) {
        // Nothing was sent, the ROLLBACK neither.
        this.#wait()
        throw error
      }
      this.#done()
      // What was stopped before anything of it took effect, by a statement that the server has forgotten, is sent again.
      if (error.stale && !error.canceled && error.results.every(({ tag }) => tag === 'BEGIN'))
        return await this.#again(commands, options)
      throw error
    }
  }

  /** Sends the ROLLBACK alone where it is still owed; resolves when it was answered, and never rejects. */
  settle(): Promise<void> {
    if (this.#alone !== null) return this.#alone
    if (!this.#owed) return Promise.resolve()
    this.#paid()
    this.#alone = rollBack(this.#real, this.#noticed).then((clean) => {
      this.#alone = null
      if (!clean) this.#real.terminate()
      this.#done()
    })
    return this.#alone
  }

  onceClosed(listener: (reason: Error | null) => void): void {
    this.#real.onceClosed(listener)
  }

  onNotice(listener: (notice: DriverNotice) => void): void {
    this.#real.onNotice(listener)
  }

  close(): Promise<void> {
    this.#paid()
    return this.#real.close()
  }

  terminate(): void {
    this.#paid()
    this.#real.terminate()
  }

  async #behind(commands: readonly Command[], options: RunOptions | undefined): Promise<CommandResult[]> {
    try {
      const [first, ...results] = await this.#real.run([AHEAD, ...commands], options)
      this.#tell(first)
      return results
    } catch (error) {
      if (!(error instanceof DriverError)) throw error
      this.#tell(error.results[0])
      throw shifted(error)
    }
  }

  /** The second attempt of what was stopped by a stale statement. */
  #again(commands: readonly Command[], options: RunOptions | undefined): Promise<CommandResult[]> {
    return this.#real.transactionStatus === 'idle' ? this.#real.run(commands, options) : this.#behind(commands, options)
  }

  #tell(rolledBack: CommandResult | undefined): void {
    if (rolledBack?.notices !== undefined) this.#noticed?.(ROLLBACK.sql, rolledBack.notices)
  }

  #wait(): void {
    this.#owed = true
    this.#timer = setTimeout(() => void this.settle(), OWED_FOR_MS)
  }

  #paid(): void {
    this.#owed = false
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }
}

/** The same error as if the ROLLBACK had not been there. */
function shifted(error: DriverError): DriverError {
  const index = error.commandIndex
  return error.with({
    commandIndex: index === null ? null : Math.max(0, index - 1),
    results: error.results.slice(1),
  })
}
