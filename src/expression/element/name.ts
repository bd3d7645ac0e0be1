// Names that the compiler chooses: anonymous aliases, labels and columns of unnamed expressions.
import { ArgumentError } from '../../errors.ts'
import { defineKind, Element } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'

/**
 * How a name is made: `alias` and `column` from what stands before it, its base and a number; `joined` from both with a `_`
 * between them; `whole` is its base. Names that are cut for a database are counted apart for aliases and columns.
 */
export type NameSort = 'alias' | 'column' | 'joined' | 'whole'

const SORTS: readonly NameSort[] = ['alias', 'column', 'joined', 'whole']

/**
 * A name to be made from a base and a number, unique in its statement: `anon_1`, `users_1`, `max_1`; or of other names:
 * `users_1_id`. Its identity is the object's. A database that takes only shorter names gets it cut.
 */
export class AnonymousName extends Element {
  declare readonly kind: 'anonymousName'
  static {
    defineKind(this, 'anonymousName')
  }
  readonly base: Name
  /** A name before this one; null for none. */
  readonly prefix: Name | null
  readonly sort: NameSort
  constructor(base: Name, prefix: Name | null = null, sort: NameSort = 'column') {
    super()
    this.base = base
    this.prefix = prefix
    this.sort = sort
  }
  walk(pass: Pass): void {
    walkName(pass, this.base)
    pass.flag(SORTS.indexOf(this.sort) * 2 + (this.prefix === null ? 0 : 1))
    if (this.prefix !== null) walkName(pass, this.prefix)
  }
}

/** A name as written, or one to be chosen. */
export type Name = string | AnonymousName

/** @throws ArgumentError what is given as a name of an alias, a subquery or a CTE is none. */
export function checkName(name: unknown): void {
  if (typeof name === 'string' || name instanceof AnonymousName) return
  throw new ArgumentError(`The name of an alias, a subquery or a CTE is a text, not a value of type ${typeof name}`)
}

/** Tells a name to a pass. */
export function walkName(pass: Pass, name: Name): void {
  if (typeof name === 'string') pass.text(name)
  else pass.shared(name)
}

/** What a name begins to be made from: what is written of it. */
export function baseOfName(name: Name): string {
  return typeof name === 'string' ? name : baseOfName(name.base)
}
