// EXTRACT(field FROM expression).

import type { Element } from '../base/element.ts'
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { Fraction } from '../types/infer.ts'
import { Integer } from '../types/numeric.ts'
import type { SqlType } from '../types/type.ts'
import { ColumnElement } from './column-element.ts'

/** Fields that have digits behind the point, by all names that PostgreSQL has for them. */
const FRACTIONAL = /^(epoch|julian|second|seconds|sec|secs|s|millisecond|milliseconds|msec|msecs|msecond|mseconds|ms)$/i

/** A part of a date or time: `EXTRACT(year FROM element)`. The field is one of a closed set, checked by whoever builds the node. */
export class Extract extends ColumnElement<number> {
  declare readonly kind: 'extract'
  static {
    defineKind(this, 'extract')
  }
  readonly field: string
  readonly element: ColumnElement
  constructor(field: string, element: ColumnElement) {
    super()
    this.field = field
    this.element = element
  }
  get type(): SqlType<number> {
    return FRACTIONAL.test(this.field) ? Fraction : Integer
  }
  override fromObjects(): readonly Element[] {
    return this.element.fromObjects()
  }
  walk(pass: Pass): void {
    pass.text(this.field)
    pass.node(this.element)
  }
}
