// What UPDATE and DELETE are told: the table or its alias, and which rows by key.
import { ArgumentError } from '../../errors.ts'
import type { Element } from '../base/element.ts'
import { Role } from '../base/role.ts'
import { describe } from '../coerce/describe.ts'
import { elementOf } from '../coerce/expect.ts'
import { isRecord } from '../coerce/record.ts'
import { WRITTEN } from '../coerce/roles.ts'
import type { ColumnElement } from '../element/column-element.ts'
import { Alias } from '../from/alias.ts'
import { columnOf } from './assignments.ts'
import { type CriteriaState, criteriaOf, writeOf } from './write.ts'

/** @internal {@link writeOf} for UPDATE and DELETE, which take an alias of a table too. */
export function criteriaWriteOf(
  target: unknown,
  where: string,
): Pick<CriteriaState, 'table' | 'plugin'> & { readonly alias: Alias | null } {
  const alias = elementOf(target)
  let table: unknown = alias
  while (table instanceof Alias && !table.isLateral) table = table.element
  const isAlias = alias instanceof Alias && elementOf(table) !== null && ((table as Element).roles & Role.table) !== 0
  const state = writeOf(isAlias ? table : target, where, WRITTEN)
  return { table: state.table, plugin: state.plugin, alias: isAlias ? alias : null }
}

/** @internal WHERE with a comparison for each key, with columns of what the statement calls its table. */
export function filteredBy(
  state: CriteriaState,
  values: Readonly<Record<string, unknown>>,
  where: string,
): readonly ColumnElement<boolean>[] {
  if (!isRecord(values))
    throw new ArgumentError(
      `${where} takes an object of columns and values: .filterBy({ name: 'ed' }); got ${describe(values)}`,
    )
  const pairs = Object.entries(values).map(([key, value]) => {
    const column = columnOf(state.table, key, where)
    return (state.alias?.corresponding(column) ?? column).eq(value as never)
  })
  return criteriaOf(state, pairs)
}
