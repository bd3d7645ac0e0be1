// Names that the compiler chooses: anonymous aliases, labels and columns of unnamed expressions.
import { defineKind, Element } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'

/** A name to be made from a base and a number, unique in its statement: `anon_1`, `users_1`, `max_1`. Its identity is the object's. */
export class AnonymousName extends Element {
  declare readonly kind: 'anonymousName'
  static {
    defineKind(AnonymousName, 'anonymousName')
  }
  readonly base: string
  constructor(base: string) {
    super()
    this.base = base
  }
  walk(pass: Pass): void {
    pass.text(this.base)
  }
}

/** A name as written, or one to be chosen. */
export type Name = string | AnonymousName

/** Tells a name to a pass. */
export function walkName(pass: Pass, name: Name): void {
  if (typeof name === 'string') pass.text(name)
  else pass.shared(name)
}
