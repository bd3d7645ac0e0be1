// A seeded generator, so that every run and every contender works on the same data.

export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A number in [0, 1): mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }

  /** An integer in [from, to]. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1))
  }

  pick<T>(choices: readonly T[]): T {
    const chosen = choices[this.integer(0, choices.length - 1)]
    if (chosen === undefined) throw new RangeError('pick() needs at least one choice')
    return chosen
  }

  /** `count` integers of [1, limit], no one twice. */
  distinct(count: number, limit: number): number[] {
    const all = Array.from({ length: limit }, (_, index) => index + 1)
    for (let index = 0; index < count; index++) {
      const other = this.integer(index, limit - 1)
      const held = all[index] as number
      all[index] = all[other] as number
      all[other] = held
    }
    return all.slice(0, count)
  }
}
