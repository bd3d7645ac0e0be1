// `tableValued()`: the rows of a FROM element as one value each, for functions that take rows.
import { ArgumentError } from '../../errors.ts'
import { expect } from '../coerce/expect.ts'
import { FROM } from '../coerce/roles.ts'
import type { ColumnElement } from '../element/column-element.ts'
import type { FromClause } from '../from/from-clause.ts'
import { ColumnValued, type FromWithName } from '../from/table-valued.ts'
import type { FromArgument } from '../from/typed.ts'
import { NullType } from '../types/null.ts'

/**
 * The whole row of a table, alias, subquery or CTE as one value, for functions that take rows. SQLAlchemy: `users.table_valued()`.
 * @throws ArgumentError a join has no name by which its rows could be meant
 * @example
 * select(func.rowToJson(tableValued(users)))   // SELECT row_to_json(users) AS row_to_json_1 FROM users
 */
export function tableValued(from: FromArgument): ColumnElement {
  const element = expect(FROM, from, 'tableValued()') as FromClause & Partial<FromWithName>
  if (element.name === undefined)
    throw new ArgumentError('tableValued() takes a FROM element that has a name: a join goes into a subquery')
  return new ColumnValued(element as FromWithName, NullType)
}
