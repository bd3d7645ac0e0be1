// How the rows of a result are shown: as objects, tuples, values; some columns; each once.
import type { RowShape } from './row-shape.ts'
import type { SeenValues } from './unique.ts'

/** How far the rows have been read; shared by all views of one result. */
export interface Cursor {
  rows: unknown[][]
  position: number
  /** No rows at all, or closed for good. */
  closed: 'no rows' | 'closed' | null
}

export type Form = 'row' | 'tuple' | 'scalar' | 'mapping'

/** How rows are shown. */
export interface View {
  readonly form: Form
  readonly shape: RowShape
  /** Positions in the values of a row; null for all as they come. */
  readonly picked: readonly number[] | null
  /** Shows rows only once; null shows all. */
  readonly unique: Unique | null
  /** How many rows `partitions()` gives at a time where it is not told; null for all. */
  readonly yieldPer: number | null
}

/** What tells rows apart: the values that are shown, or what a function makes of the row as it was when the function was given. */
export interface Unique {
  readonly seen: SeenValues
  readonly keyOf: ((item: unknown) => unknown) | null
  readonly view: View
}

/** Values of rows in the form that was asked for. */
export function showView(view: View, rows: unknown[][]): unknown[] {
  return show(view, distinctRows(view, rows))
}

/** Those of the rows that are shown. */
export function distinctRows(view: View, rows: unknown[][]): unknown[][] {
  return view.unique === null ? rows : distinct(rows, view, view.unique)
}

/** Values of rows with the columns that were asked for. */
export function pickColumns({ picked }: View, rows: unknown[][]): unknown[][] {
  return picked === null ? rows : rows.map((values) => picked.map((index) => values[index]))
}

function show(view: View, rows: unknown[][]): unknown[] {
  const { form, shape, picked } = view
  if (form === 'scalar') {
    const column = picked?.[0] ?? 0
    return rows.map((values) => values[column])
  }
  const own = pickColumns(view, rows)
  if (form === 'row') return shape.rows(own)
  return form === 'tuple' ? own : shape.mappings(own)
}

function distinct(rows: unknown[][], view: View, { seen, keyOf, view: keyView }: Unique): unknown[][] {
  if (keyOf !== null) {
    const items = show(keyView, rows)
    return rows.filter((_, index) => seen.isNew([keyOf(items[index])]))
  }
  const { picked } = view
  return rows.filter((values) => seen.isNew(picked === null ? values : picked.map((index) => values[index])))
}
