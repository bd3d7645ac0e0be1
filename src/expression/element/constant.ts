// Constants of SQL: NULL, TRUE, FALSE, and literal text that stands for a column.
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { type Place, Tag, type Tracer } from '../base/recipe.ts'
import { NullType } from '../types/null.ts'
import { Boolean as BooleanType } from '../types/scalar.ts'
import type { SqlType } from '../types/type.ts'
import { ColumnElement } from './column-element.ts'

/** NULL. */
export class Null extends ColumnElement<null> {
  declare readonly kind: 'null'
  static {
    defineKind(this, 'null')
  }
  get type(): SqlType<null> {
    return NullType as SqlType<never>
  }
  walk(_pass: Pass): void {}
  /** @internal */
  override trace(_tracer: Tracer, at: Place): Place | null {
    return this.constructor === Null ? at.tagged(Tag.constant, 0) : null
  }
}

/** TRUE. */
export class True extends ColumnElement<boolean> {
  declare readonly kind: 'true'
  static {
    defineKind(this, 'true')
  }
  get type(): SqlType<boolean> {
    return BooleanType
  }
  override negated(): ColumnElement<boolean> {
    return FALSE
  }
  walk(_pass: Pass): void {}
  /** @internal */
  override trace(_tracer: Tracer, at: Place): Place | null {
    return this.constructor === True ? at.tagged(Tag.constant, 1) : null
  }
}

/** FALSE. */
export class False extends ColumnElement<boolean> {
  declare readonly kind: 'false'
  static {
    defineKind(this, 'false')
  }
  get type(): SqlType<boolean> {
    return BooleanType
  }
  override negated(): ColumnElement<boolean> {
    return TRUE
  }
  walk(_pass: Pass): void {}
  /** @internal */
  override trace(_tracer: Tracer, at: Place): Place | null {
    return this.constructor === False ? at.tagged(Tag.constant, 2) : null
  }
}

/** @internal The one NULL. */
export const NULL: Null = new Null()
/** @internal The one TRUE. */
export const TRUE: True = new True()
/** @internal The one FALSE. */
export const FALSE: False = new False()
