// The only inversion of the layers: a slot that a lower file declares and an upper file fills.
import { InvalidRequestError } from '../../errors.ts'

/** A slot for one function. Using it while it is empty raises, so a forgotten import is loud. */
export class Socket<F extends (...args: never[]) => unknown> {
  readonly name: string
  #plugged: F | null = null

  constructor(name: string) {
    this.name = name
  }

  /** Fills the slot; the last plug wins, so that a module that is loaded twice does no harm. */
  plug(fn: F): void {
    this.#plugged = fn
  }

  /** Whether anybody has filled the slot; for those who have more to say than the message below. */
  get isPlugged(): boolean {
    return this.#plugged !== null
  }

  /** The function in the slot. */
  get use(): F {
    if (this.#plugged === null)
      throw new InvalidRequestError(
        `Nothing is plugged into the socket '${this.name}': import from 'tsalchemy' rather than from its inner files`,
      )
    return this.#plugged
  }
}
