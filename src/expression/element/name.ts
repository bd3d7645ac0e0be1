// Names that the compiler chooses: anonymous aliases, labels and columns of unnamed expressions.
import { defineKind, Element } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'

/** A name to be made from a base and a number, unique in its statement: `anon_1`, `users_1`, `max_1`. Its identity is the object's. */
export class AnonymousName extends Element {
  declare readonly kind: 'anonymousName'
  static {
    defineKind(this, 'anonymousName')
  }
  readonly base: string
  /** A name that is chosen too, before this one: `users_1_id`, which needs no number of its own. */
  readonly prefix: AnonymousName | null
  constructor(base: string, prefix: AnonymousName | null = null) {
    super()
    this.base = base
    this.prefix = prefix
  }
  walk(pass: Pass): void {
    pass.text(this.base)
    if (this.prefix === null) pass.flag(false)
    else pass.shared(this.prefix)
  }
}

/** A name as written, or one to be chosen. */
export type Name = string | AnonymousName

/** Tells a name to a pass. */
export function walkName(pass: Pass, name: Name): void {
  if (typeof name === 'string') pass.text(name)
  else pass.shared(name)
}
