// `exists()`: EXISTS around a SELECT, or around `SELECT *` that is told the rest.
import { expect } from '../coerce/expect.ts'
import { ROWS } from '../coerce/roles.ts'
import { ColumnClause } from '../element/column.ts'
import type { RowSource } from '../from/alias.ts'
import { NullType } from '../types/null.ts'
import type { SelectBase } from './compound.ts'
import { Exists } from './scalar.ts'
import { EMPTY_SELECT, Select } from './select.ts'

const EVERYTHING: Select = new Select({ ...EMPTY_SELECT, items: [new ColumnClause('*', '*', NullType, null, true)] })

/**
 * `EXISTS (...)`: whether a SELECT gives a row; without one, `SELECT *` to be told the rest by `.where()`.
 * @example
 * select(users.c.id).where(exists().where(addresses.c.userId.eq(users.c.id)))
 * // SELECT users.id FROM users WHERE EXISTS (SELECT * FROM addresses WHERE addresses.user_id = users.id)
 */
export function exists(): Exists
export function exists(select: SelectBase): Exists
export function exists(...given: readonly unknown[]): Exists {
  // A SELECT that is undefined is a mistake, and not one that is left out.
  return new Exists(given.length === 0 ? EVERYTHING : (expect(ROWS, given[0], 'exists()') as RowSource))
}
