// Text that databases want in a place of their own: before the columns of a SELECT, behind it, beside a table.
import { defineKind, Element } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'

/** Text or an expression at the edge of a statement, for one dialect or for all. */
export class Affix extends Element {
  declare readonly kind: 'affix'
  static {
    defineKind(this, 'affix')
  }
  readonly element: Element
  /** The name of the one dialect that it is for; null for all. */
  readonly dialect: string | null
  constructor(element: Element, dialect: string | null) {
    super()
    this.element = element
    this.dialect = dialect
  }
  walk(pass: Pass): void {
    pass.node(this.element)
    pass.text(this.dialect)
  }
}

/** A word beside a FROM element: PostgreSQL's ONLY. */
export class Hint extends Element {
  declare readonly kind: 'hint'
  static {
    defineKind(this, 'hint')
  }
  readonly from: Element
  readonly text: string
  /** The name of the one dialect that it is for; null for all. */
  readonly dialect: string | null
  constructor(from: Element, text: string, dialect: string | null) {
    super()
    this.from = from
    this.text = text
    this.dialect = dialect
  }
  walk(pass: Pass): void {
    pass.shared(this.from)
    pass.text(this.text)
    pass.text(this.dialect)
  }
}
