// Where a column's value comes from when a statement gives none, on the client's side.
import { ColumnElement } from '../element/column-element.ts'
import { Sequence } from './sequence.ts'

/** A value, a function that is called for each row, or an expression that the database evaluates. */
export type ClientDefault =
  | { readonly sort: 'value'; readonly value: unknown }
  | { readonly sort: 'callable'; readonly call: () => unknown }
  | { readonly sort: 'expression'; readonly element: ColumnElement }

/** What `default` and `onUpdate` of a column mean; null for none. */
export function clientDefault(given: unknown): ClientDefault | null {
  if (given === undefined) return null
  if (given instanceof ColumnElement) return { sort: 'expression', element: given }
  if (given instanceof Sequence) return { sort: 'expression', element: given.nextValue() }
  if (typeof given === 'function') return { sort: 'callable', call: given as () => unknown }
  return { sort: 'value', value: given }
}
