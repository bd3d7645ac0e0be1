// `TransactionScope`: where one connection stands in its transaction and savepoints, and what it still has to tell the server.
// Pure book-keeping: it sends nothing.
import type { Command } from '../dialect/contract/driver.ts'
import { InvalidRequestError, PendingRollbackError } from '../errors.ts'
import { controlCommand } from './runtime.ts'
import { Transaction, type TransactionOwner, TwoPhaseTransaction } from './transaction.ts'

/** A command that waits for the next statement to ride with. */
interface Waiting {
  readonly command: Command
  readonly transaction: Transaction
  readonly sort: 'begin' | 'savepoint' | 'release'
}

/** Where a connection stands in its transaction. */
export class TransactionScope {
  readonly #owner: TransactionOwner
  #root: Transaction | null = null
  /** The innermost savepoint. */
  #nested: Transaction | null = null
  #waiting: Waiting[] = []
  /** What waits behind a command that listeners are being told of. */
  #heldBack: Waiting[] = []
  #savepoints = 0
  #failure: unknown = null
  /** Savepoints that were rolled back. */
  readonly #undone: WeakSet<Transaction> = new WeakSet()
  /** Whether the server knows of the transaction. */
  begun = false
  /** Whether the transaction is over where the server says that it is in none; not so where it begins none. */
  endsOnIdle = false
  /** Whether the server is about to let go of the transaction without ending it. */
  preparing = false

  constructor(owner: TransactionOwner) {
    this.#owner = owner
  }

  get root(): Transaction | null {
    return this.#root
  }

  get nested(): Transaction | null {
    return this.#nested
  }

  /** What spoilt the transaction; null while it is sound. */
  get failure(): unknown {
    return this.#failure
  }

  /** Commands that have to go in front of the next statement. */
  get waiting(): readonly Command[] {
    return this.#waiting.length === 0 ? NONE : this.#waiting.map(({ command }) => command)
  }

  /** @param begin null where the connection begins no transactions on the server. */
  open(begin: Command | null): Transaction {
    return this.#open(begin, new Transaction(this.#owner, null, null))
  }

  openTwoPhase(begin: Command, xid: string): TwoPhaseTransaction {
    return this.#open(begin, new TwoPhaseTransaction(this.#owner, xid))
  }

  /** The name of the transaction, where it is one in two phases. */
  get xid(): string | null {
    const root = this.#root
    return root instanceof TwoPhaseTransaction ? root.xid : null
  }

  /** The transaction, where it is prepared. */
  get prepared(): TwoPhaseTransaction | null {
    const root = this.#root
    return root instanceof TwoPhaseTransaction && root.isPrepared ? root : null
  }

  #open<T extends Transaction>(begin: Command | null, root: T): T {
    this.#root = root
    this.begun = false
    this.endsOnIdle = begin !== null
    if (begin !== null) this.#waiting.push({ command: begin, transaction: root, sort: 'begin' })
    return root
  }

  /** Opens a savepoint inside what is open. */
  openNested(): Transaction {
    const root = this.#root
    if (root === null) throw new InvalidRequestError('A savepoint needs a transaction')
    this.#savepoints += 1
    const savepoint = new Transaction(this.#owner, `sa_savepoint_${this.#savepoints}`, this.#nested ?? root)
    this.#nested = savepoint
    this.#waiting.push({ command: savepointCommand('SAVEPOINT', savepoint), transaction: savepoint, sort: 'savepoint' })
    return savepoint
  }

  /** The waiting commands have been run. */
  sent(): void {
    if (this.#waiting.length > 0) this.#waiting = []
    this.begun = this.#root !== null
  }

  /** The transaction cannot go on. */
  fail(failure: unknown): void {
    if (this.#root === null) return
    this.#failure = failure ?? new InvalidRequestError('A listener has thrown nothing')
    this.#root.state = 'failed'
    for (let each = this.#nested; each !== null && each.savepoint !== null; each = each.outer) each.state = 'failed'
  }

  /** The server's transaction is sound again (somebody rolled back to a savepoint by hand). */
  recover(): void {
    this.#failure = null
    if (this.#root !== null) this.#root.state = 'active'
    for (let each = this.#nested; each !== null && each.savepoint !== null; each = each.outer) each.state = 'active'
  }

  /** Keeps what waits behind a command from being sent, until {@link letGo}. */
  holdBack(command: Command): void {
    const place = this.#waiting.findIndex((each) => each.command === command)
    if (place < 0) return
    this.#heldBack = this.#waiting.slice(place + 1)
    this.#waiting = this.#waiting.slice(0, place + 1)
  }

  letGo(): void {
    this.#waiting = [...this.#waiting, ...this.#heldBack]
    this.#heldBack = []
  }

  /** Drops what waits for savepoints: COMMIT is next, and ends them all. */
  forgetSavepoints(): void {
    this.#waiting = []
  }

  /** All savepoints are over. */
  closeNested(): void {
    this.#closeNestedUpTo(null)
  }

  /** The whole transaction is over. */
  close(): void {
    this.#closeNestedUpTo(null)
    if (this.#root !== null) this.#root.state = 'closed'
    this.#root = null
    this.#waiting = []
    this.#heldBack = []
    this.#failure = null
    this.begun = false
  }

  /**
   * Releases a savepoint and those inside it. The RELEASE waits for the next statement; a savepoint that the server has not
   * heard of yet is forgotten.
   */
  release(savepoint: Transaction): void {
    if (!this.#forget(savepoint))
      this.#waiting.push({
        command: savepointCommand('RELEASE SAVEPOINT', savepoint),
        transaction: savepoint,
        sort: 'release',
      })
    this.#closeNestedUpTo(savepoint.outer)
  }

  /** Whether what was done inside of a savepoint has been rolled back; the transaction itself is another matter. */
  wasUndone(savepoint: Transaction | null): boolean {
    for (let each = savepoint; each !== null; each = each.outer) if (this.#undone.has(each)) return true
    return false
  }

  /** The command that rolls back to a savepoint; null where the server has not heard of it. The savepoint is over. */
  rollBackTo(savepoint: Transaction): Command | null {
    const unheard = this.#forget(savepoint)
    this.#undone.add(savepoint)
    this.#closeNestedUpTo(savepoint.outer)
    return unheard ? null : savepointCommand('ROLLBACK TO SAVEPOINT', savepoint)
  }

  /** Whether a savepoint is still to be set. */
  isWaiting(savepoint: Transaction): boolean {
    return [...this.#waiting, ...this.#heldBack].some(
      (each) => each.transaction === savepoint && each.sort === 'savepoint',
    )
  }

  /** Whether a savepoint is among those open. */
  isOpen(transaction: Transaction): boolean {
    if (transaction === this.#root) return true
    for (let each = this.#nested; each !== null; each = each.outer) if (each === transaction) return true
    return false
  }

  /** @throws PendingRollbackError the transaction is spoilt. */
  checkSound(): void {
    if (this.#failure === null || this.#root === null) return
    const why = this.#failure instanceof Error ? this.#failure.message.split('\n', 1)[0] : String(this.#failure)
    const how = this.#nested === null ? 'rollback()' : 'rollback(), of the savepoint or of all,'
    throw new PendingRollbackError(
      `Can't run anything in a transaction that failed: ${how} must be called first. It failed with: ${why}`,
      { cause: this.#failure },
    )
  }

  /** Drops what waits for a savepoint and those inside it; whether the savepoint itself was waiting. */
  #forget(savepoint: Transaction): boolean {
    const place = this.#waiting.findIndex((each) => each.transaction === savepoint && each.sort === 'savepoint')
    const inside = this.#waiting.filter(({ transaction }) => isInside(transaction, savepoint))
    this.#waiting = place >= 0 ? this.#waiting.slice(0, place) : this.#waiting.filter((each) => !inside.includes(each))
    return place >= 0
  }

  #closeNestedUpTo(outer: Transaction | null): void {
    while (this.#nested !== null && this.#nested !== outer) {
      this.#nested.state = 'closed'
      const next: Transaction | null = this.#nested.outer
      this.#nested = next?.savepoint == null ? null : next
    }
  }
}

const NONE: readonly Command[] = []

function savepointCommand(verb: string, { savepoint }: Transaction): Command {
  return controlCommand(`${verb} ${savepoint}`, false)
}

function isInside(transaction: Transaction, savepoint: Transaction): boolean {
  for (let each = transaction.outer; each !== null; each = each.outer) if (each === savepoint) return true
  return false
}
