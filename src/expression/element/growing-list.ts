// AND and OR that grow by one in a loop: what `e = and(e, x)` or `and(x, e)` makes shares its clauses with what it grew from.
import type { Operator } from '../operator/operator.ts'
import type { ColumnElement } from './column-element.ts'
import { BooleanList } from './list.ts'

type Clauses = readonly ColumnElement<boolean>[]

/** Shorter lists are copied faster than they are shared. */
const LONG = 64

/** The first `length` of a list that others share; those behind are of lists that grew from this one. */
interface Part {
  readonly shared: ColumnElement<boolean>[]
  readonly length: number
}

/** A list's clauses: those before a middle, from there backwards, and those behind it. */
export interface Growth {
  readonly before: Part
  readonly behind: Part
}

const growths: WeakMap<BooleanList, Growth> = new WeakMap()

/** What a list, or the clauses of one, can grow from, if they are many; null for few. */
export function growthOf(list: BooleanList | Clauses): Growth | null {
  const known = list instanceof BooleanList ? growths.get(list) : undefined
  if (known !== undefined) return known
  const clauses = list instanceof BooleanList ? list.clauses : list
  if (clauses.length < LONG) return null
  return { before: { shared: [], length: 0 }, behind: { shared: clauses.slice(), length: clauses.length } }
}

/** The list with more clauses around it, all of them with the parentheses that they need. */
export function grown(operator: Operator, from: Growth, before: Clauses, behind: Clauses): BooleanList {
  const growth = { before: longer(from.before, before.toReversed()), behind: longer(from.behind, behind) }
  const list = new BooleanList(operator, NONE)
  growths.set(list, growth)
  Object.defineProperty(list, 'clauses', {
    enumerable: true,
    configurable: true,
    get: () => {
      const value = clausesOf(growth)
      Object.defineProperty(list, 'clauses', { value, enumerable: true, configurable: true })
      return value
    },
  })
  return list
}

function longer({ shared, length }: Part, more: Clauses): Part {
  // Another list grew from the same one: each goes its own way.
  const own = shared.length === length ? shared : shared.slice(0, length)
  for (const clause of more) own.push(clause)
  return { shared: own, length: own.length }
}

function clausesOf({ before, behind }: Growth): Clauses {
  const clauses = before.shared.slice(0, before.length).reverse()
  for (let index = 0; index < behind.length; index += 1) clauses.push(behind.shared[index] as ColumnElement<boolean>)
  return clauses
}

const NONE: Clauses = []
