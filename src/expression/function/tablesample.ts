// `tablesample()`: some of the rows of a table, chosen by the database.
import { checkKeys } from '../../nearest.ts'
import { expect } from '../coerce/expect.ts'
import { EXPRESSION, FROM } from '../coerce/roles.ts'
import { argumentFor } from '../comparator/construct.ts'
import type { Expression } from '../element/column-element.ts'
import type { FromClause } from '../from/from-clause.ts'
import { TableSample } from '../from/table-valued.ts'
import type { TypedFrom } from '../from/typed.ts'
import { NullType } from '../types/null.ts'
import { FunctionCall } from './function.ts'

/** Options of {@link tablesample}. */
export interface TablesampleOptions {
  /** Default: one that the compiler chooses, such as `users_1`. */
  readonly name?: string
  /** Makes the sample the same each time. */
  readonly seed?: number | Expression<number>
}

/**
 * Some of the rows of a table, chosen at random.
 * @param sampling the percentage of the table's pages, or a method of the database: `func('bernoulli', 10)`
 * @example
 * select(tablesample(users, 10, { seed: 5 }).c.id)
 * // SELECT users_1.id FROM users AS users_1 TABLESAMPLE system(:system_1) REPEATABLE (:param_1)
 */
export function tablesample<Row>(
  from: TypedFrom<Row>,
  sampling: number | Expression,
  options: TablesampleOptions = {},
): TableSample<Row> {
  checkKeys('tablesample()', options, ['seed'], [], ['name'])
  const element = expect(FROM, from, 'tablesample()') as FromClause
  const method =
    typeof sampling === 'number'
      ? new FunctionCall([], 'system', [argumentFor('tablesample()', 'system', sampling, null)], NullType)
      : expect(EXPRESSION, sampling, 'tablesample()')
  const seed = options.seed === undefined ? null : argumentFor('tablesample()', 'param', options.seed, null)
  return new TableSample<Row>(element, options.name ?? null, method, seed)
}
