// `StreamWatch`: tells tracers, the tracing channel and the log of slow statements of a stream, from its opening to its end.
import type { CommandResult } from '../dialect/contract/driver.ts'
import type { Observer } from './observer.ts'
import type { ExecutionTrace } from './trace.ts'

/** See the first line of the file. */
export class StreamWatch {
  readonly #whole: Promise<void>
  #trace: ExecutionTrace | null = null
  #end: () => void = () => {}
  #fail: (error: unknown) => void = () => {}
  readonly #opened: Promise<unknown>

  /** @param open opens the stream; it runs within the tracers. */
  constructor(
    observer: Observer,
    statement: ExecutionTrace['statement'],
    open: (trace: ExecutionTrace | null) => Promise<unknown>,
  ) {
    const over = new Promise<void>((end, fail) => {
      this.#end = end
      this.#fail = fail
    })
    // Who fails before it is opened is told by that.
    over.catch(() => undefined)
    let opened: () => void = () => {}
    const opening = new Promise<void>((resolve) => {
      opened = resolve
    })
    this.#whole = observer.watch(statement, async (trace) => {
      this.#trace = trace
      await open(trace)
      opened()
      await over
    })
    this.#whole.catch(() => undefined)
    this.#opened = Promise.race([opening, this.#whole])
  }

  /** Resolves when the stream is open; rejects where that fails. */
  get opened(): Promise<unknown> {
    return this.#opened
  }

  /** Another page is asked for. */
  async fetching(fetch: () => Promise<CommandResult>): Promise<CommandResult> {
    this.#trace?.fetching()
    const result = await fetch()
    this.#trace?.fetched(result)
    return result
  }

  /** The last row has come, or the reader has left. */
  ended(): Promise<void> {
    this.#end()
    return this.#whole
  }

  /** A page has failed. */
  async failed(error: unknown): Promise<void> {
    this.#fail(error)
    await this.#whole.catch(() => undefined)
  }
}
