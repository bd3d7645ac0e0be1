// `FromClause`: what stands after FROM and has columns.
import { Element } from '../base/element.ts'
import { Role } from '../base/role.ts'
import type { ColumnElement } from '../element/column-element.ts'
import type { NamedElement } from '../element/named.ts'

/** A foreign key as joins see it: a column here that refers to a column there. */
export interface ForeignKeyLink {
  /** The referring column, of the FROM element that was asked. */
  readonly column: NamedElement
  /** The schema column referred to; null while its table is not known. */
  readonly referred: ColumnElement | null
  /** Links of one constraint share this object. */
  readonly constraint: object
}

/** A FROM element. */
export abstract class FromClause extends Element {
  /** The columns it offers to the statement around it, in order. */
  abstract readonly columnList: readonly NamedElement[]
  /** @internal */
  override get roles(): number {
    return Role.from
  }
  #byKey: Readonly<Record<string, NamedElement>> | null = null

  /** The columns by key. */
  get columns(): Readonly<Record<string, NamedElement>> {
    if (this.#byKey === null) {
      const byKey: Record<string, NamedElement> = Object.create(null)
      for (const column of this.columnList) byKey[column.key] ??= column
      this.#byKey = byKey
    }
    return this.#byKey
  }

  /** Prefix of the name that an anonymous alias of this element gets. */
  get anonymousName(): string {
    return 'anon'
  }

  /** The foreign keys that lead from here. */
  foreignKeyLinks(): readonly ForeignKeyLink[] {
    return []
  }

  /** The column of this element that stands for a column of something inside it; null where there is none. SQLAlchemy: `corresponding_column`. */
  corresponding(column: ColumnElement): NamedElement | null {
    for (const own of this.columnList) if (own === column) return own
    return null
  }

  /** FROM elements that need not be listed again where this one is: the sides of a join. */
  containedFroms(): readonly FromClause[] {
    return [this]
  }
}
