// Streams of an engine: on a connection of their own, in a transaction that only reads, one page ahead of the reader.
import { LinkedAbort } from '../abort.ts'
import { withCaller } from './caller.ts'
import type { Connection } from './connection.ts'
import type { RowShape } from './result/row-shape.ts'
import type { Pages } from './result/stream-result.ts'
import type { Selecting } from './result/view.ts'

/** A stream and the connection that is its own. */
export interface OwnStream {
  readonly connection: Pick<Connection, 'close'>
  readonly pages: Pages
}

/**
 * A stream with a connection of its own, which is borrowed with the first page and given back with the last. While a page is being
 * read the next one is on its way; never more than one.
 */
export class AheadStream implements Pages {
  readonly #open: (leaving: LinkedAbort) => Promise<OwnStream>
  readonly #leaving = new LinkedAbort()
  #opening: Promise<OwnStream> | null = null
  #ahead: Promise<unknown[][] | null> | null = null
  #shape: RowShape | null = null
  #selecting: Selecting | null = null
  #closing: Promise<void> | null = null

  /** @param open given what is aborted when the reader leaves. */
  constructor(open: (leaving: LinkedAbort) => Promise<OwnStream>) {
    this.#open = open
  }

  get shape(): RowShape | null {
    return this.#shape
  }

  get selecting(): Selecting | null {
    return this.#selecting
  }

  async next(): Promise<unknown[][] | null> {
    if (this.#closing !== null) return null
    const isAhead = this.#ahead !== null
    try {
      this.#opening ??= this.#open(this.#leaving)
      const { pages } = await this.#opening
      this.#ahead ??= pages.next()
      const page = await this.#ahead
      this.#shape = pages.shape
      this.#selecting = pages.selecting ?? null
      this.#ahead = null
      if (page === null) await this.close()
      else if (this.#closing === null) this.#readAhead(pages)
      return page
    } catch (error) {
      const left = this.#closing !== null
      await this.close()
      // The reader has left, which is what stopped it.
      if (left) return null
      throw isAhead ? await withCaller(error) : error
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#leaving.release()
    this.#leaving.abort()
    const own = await this.#opening?.catch(() => null)
    await this.#ahead?.catch(() => undefined)
    try {
      await own?.pages.close()
    } finally {
      await own?.connection.close()
    }
  }

  #readAhead(pages: Pages): void {
    this.#ahead = pages.next()
    // Whoever asks for the page is told; until then nobody listens.
    this.#ahead.catch(() => undefined)
  }
}
