// The TypeScript types of what is read from a result by column.
import type { ColumnKey } from './row-shape.ts'

/** The type of one column's values: by position, by name, or by the expression that was selected. */
export type ColumnValue<Row, Tuple extends unknown[], C> = C extends number
  ? Tuple[C]
  : C extends { readonly '~value': infer V }
    ? V
    : C extends keyof Row
      ? Row[C]
      : unknown

/** The tuple of a row with these columns. */
export type ColumnsTuple<Row, Tuple extends unknown[], K extends readonly ColumnKey[]> = {
  -readonly [I in keyof K]: ColumnValue<Row, Tuple, K[I]>
}

/** The row with these columns; names of columns that are given by position are not known. */
export type ColumnsRow<Row, Tuple extends unknown[], K extends readonly ColumnKey[]> = {
  [C in K[number] as NameOf<C>]: ColumnValue<Row, Tuple, C>
} & (Extract<K[number], number> extends never ? unknown : Record<string, unknown>)

type NameOf<C> = C extends string ? C : C extends { readonly key: infer N extends string } ? N : never
