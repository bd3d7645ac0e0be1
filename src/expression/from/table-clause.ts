// `TableClause`: a name with columns; schema tables extend it.
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { type Place, Tag, type Tracer } from '../base/recipe.ts'
import { Role } from '../base/role.ts'
import type { NamedElement } from '../element/named.ts'
import { FromClause } from './from-clause.ts'

/** A table by name. */
export abstract class TableClause extends FromClause {
  declare readonly kind: 'table'
  static {
    defineKind(this, 'table')
  }
  abstract readonly name: string
  abstract readonly schema: string | null
  abstract override readonly columnList: readonly NamedElement[]
  /** Number in cache keys. */
  abstract readonly id: number

  /** @internal */
  override get roles(): number {
    return Role.from | Role.table
  }
  override get anonymousName(): string {
    return this.name
  }
  walk(pass: Pass): void {
    pass.identity(this)
  }
  /** @internal */
  override trace(_tracer: Tracer, at: Place): Place | null {
    return this.walk === TableClause.prototype.walk ? at.tagged(Tag.table, this.id) : null
  }
}
