// How the rows of a result are shown: as objects, tuples, values; some columns; each once.
import type { Element } from '../../expression/base/element.ts'
import type { ColumnKey, RowShape } from './row-shape.ts'
import { SeenValues } from './unique.ts'

/** How far the rows have been read; shared by all views of one result. */
export interface Cursor {
  rows: unknown[][]
  position: number
  /** No rows at all, or closed for good. */
  closed: 'no rows' | 'closed' | null
}

export type Form = 'row' | 'tuple' | 'scalar' | 'mapping'

/** A statement that knows what it has selected, in the order of the values of its rows. */
export interface Selecting {
  readonly exportedColumns: readonly Element[]
}

/** How rows are shown. */
export interface View {
  readonly form: Form
  readonly shape: RowShape
  /** The statement that was run: one of the same shape, with other aliases, may have given the shape. Null where only names are known. */
  readonly selecting: Selecting | null
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

/**
 * Where a column stands among those that are shown.
 *
 * @throws NoSuchColumnError there is none.
 * @throws AmbiguousColumnError there are several of that name.
 */
export function positionOf(view: View, column: ColumnKey): number {
  return view.shape.indexOf(column, typeof column === 'object' ? selectedIn(view) : null)
}

/** The same rows with only some of their columns, in another form. */
export function pick(view: View, form: Form, indexes: readonly number[]): View {
  const { shape, picked } = view
  const inValues = picked === null ? indexes : indexes.map((index) => picked[index] ?? 0)
  return { ...view, form, shape: shape.pick(indexes), picked: inValues }
}

/** The same rows where their values are only those that are shown. */
export function asShown(view: View): View {
  const exportedColumns = view.picked === null ? null : selectedIn(view)
  const selecting = exportedColumns === null ? view.selecting : { exportedColumns }
  return { ...view, picked: null, unique: null, selecting }
}

/** Whether what tells rows apart may be in columns that are not shown. */
export function tellsByHidden({ unique, shape }: View): boolean {
  return unique !== null && unique.keyOf !== null && unique.view.shape !== shape
}

/** How rows of several results are shown in the way of one of them. @param whole whether they have the columns that are not shown, too. */
export function mergedView(view: View, whole: boolean): View {
  const shown = whole ? view : asShown(view)
  const { unique } = view
  if (unique === null) return shown
  const keyView = whole ? unique.view : asShown(unique.view)
  return { ...shown, unique: { seen: new SeenValues(), keyOf: unique.keyOf, view: keyView } }
}

function selectedIn({ selecting, picked }: View): readonly Element[] | null {
  if (selecting === null) return null
  const { exportedColumns } = selecting
  return picked === null ? exportedColumns : picked.map((index) => exportedColumns[index] as Element)
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
