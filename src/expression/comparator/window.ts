// OVER and FILTER: what `.over()` and `.filter()` build.
import { ArgumentError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import { expectAll } from '../coerce/expect.ts'
import { EXPRESSION, ORDER } from '../coerce/roles.ts'
import type { ColumnElement } from '../element/column-element.ts'
import { type Frame, FunctionFilter, Over, type OverOptions } from '../element/window.ts'
import type { Operator } from '../operator/operator.ts'
import { and } from './conjunction.ts'

const KEYS = ['partitionBy', 'orderBy', 'rows', 'range', 'groups'] as const
const UNITS = { rows: 'ROWS', range: 'RANGE', groups: 'GROUPS' } as const

/** `element OVER (...)`. */
export function windowed(element: ColumnElement, _operator: Operator, operands: readonly unknown[]): ColumnElement {
  const options = operands[0] as OverOptions
  checkKeys('.over()', options, KEYS)
  const partitionBy = expectAll(EXPRESSION, listOf(options.partitionBy), '.over()')
  const orderBy = expectAll(ORDER, listOf(options.orderBy), '.over()')
  return new Over(element, partitionBy, orderBy, frameOf(options))
}

/** `element FILTER (WHERE ...)`. */
export function filtered(element: ColumnElement, _operator: Operator, criteria: readonly unknown[]): ColumnElement {
  return new FunctionFilter(element, and(...(criteria as readonly ColumnElement<boolean>[])))
}

/** One thing or several, as a list. */
export function listOf(oneOrMany: unknown): readonly unknown[] {
  if (oneOrMany === undefined || oneOrMany === null) return []
  return Array.isArray(oneOrMany) ? oneOrMany : [oneOrMany]
}

function frameOf(options: OverOptions): Frame | null {
  let frame: Frame | null = null
  for (const key of ['rows', 'range', 'groups'] as const) {
    const bounds: unknown = options[key]
    if (bounds === undefined) continue
    if (frame !== null) throw new ArgumentError('.over() takes one of rows, range and groups')
    if (!Array.isArray(bounds) || bounds.length !== 2 || !bounds.every(isBound))
      throw new ArgumentError(`.over(): ${key} takes [from, to], each null or a whole number`)
    frame = { unit: UNITS[key], from: bounds[0], to: bounds[1] }
  }
  return frame
}

function isBound(bound: unknown): boolean {
  return bound === null || Number.isSafeInteger(bound)
}
