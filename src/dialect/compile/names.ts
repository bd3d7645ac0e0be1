// `Names`: the names that the compiler chooses in one statement, cut where the database takes only shorter ones.
import { IdentifierError } from '../../errors.ts'
import { AnonymousName, type Name } from '../../expression/element/name.ts'
import { showValue } from '../../show.ts'
import type { Identifiers } from './identifier.ts'

/** No database cuts names of fewer characters. */
const SURELY_SHORT = 20

/** Up to so many are searched. */
const FEW = 16

/** What is named; names that are cut are counted for each apart. */
export type NamedSort = 'alias' | 'column' | 'parameter'

/** Generated names of one statement. */
export class Names {
  readonly #identifiers: Identifiers
  /** What was numbered, and how far; a few are searched, as making a map costs more. */
  readonly #bases: string[] = []
  readonly #numbers: number[] = []
  // Made on demand: most statements are small.
  #counters: Map<string, number> | null = null
  #whole: Map<AnonymousName, string> | null = null
  #cut: Record<NamedSort, Map<string, string>> | null = null

  constructor(identifiers: Identifiers) {
    this.#identifiers = identifiers
  }

  /** A name as written, or the one chosen for it. */
  name(name: Name): string {
    if (typeof name === 'string') return name
    return this.#short(name.sort === 'alias' ? 'alias' : 'column', this.whole(name))
  }

  /** A name as it is where no database cuts it, as keys in rows have it. */
  whole(name: Name): string {
    if (typeof name === 'string') return name
    this.#whole ??= new Map()
    let chosen = this.#whole.get(name)
    if (chosen === undefined) {
      if (!(name instanceof AnonymousName))
        throw new IdentifierError(`A name in SQL is a string, not ${showValue(name)}`)
      const { base, prefix, sort } = name
      const before = prefix === null ? '' : this.whole(prefix)
      const text = `${before}${sort === 'joined' ? '_' : ''}${this.whole(base)}`
      chosen = sort === 'alias' || sort === 'column' ? this.#numbered(text) : text
      this.#whole.set(name, chosen)
    }
    return chosen
  }

  /** A new name of a parameter from a base: `param_1`, `id_2`. */
  parameter(base: string): string {
    return this.#short('parameter', this.#numbered(base))
  }

  /** Bases share one counter each, whatever is named. */
  #numbered(base: string): string {
    return `${base}_${this.#counters === null ? this.#next(base) : this.#counted(this.#counters, base)}`
  }

  #next(base: string): number {
    const bases = this.#bases
    const numbers = this.#numbers
    for (let index = 0; index < bases.length; index += 1)
      if (bases[index] === base) {
        const number = (numbers[index] as number) + 1
        numbers[index] = number
        return number
      }
    numbers.push(1)
    if (bases.push(base) > FEW) this.#counters = new Map(bases.map((each, index) => [each, numbers[index] as number]))
    return 1
  }

  #counted(counters: Map<string, number>, base: string): number {
    const number = (counters.get(base) ?? 0) + 1
    counters.set(base, number)
    return number
  }

  /** The same name of the same sort is always cut to the same one. */
  #short(sort: NamedSort, name: string): string {
    if (name.length < SURELY_SHORT || this.#identifiers.isShort(name)) return name
    this.#cut ??= { alias: new Map(), column: new Map(), parameter: new Map() }
    const known = this.#cut[sort]
    let short = known.get(name)
    if (short === undefined) {
      short = this.#identifiers.truncate(name, known.size + 1)
      known.set(name, short)
    }
    return short
  }
}
