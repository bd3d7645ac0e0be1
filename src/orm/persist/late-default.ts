// Client-side defaults whose functions are asynchronous: waited for together, and only then part of their objects.

/** Defaults that are still to come. */
export class LateDefaults {
  readonly #waiting: (() => Promise<void>)[] = []

  /** Puts a default into an object: at once, or when it is there. */
  put(values: unknown[], slot: number, value: unknown): void {
    if (!isThenable(value)) {
      values[slot] = value
      return
    }
    // Where something else fails first, nobody is left to hear of it.
    value.then(undefined, () => {})
    this.#waiting.push(async () => {
      values[slot] = await value
    })
  }

  /** Resolves when all are there; undefined where none is late. */
  settle(): Promise<unknown> | undefined {
    return this.#waiting.length === 0 ? undefined : Promise.all(this.#waiting.map((wait) => wait()))
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
