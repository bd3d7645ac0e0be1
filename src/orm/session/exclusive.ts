// `Exclusive`: a session is used by one flow at a time; a second one that comes in between is refused, and both calls are named.
import { IllegalStateChangeError, ResourceClosedError } from '../../errors.ts'

/** See the first line of the file. */
export class Exclusive {
  #running: string | null = null
  #closed = false

  get closed(): boolean {
    return this.#closed
  }

  /**
   * Runs one call.
   *
   * @param name the call, as users write it: `session.commit()`.
   * @throws IllegalStateChangeError another call is running.
   * @throws ResourceClosedError the session was closed.
   */
  async run<T>(name: string, call: () => Promise<T>): Promise<T> {
    this.checkOpen(name)
    if (this.#running !== null)
      throw new IllegalStateChangeError(
        `${name} was called while ${this.#running} was still running on the same session. A session is used by one flow at a time: await each call before the next, or give each flow a session of its own`,
      )
    this.#running = name
    try {
      return await call()
    } finally {
      this.#running = null
    }
  }

  /** @throws ResourceClosedError the session was closed. */
  checkOpen(name: string): void {
    if (this.#closed)
      throw new ResourceClosedError(
        `${name} was called on a session that is closed: make a new one with sessionmaker()`,
      )
  }

  close(): void {
    this.#closed = true
  }
}
