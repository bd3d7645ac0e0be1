// Where a column's value comes from when a statement gives none, on the client's side.
import { ArgumentError } from '../../errors.ts'
import { isUnawaited, UNAWAITED } from '../../show.ts'
import type { Element } from '../base/element.ts'
import { Role } from '../base/role.ts'
import { elementOf, expect } from '../coerce/expect.ts'
import { EXPRESSION } from '../coerce/roles.ts'
import type { ColumnElement } from '../element/column-element.ts'
import { SqlType } from '../types/type.ts'
import { Sequence } from './sequence.ts'
import { FetchedValue } from './server-default.ts'

/** What a function that gives a default is told of the row. */
export class DefaultContext {
  /** For which kind of statement the value is. */
  readonly sort: 'insert' | 'update'
  readonly #read: () => Readonly<Record<string, unknown>>

  /** @internal */
  constructor(sort: 'insert' | 'update', read: () => Readonly<Record<string, unknown>>) {
    this.sort = sort
    this.#read = read
  }

  /**
   * The values that the statement gives for this row, by column key; expressions and other defaults are not among them.
   *
   * @example
   * Column(Integer, { default: ({ currentParameters }) => Object.keys(currentParameters).length })
   */
  get currentParameters(): Readonly<Record<string, unknown>> {
    return this.#read()
  }
}

/** A value, a function that is called for each row, or an expression that the database evaluates. */
export type ClientDefault =
  | { readonly sort: 'value'; readonly value: unknown }
  | { readonly sort: 'callable'; readonly call: (context: DefaultContext) => unknown }
  | { readonly sort: 'expression'; readonly element: ColumnElement }

/** A SELECT, which stands for its one value. */
interface ScalarSource extends Element {
  scalarSubquery(): ColumnElement
}

/**
 * What `default` and `onUpdate` of a column mean; null for none.
 *
 * @throws ArgumentError an element that is no expression, such as a table.
 */
export function clientDefault(place: string, given: unknown): ClientDefault | null {
  if (given === undefined) return null
  if (given instanceof Sequence) return { sort: 'expression', element: given.nextValue() }
  if (given instanceof FetchedValue)
    throw new ArgumentError(
      `${place} is the program's own value: what the database gives is serverDefault or serverOnUpdate`,
    )
  const element = elementOf(given)
  // The definition of a column is a function too, which would be called for each row.
  if (given instanceof SqlType || (typeof given === 'function' && 'type' in given && 'options' in given))
    throw new ArgumentError(
      `${place} takes a value, a function or an expression, not a type or the definition of a column`,
    )
  if (element !== null) {
    const value = element.roles & Role.rows ? (element as ScalarSource).scalarSubquery() : element
    return { sort: 'expression', element: expect(EXPRESSION, value, place) }
  }
  if (typeof given === 'function') return { sort: 'callable', call: given as (context: DefaultContext) => unknown }
  if (isUnawaited(given))
    throw new ArgumentError(`${place} takes a value or a function, which may be async, not ${UNAWAITED}`)
  return { sort: 'value', value: given }
}
