// Client-side defaults: what a column's `default` or `onUpdate` gives for one row.
import type { DefaultColumn } from '../dialect/contract/compiled.ts'
import { InvalidRequestError } from '../errors.ts'
import type { StatementSort } from '../expression/base/executable.ts'
import { SchemaColumn } from '../expression/schema/column.ts'
import { DefaultContext } from '../expression/schema/default.ts'
import { quoteName } from '../nearest.ts'

/**
 * The value for a row that was given none.
 *
 * @param read the values that the statement gives for the row, for functions that ask.
 * @throws InvalidRequestError the column has no default that is evaluated by the client.
 */
export function clientDefaultOf(
  column: DefaultColumn,
  sort: StatementSort,
  read: () => Readonly<Record<string, unknown>>,
): unknown {
  const source = column instanceof SchemaColumn ? (sort === 'update' ? column.onUpdate : column.default) : null
  switch (source?.sort) {
    case 'value':
      return source.value
    case 'callable':
      return source.call(new DefaultContext(sort === 'update' ? 'update' : 'insert', read))
    default:
      throw new InvalidRequestError(`Column ${quoteName(column.name)} has no default that the client can evaluate`)
  }
}
