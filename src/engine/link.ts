// `Link`: the working part of a Connection: its transaction, from begin to end; the flights below.
import type { Command, CommandResult, DriverNotice } from '../dialect/contract/driver.ts'
import { InvalidRequestError, TransactionRolledBack } from '../errors.ts'
import type { PooledConnection } from '../pool/pooled-connection.ts'
import { inTime, lossOf, rollBack } from '../pool/reset.ts'
import { announceEnd } from './hooks.ts'
import { LinkFlights } from './link-flights.ts'
import { tellAll, tellNotices } from './notices.ts'
import type { BeginOptionsOfConnection, ConnectionExecutionOptions } from './options.ts'
import { rolledBack } from './outcome.ts'
import { alreadyBegun, isOver, optionsTooLate, stillRunning } from './refusals.ts'
import { controlCommand } from './runtime.ts'
import type { Transaction, TwoPhaseTransaction } from './transaction.ts'
import { twoPhaseBegin, twoPhaseOf } from './two-phase.ts'

const ROLLBACK = controlCommand('ROLLBACK', true)
const NONE: readonly Command[] = []

/** One borrowed connection and its transaction: how it begins and ends. */
export class Link extends LinkFlights {
  /** @throws InvalidRequestError they are of transactions, and one has begun. */
  setOptions(options: ConnectionExecutionOptions): void {
    const { isolationLevel, readOnly, deferrable } = options
    if (this.scope.root !== null && (isolationLevel ?? readOnly ?? deferrable) !== undefined) throw optionsTooLate()
    const runtime = this.currentRuntime.with(options)
    // What cannot be together is told here, not by the first statement.
    runtime.beginCommand()
    this.currentRuntime = runtime
  }

  get closed(): boolean {
    return this.isClosed
  }

  /** @throws InvalidRequestError a transaction has begun already. */
  begin(options?: BeginOptionsOfConnection): Transaction {
    this.checkNoTransaction()
    return this.open(options)
  }

  /** Begins a transaction in two phases. */
  beginTwoPhase(xid: string): TwoPhaseTransaction {
    this.checkNoTransaction()
    const begin = this.currentRuntime.beginCommand()
    if (begin === null)
      throw new InvalidRequestError('This Connection is in AUTOCOMMIT, where nothing is begun that could be prepared')
    this.told = NONE
    this.onlyRead = false
    return this.scope.openTwoPhase(twoPhaseBegin(begin), xid)
  }

  /** @throws InvalidRequestError a transaction has begun already. */
  checkNoTransaction(): void {
    this.checkOpen()
    this.checkBlock()
    if (this.scope.root !== null) throw alreadyBegun()
  }

  /** Sets a savepoint, in a transaction that is begun if there is none. */
  beginNested(): Transaction {
    this.checkOpen()
    this.checkBlock()
    this.scope.checkSound()
    if (this.scope.root === null) this.open()
    return this.scope.openNested()
  }

  /** @throws InvalidRequestError it is over already. */
  async commitTransaction(transaction: Transaction, signal: AbortSignal | undefined): Promise<void> {
    this.checkOpen()
    if (transaction.state === 'closed' || !this.scope.isOpen(transaction)) throw isOver()
    if (transaction.savepoint === null) {
      await this.commit(signal)
      return
    }
    signal?.throwIfAborted()
    this.checkFree('RELEASE SAVEPOINT')
    this.scope.checkSound()
    if (this.hub.has('releaseSavepoint') && this.scope.begun)
      await this.hub.emit('releaseSavepoint', { connection: this.face, name: transaction.savepoint })
    this.scope.release(transaction)
  }

  /** The first phase: the transaction goes on without this connection. */
  async prepareTransaction(transaction: TwoPhaseTransaction): Promise<void> {
    this.checkOpen()
    if (!this.scope.isOpen(transaction)) throw isOver()
    const spelling = twoPhaseOf(this.currentRuntime.dialect)
    const { scope } = this
    if (this.hub.has('prepareTwophase')) {
      await this.hub.emit('prepareTwophase', { connection: this.face, xid: transaction.xid, isPrepared: null })
      if (!scope.isOpen(transaction)) throw isOver()
    }
    scope.preparing = true
    let answer: CommandResult | undefined
    try {
      const { xid } = transaction
      const commands = [controlCommand(spelling.prepare(xid), false)]
      const run = (): Promise<readonly CommandResult[]> => this.transmit(commands, 'transaction', undefined, false)
      answer = (await this.inPhase({ verb: 'PREPARE TRANSACTION', xid }, run))[0]
    } finally {
      scope.preparing = false
    }
    if (answer?.tag === 'PREPARE TRANSACTION') {
      scope.closeNested()
      transaction.state = 'prepared'
      return
    }
    scope.close()
    throw rolledBack('PREPARE TRANSACTION', answer)
  }

  /** The second phase. What the database refuses leaves it prepared, and this connection without it. */
  async #endPrepared(transaction: TwoPhaseTransaction, commit: boolean, signal?: AbortSignal): Promise<void> {
    const { xid } = transaction
    this.checkFree(commit ? 'COMMIT PREPARED' : 'ROLLBACK PREPARED')
    // When its Connection is gone nobody would roll it back: there a listener cannot hinder it, only fail afterwards.
    const last = this.isClosed && !commit
    const told = this.hub.any ? announceEnd(this, commit ? 'commit' : 'rollback', true) : Promise.resolve()
    const [heard] = await Promise.allSettled([told])
    if (heard.status === 'rejected' && !last) throw heard.reason
    if (this.scope.prepared !== transaction) {
      if (commit) throw isOver()
      return
    }
    // It belongs to no connection any more: another one ends it as well.
    const slot = this.currentSlot
    if (slot !== null && slot.connection.transactionStatus === 'lost') this.drop(slot, lossOf(slot.connection))
    try {
      await this.#endPhase(xid, commit, signal)
    } catch (error) {
      this.scope.close()
      throw error
    }
    if (heard.status === 'rejected') throw heard.reason
  }

  /** Ends a transaction that somebody prepared. */
  async endPrepared(xid: string, commit: boolean): Promise<void> {
    this.checkNoTransaction()
    this.checkFree(commit ? 'COMMIT PREPARED' : 'ROLLBACK PREPARED')
    if (this.hub.any)
      await this.hub.emit(commit ? 'commitTwophase' : 'rollbackTwophase', {
        connection: this.face,
        xid,
        isPrepared: true,
      })
    await this.#endPhase(xid, commit)
  }

  async #endPhase(xid: string, commit: boolean, signal?: AbortSignal): Promise<void> {
    const spelling = twoPhaseOf(this.currentRuntime.dialect)
    const sql = commit ? spelling.commit(xid) : spelling.rollback(xid)
    const commands = [controlCommand(sql, false)]
    await this.inPhase({ verb: commit ? 'COMMIT PREPARED' : 'ROLLBACK PREPARED', xid }, () =>
      this.fly(sql, commands, 0, 1, 'transaction', signal, false, this.currentRuntime),
    )
  }

  async rollBackTransaction(transaction: Transaction): Promise<void> {
    if (this.isClosed || !this.scope.isOpen(transaction)) return
    if (transaction.savepoint === null) await this.rollBack()
    else await this.#rollBackTo(transaction)
  }

  /** Commits the transaction; there is one. */
  async commit(signal?: AbortSignal): Promise<void> {
    this.checkFree('COMMIT')
    signal?.throwIfAborted()
    const { scope } = this
    if (scope.prepared !== null) {
      await this.#endPrepared(scope.prepared, true, signal)
      return
    }
    if (scope.failure !== null) await this.#refuseCommit()
    if (!scope.begun || !scope.endsOnIdle) {
      scope.close()
      return
    }
    await this.transmit(NONE, 'transaction', signal, true)
  }

  /**
   * Rolls back the transaction; there is one. Fails only where it is prepared: a connection that cannot roll back is cut, which does it
   * too, but for what was prepared.
   */
  async rollBack(): Promise<void> {
    this.checkFree('ROLLBACK')
    if (this.scope.prepared !== null) {
      await this.#endPrepared(this.scope.prepared, false)
      return
    }
    if (this.hub.any && this.#isUnderWay()) {
      const { root } = this.scope
      await announceEnd(this, 'rollback', false)
      // While listeners were told something may have begun, or ended: then the connection may be somebody else's.
      this.checkFree('ROLLBACK')
      if (this.scope.root !== root) return
    }
    const slot = this.currentSlot
    const status = slot?.connection.transactionStatus ?? 'lost'
    this.scope.close()
    if (slot === null || status === 'idle') return
    if (status === 'lost') {
      this.drop(slot)
      return
    }
    this.busy = 'ROLLBACK'
    try {
      this.runtime.tell([ROLLBACK])
      if (!this.hub.has('notice')) {
        if (!(await rollBack(slot.connection))) this.drop(slot)
      } else await this.#rollBackTold(slot)
    } finally {
      this.rest()
    }
  }

  /** Rolls back and tells what the server said beside its answer. */
  async #rollBackTold(slot: PooledConnection): Promise<void> {
    let heard: readonly DriverNotice[] = []
    const clean = await rollBack(slot.connection, (_sql, notices) => {
      heard = notices
    })
    if (!clean) this.drop(slot)
    await tellAll(this, ROLLBACK, heard)
  }

  /** Rolls back what is open and gives the connection back. */
  async close(): Promise<void> {
    if (this.isClosed) return
    // Listeners are waited for by what is running, which close() would wait for.
    if (this.telling && this.busy !== null) throw stillRunning(this.busy, 'close()')
    this.isClosed = true
    await this.free()
    // What is open here is rolled back whatever the pool is told to do, also where a listener fails.
    const later = this.scope.root !== null
    try {
      for (const stream of this.streams ?? []) await stream.drop()
      if (later) await (this.onlyRead && this.#canLeave() ? this.#leave() : this.rollBack())
    } finally {
      const slot = this.currentSlot
      this.currentSlot = null
      if (slot !== null) await this.runtime.pool.checkin(slot, later)
    }
  }

  /** Whether the pool can roll back what is open. */
  #canLeave(): boolean {
    return this.scope.prepared === null && this.#isUnderWay()
  }

  /** Whether the server is in a transaction on this connection. */
  #isUnderWay(): boolean {
    const status = this.currentSlot?.connection.transactionStatus
    return status === 'active' || status === 'failed'
  }

  /** Leaves it to the pool to roll back a transaction that has only read: nobody waits for its locks, and its user not for the answer. */
  async #leave(): Promise<void> {
    if (this.hub.any) await announceEnd(this, 'rollback', false)
    this.scope.close()
    this.runtime.tell([ROLLBACK])
  }

  async #rollBackTo(savepoint: Transaction): Promise<void> {
    this.checkFree('ROLLBACK TO SAVEPOINT')
    const { scope } = this
    if (this.hub.has('rollbackSavepoint') && this.#canRollBackTo(savepoint)) {
      await this.#announceRollBackTo(savepoint)
      if (!scope.isOpen(savepoint)) return
      this.checkFree('ROLLBACK TO SAVEPOINT')
    }
    const possible = this.#canRollBackTo(savepoint)
    const command = scope.rollBackTo(savepoint)
    if (command === null || !possible) return
    this.busy = command.statement.sql
    const commands = [command]
    try {
      const slot = this.currentSlot as PooledConnection
      const run = (): Promise<CommandResult[]> => this.runtime.send(slot, commands, 0, 1, 'transaction', undefined)
      const results = await inTime(slot.connection, run)
      scope.recover()
      if (this.hub.has('notice')) await tellNotices(this, commands, results)
    } catch (thrown) {
      const error = this.hub.has('handleError') ? await this.judge(thrown, commands, 0, undefined) : thrown
      this.departed(error, commands, 0, 1, false, undefined)
    } finally {
      this.rest()
    }
  }

  /** Whether the server has something to roll back: what was lost with the connection, or with the whole transaction, no savepoint rescues. */
  #canRollBackTo(savepoint: Transaction): boolean {
    return this.scope.begun && !this.scope.isWaiting(savepoint) && this.#isUnderWay()
  }

  /** Where a listener fails the savepoint stays, and what was done inside of it must not be committed. */
  async #announceRollBackTo({ savepoint }: Transaction): Promise<void> {
    try {
      await this.hub.emit('rollbackSavepoint', { connection: this.face, name: savepoint ?? '' })
    } catch (error) {
      this.scope.fail(error)
      throw error
    }
  }

  /** The transaction failed, so that there is nothing to commit. */
  async #refuseCommit(): Promise<never> {
    const { failure } = this.scope
    if (this.currentSlot === null || this.currentSlot.connection.transactionStatus === 'idle') this.scope.checkSound()
    await this.rollBack()
    throw new TransactionRolledBack('The transaction was rolled back, not committed: a statement in it had failed', {
      cause: failure,
    })
  }
}
