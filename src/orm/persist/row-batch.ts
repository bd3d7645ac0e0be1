// Criteria of rows of a flush that are given as arrays; the arrays are the engine's.
import { Binary } from '../../expression/element/binary.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import { eq } from '../../expression/operator/catalog.ts'
import { Boolean as BooleanType } from '../../expression/types/scalar.ts'

/** `left = right`. */
export function equals(left: ColumnElement, right: ColumnElement): ColumnElement<boolean> {
  return new Binary(left, eq, right, BooleanType)
}
