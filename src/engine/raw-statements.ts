// SQL given as a string: which driver statement stands for it, so that what is used again is prepared.
import type { DriverStatement } from '../dialect/contract/driver.ts'
import { ArgumentError } from '../errors.ts'
import { LONGEST_KEPT_TEXT } from '../expression/element/text.ts'

/** How many texts are remembered. */
const REMEMBERED = 400
/** Only these can be prepared and are likely to come again. */
const PREPARABLE = /^\s*(?:select|insert|update|delete|with|merge|values|table)\b/i

interface Known {
  readonly count: number
  readonly once: DriverStatement
  again: DriverStatement | null
  lastUse: number
}

/** The driver statements of texts, the least recently used forgotten first. */
export class RawStatements {
  readonly #known: Map<string, Known> = new Map()
  #clock = 0

  /** The statement for a text with so many values; prepared from its second use on. */
  find(sql: string, count: number): DriverStatement {
    this.#clock += 1
    const known = this.#known.get(sql)
    if (known === undefined || known.count !== count) return this.#learn(sql, count)
    known.lastUse = this.#clock
    known.again ??= PREPARABLE.test(sql) ? statementOf(sql, count, true) : known.once
    return known.again
  }

  #learn(sql: string, count: number): DriverStatement {
    const once = statementOf(sql, count, false)
    if (sql.length > LONGEST_KEPT_TEXT) return once
    this.#known.set(sql, { count, once, again: null, lastUse: this.#clock })
    if (this.#known.size > REMEMBERED) this.#forget()
    return once
  }

  /** Forgets the half that was not used for the longest time. */
  #forget(): void {
    const oldestFirst = [...this.#known].sort(([, one], [, other]) => one.lastUse - other.lastUse)
    for (const [sql] of oldestFirst.slice(0, REMEMBERED / 2)) this.#known.delete(sql)
  }
}

/**
 * The values of a text's `$1`, `$2`, ...
 *
 * @throws ArgumentError they are no list.
 */
export function positionalValues(given: unknown): readonly unknown[] {
  if (given === undefined || given === null) return []
  if (!Array.isArray(given))
    throw new ArgumentError(
      "SQL given as a string takes a list of values for $1, $2, ...; use text('... :name') for values by name",
    )
  const missing = given.indexOf(undefined)
  if (missing >= 0) throw new ArgumentError(`The value of $${missing + 1} is undefined; NULL is null`)
  return given
}

function statementOf(sql: string, count: number, prepare: boolean): DriverStatement {
  return { sql, parameters: new Array<null>(count).fill(null), columns: null, prepare }
}
