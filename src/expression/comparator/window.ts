// OVER and FILTER: what `.over()` and `.filter()` build.
import { ArgumentError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import { expectAll } from '../coerce/expect.ts'
import { ORDER } from '../coerce/roles.ts'
import type { ColumnElement } from '../element/column-element.ts'
import {
  type Frame,
  type FrameEnd,
  type FrameExclusion,
  FunctionFilter,
  Over,
  type OverOptions,
} from '../element/window.ts'
import type { Operator } from '../operator/operator.ts'
import { and } from './conjunction.ts'
import { argumentFor } from './construct.ts'

const KEYS = ['partitionBy', 'orderBy', 'rows', 'range', 'groups', 'exclude'] as const
const UNITS = { rows: 'ROWS', range: 'RANGE', groups: 'GROUPS' } as const

/** `element OVER (...)`. */
export function windowed(element: ColumnElement, _operator: Operator, operands: readonly unknown[]): ColumnElement {
  const options = operands[0] as OverOptions
  checkKeys('.over()', options, KEYS)
  const partitionBy = expectAll(ORDER, listOf(options.partitionBy), '.over()')
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
    if (!Array.isArray(bounds) || bounds.length !== 2)
      throw new ArgumentError(`.over(): ${key} takes [from, to], each null or a whole number`)
    const [from, to] = bounds as readonly unknown[]
    frame = { unit: UNITS[key], from: endOf(from, key), to: endOf(to, key), exclude: exclusionOf(options.exclude) }
  }
  if (frame === null && options.exclude !== undefined)
    throw new ArgumentError('.over(): exclude needs a frame: rows, range or groups')
  return frame
}

const EXCLUSIONS: readonly unknown[] = ['current row', 'group', 'ties', 'no others']

function exclusionOf(exclude: unknown): FrameExclusion | null {
  if (exclude === undefined) return null
  if (!EXCLUSIONS.includes(exclude))
    throw new ArgumentError(`.over(): exclude takes ${EXCLUSIONS.map((each) => `'${each}'`).join(', ')}`)
  return exclude as FrameExclusion
}

function endOf(bound: unknown, key: string): number | null | FrameEnd {
  if (bound === null || Number.isSafeInteger(bound)) return bound as number | null
  if (typeof bound === 'object') {
    const { preceding, following } = bound as { readonly preceding?: unknown; readonly following?: unknown }
    if (preceding !== undefined && following === undefined) return { direction: 'PRECEDING', by: offsetOf(preceding) }
    if (following !== undefined && preceding === undefined) return { direction: 'FOLLOWING', by: offsetOf(following) }
  }
  throw new ArgumentError(
    `.over(): ${key} takes [from, to], each null, a whole number, { preceding: x } or { following: x }`,
  )
}

function offsetOf(by: unknown): ColumnElement {
  return argumentFor('.over()', 'param', by, null)
}
