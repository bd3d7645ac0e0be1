// A cursor over a named portal of the extended protocol.
import {
  type CommandResult,
  type DriverCursor,
  DriverError,
  type RunOptions,
  type TransactionStatus,
} from '../../contract/driver.ts'
import type { Portal } from './batch-parts.ts'

/** What a cursor needs of its connection. */
export interface CursorOwner {
  readonly transactionStatus: TransactionStatus
  /** Counts the transactions of the connection: portals do not outlive theirs. */
  readonly transactions: number
  /** Runs the next page of a portal. */
  page(portal: Portal, options: RunOptions | undefined): Promise<CommandResult>
  /** The server may forget the portal with the next flight. */
  forget(portal: Portal): void
}

/** A cursor over a named portal. Another statement may use the connection between two pages. */
export class PortalCursor implements DriverCursor {
  readonly #owner: CursorOwner
  readonly #portal: Portal
  readonly #transaction: number
  #closed = false

  constructor(owner: CursorOwner, portal: Portal) {
    this.#owner = owner
    this.#portal = portal
    // Outside of a transaction the flight that opened the portal has ended it.
    this.#transaction = owner.transactionStatus === 'idle' ? -1 : owner.transactions
    if (!portal.suspended) this.close()
  }

  get done(): boolean {
    return this.#closed
  }

  async fetch(rows: number, options?: RunOptions): Promise<CommandResult> {
    if (this.#closed) return EMPTY
    if (this.#owner.transactions !== this.#transaction) {
      this.#closed = true
      throw new DriverError('the rows are gone: the transaction in which the cursor was opened is over', {
        sent: false,
        commandIndex: 0,
      })
    }
    this.#portal.rows = rows
    try {
      const page = await this.#owner.page(this.#portal, options)
      if (!this.#portal.suspended) this.close()
      return page
    } catch (error) {
      if (error instanceof DriverError && error.sent) this.close()
      throw error
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#owner.transactions === this.#transaction) this.#owner.forget(this.#portal)
  }
}

const EMPTY: CommandResult = { rows: [], columns: null, tag: 'SELECT', rowCount: 0 }
