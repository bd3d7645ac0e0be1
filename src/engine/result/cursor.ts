// The rows of a result that are still to be read: as values, or as objects that the driver has made.
import type { RowShape } from './row-shape.ts'
import type { Cursor, View } from './view.ts'

/** The rows that a statement gave, none of them read; null where it gives none. */
export function cursorOf(
  rows: unknown[][] | null,
  made: Record<string, unknown>[] | undefined,
  shape: RowShape,
): Cursor {
  if (made !== undefined) return new MadeRows(made, shape)
  return { rows: rows ?? [], position: 0, closed: rows === null ? 'no rows' : null }
}

/** All rows at once, where they are wanted just as the driver has made them; null where they have to be made from values. */
export function takeMade(cursor: Cursor, { form, picked, unique }: View): unknown[] | null {
  return cursor instanceof MadeRows && form === 'row' && picked === null && unique === null ? cursor.take() : null
}

/** Rows that the driver has made; taken apart again when somebody asks for values. */
class MadeRows implements Cursor {
  position = 0
  closed: Cursor['closed'] = null
  readonly #shape: RowShape
  #made: Record<string, unknown>[] | null
  #rows: unknown[][] = []

  constructor(made: Record<string, unknown>[], shape: RowShape) {
    this.#made = made
    this.#shape = shape
  }

  get rows(): unknown[][] {
    if (this.#made !== null) this.rows = this.#shape.valuesOf(this.#made)
    return this.#rows
  }

  set rows(rows: unknown[][]) {
    this.#rows = rows
    this.#made = null
  }

  take(): Record<string, unknown>[] | null {
    const made = this.#made
    this.#made = null
    return made
  }
}
