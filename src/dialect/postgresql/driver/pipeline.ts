// Flights that do not wait for each other on one connection: each is a transaction of its own and fails alone.
import { onAbort } from '../../../abort.ts'
import type { Command, CommandResult, DriverError } from '../../contract/driver.ts'
import type { Batch } from './batch.ts'
import type { Cancel, Canceling } from './canceling.ts'
import type { Line } from './line.ts'
import { abortedBeforeSend, type BatchOutcome, batchError, tookNoEffect, wasCanceled } from './outcome.ts'

/** One call. */
interface Call {
  readonly commands: readonly Command[]
  readonly signal: AbortSignal | undefined
  readonly resolve: (results: CommandResult[]) => void
  readonly reject: (error: unknown) => void
  batch: Batch | null
  abort: (() => void) | null
  aborted: boolean
  attempts: number
}

/** A flight that was stopped before it took effect is sent again at most so often. */
const ATTEMPTS = 3

/** The pipelined flights of one connection. */
export class Pipeline {
  readonly #line: Line
  readonly #canceling: Canceling
  readonly #gone: () => DriverError | null
  /** In the order in which the server answers. */
  readonly #calls: Call[] = []
  /** Set while a request to cancel may be in the air. */
  #cancel: Cancel | null = null
  /** What was asked to stop last. */
  #stopping: Call | null = null
  /** What waits for the end of a cancel. */
  readonly #held: (() => void)[] = []

  /** @param gone the error for a connection that cannot be used any more; null while it can. */
  constructor(line: Line, canceling: Canceling, gone: () => DriverError | null) {
    this.#line = line
    this.#canceling = canceling
    this.#gone = gone
  }

  /** Whether anything is on its way, or waits to be. */
  get active(): boolean {
    return this.#calls.length > 0 || this.#cancel !== null
  }

  run(commands: readonly Command[], signal: AbortSignal | undefined): Promise<CommandResult[]> {
    return new Promise((resolve, reject) => {
      const call: Call = { commands, signal, resolve, reject, batch: null, abort: null, aborted: false, attempts: 0 }
      if (signal !== undefined) {
        call.abort = () => this.#abort(call)
        onAbort(signal, call.abort)
      }
      this.#dispatch(call)
    })
  }

  #dispatch(call: Call): void {
    if (this.#cancel !== null) {
      this.#held.push(() => this.#dispatch(call))
      return
    }
    try {
      const { signal } = call
      if (signal?.aborted) throw abortedBeforeSend(signal)
      const gone = this.#gone()
      if (gone !== null) throw gone
      call.batch = this.#line.append(call.commands, (outcome) => this.#answered(call, outcome))
      this.#calls.push(call)
    } catch (error) {
      this.#end(call)
      call.reject(error)
    }
  }

  #abort(call: Call): void {
    call.aborted = true
    this.#cancelHead()
  }

  /** Only what is being answered can be stopped: a request names the session, not the statement. */
  #cancelHead(): void {
    const [head] = this.#calls
    if (head === undefined || !head.aborted || head === this.#stopping) return
    this.#stopping = head
    const running = (): boolean => this.#calls[0] === head
    if (this.#cancel === null) this.#cancel = this.#canceling.start(running)
    else this.#canceling.goOn(this.#cancel, running)
  }

  #answered(call: Call, outcome: BatchOutcome): void {
    this.#calls.shift()
    this.#conclude(call, outcome)
    if (this.#calls.length > 0) this.#cancelHead()
    else if (this.#cancel !== null) void this.#release(this.#cancel)
  }

  #conclude(call: Call, outcome: BatchOutcome): void {
    const { failure, results } = outcome
    if (failure === null) {
      this.#end(call)
      if (this.#line.types.pending) void this.#settleTypes(call, outcome)
      else this.#tell(call, () => call.resolve(results))
      return
    }
    call.attempts += 1
    // Each is a transaction of its own, so what a request hit that was meant for the one before has had no effect.
    const innocent = this.#cancel !== null && !call.aborted && wasCanceled(failure)
    if (!this.#closed && call.attempts < ATTEMPTS && (innocent || (!call.aborted && tookNoEffect(outcome)))) {
      this.#dispatch(call)
      return
    }
    this.#end(call)
    this.#tell(call, () => {
      const signal = call.aborted ? call.signal : undefined
      call.reject(batchError(outcome, this.#closed, signal, this.#line.circumstances))
    })
  }

  /** Who aborted may use the connection alone when told, be it of success; until then a request may still be in the air. */
  #tell(call: Call, tell: () => void): void {
    if (this.#cancel !== null && call.aborted && !this.#closed) this.#held.push(tell)
    else tell()
  }

  /** Asks what the types are that rows had and nobody knew, behind what is on its way. */
  async #settleTypes(call: Call, outcome: BatchOutcome): Promise<void> {
    const ask = async (commands: readonly Command[]): Promise<BatchOutcome> => ({
      results: await this.run(commands, undefined),
      failure: null,
    })
    const settled = await this.#line.types.settled(outcome, ask)
    if (settled.failure === null) call.resolve(settled.results)
    else call.reject(batchError(settled, this.#closed, undefined))
  }

  /** Everything was answered: waits for the end of the cancel, and goes on. */
  async #release(cancel: Cancel): Promise<void> {
    await this.#canceling.settle(cancel)
    this.#cancel = null
    this.#stopping = null
    for (const go of this.#held.splice(0)) go()
  }

  get #closed(): boolean {
    return this.#gone() !== null
  }

  #end(call: Call): void {
    if (call.abort !== null) call.signal?.removeEventListener('abort', call.abort)
  }
}
