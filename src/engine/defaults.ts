// Client-side defaults: what a column's `default` or `onUpdate` gives for one row.
import type { DefaultColumn } from '../dialect/contract/compiled.ts'
import { InvalidRequestError } from '../errors.ts'
import { SchemaColumn } from '../expression/schema/column.ts'
import { DefaultContext } from '../expression/schema/default.ts'
import { quoteName } from '../nearest.ts'

/**
 * The value for a row that was given none.
 *
 * @param read the values that the statement gives for the row, for functions that ask.
 * @throws InvalidRequestError the column has no default that is evaluated by the client.
 */
export function clientDefaultOf(given: DefaultColumn, read: () => Readonly<Record<string, unknown>>): unknown {
  const { updated } = given
  const column = updated ?? given
  const source = column instanceof SchemaColumn ? (updated === undefined ? column.default : column.onUpdate) : null
  switch (source?.sort) {
    case 'value':
      return source.value
    case 'callable':
      return source.call(new DefaultContext(updated === undefined ? 'insert' : 'update', read))
    default:
      throw new InvalidRequestError(`Column ${quoteName(column.name)} has no default that the client can evaluate`)
  }
}
