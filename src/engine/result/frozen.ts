// `FrozenResult`: rows that can be read again and again.

/** The rows of a result at rest; each call of {@link FrozenResult.result} gives a Result that reads them from the beginning. */
export class FrozenResult<R> {
  readonly #make: () => R

  /** @internal */
  constructor(make: () => R) {
    this.#make = make
  }

  /** A result with all of the rows. */
  result(): R {
    return this.#make()
  }
}
