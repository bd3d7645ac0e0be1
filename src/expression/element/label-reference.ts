// `LabelReference`: a name in ORDER BY and GROUP BY that the compiler looks up in the columns clause.
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { type Place, Tag, type Tracer } from '../base/recipe.ts'
import { NullType } from '../types/null.ts'
import type { SqlType } from '../types/type.ts'
import { ColumnElement } from './column-element.ts'

/**
 * A label of the columns clause, else a selected column, else a column of a FROM element, by name. The compiler raises
 * where there is none, so that no text gets into a statement this way.
 */
export class LabelReference extends ColumnElement<unknown> {
  declare readonly kind: 'labelReference'
  static {
    defineKind(this, 'labelReference')
  }
  readonly name: string
  constructor(name: string) {
    super()
    this.name = name
  }
  get type(): SqlType<unknown> {
    return NullType
  }
  walk(pass: Pass): void {
    pass.text(this.name)
  }
  /** @internal */
  override trace(_tracer: Tracer, at: Place): Place | null {
    return this.constructor === LabelReference ? at.tagged(Tag.reference, 0).afterText(this.name) : null
  }
}
