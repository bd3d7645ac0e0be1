// `EntityElement`: a mapped class (or an alias of one) in a statement; the ORM makes them, the core only carries them.
import { defineKind, Element } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import type { CompilePlugin } from '../base/protocol.ts'
import { type Place, Tag, type Tracer, tracePart } from '../base/recipe.ts'
import { Role } from '../base/role.ts'
import type { NamedElement } from '../element/named.ts'
import type { FromClause } from '../from/from-clause.ts'

/** Stands for a class: its FROM element and its columns. */
export abstract class EntityElement extends Element {
  declare readonly kind: 'entity'
  static {
    defineKind(this, 'entity')
  }
  /** Number in cache keys: the mapper's. */
  abstract readonly id: number
  abstract readonly plugin: CompilePlugin
  /** The table, or the alias. */
  abstract readonly from: FromClause
  /** The mapped columns, in the order of the mapper's attributes. */
  abstract readonly columns: readonly NamedElement[]
  /** Key of the object in result rows: the class's name. */
  abstract readonly entityName: string

  /** @internal */
  override get roles(): number {
    return Role.entity
  }
  walk(pass: Pass): void {
    pass.identity(this)
    pass.shared(this.from)
  }
  /** @internal */
  override trace(tracer: Tracer, at: Place): Place | null {
    if (this.walk !== EntityElement.prototype.walk) return null
    return tracePart(this.from, tracer, at.tagged(Tag.entity, this.id))
  }
}
