// Tables of one name in different schemas within one statement: where one name would mean the other, a table gets an alias.
import { AnonymousName } from '../../expression/element/name.ts'
import type { FromClause } from '../../expression/from/from-clause.ts'
import { TableClause } from '../../expression/from/table-clause.ts'
import { impliedFroms } from '../../expression/select/froms.ts'
import type { SelectState } from '../../expression/select/state.ts'
import type { Render } from './state.ts'

/** Of two tables of one name in different schemas, the one that is written without a schema gets another name. */
export function aliasAmbiguous(froms: readonly FromClause[], out: Render): void {
  for (const from of froms)
    if (from instanceof TableClause && from.schema === null && hasNamesake(from, froms)) alias(from, out)
}

function hasNamesake(table: TableClause, froms: readonly FromClause[]): boolean {
  for (let index = 0; index < froms.length; index += 1) if (isNamesake(froms[index] as FromClause, table)) return true
  return false
}

/**
 * A table with a schema in a subquery that names one of the statement around, which is written without: the name of the other would mean
 * the one that is nearer.
 */
export function aliasNearer(
  state: SelectState,
  listed: readonly FromClause[],
  around: readonly FromClause[],
  out: Render,
): void {
  if (around.length === 0) return
  for (const from of listed) {
    if (!(from instanceof TableClause) || from.schema === null) continue
    const outer = around.find((other) => isNamesake(other, from) && (other as TableClause).schema === null)
    if (outer !== undefined && !listed.includes(outer) && impliedFroms(state).includes(outer)) alias(from, out)
  }
}

/** Tables beside the one that a statement writes, which keeps its name: whatever their schema, the database takes a name once. */
export function aliasBeside(written: FromClause, froms: readonly FromClause[], out: Render): void {
  const others: FromClause[] = []
  for (const from of froms)
    if (from instanceof TableClause && isNamesake(written, from)) alias(from, out)
    else if (from !== written) others.push(from)
  aliasAmbiguous(others, out)
}

function isNamesake(one: FromClause, other: TableClause): boolean {
  return one !== other && one instanceof TableClause && one.name === other.name
}

function alias(table: TableClause, out: Render): void {
  if (out.aliasedTables?.has(table) === true) return
  out.aliasedTables = new Map([...(out.aliasedTables ?? []), [table, new AnonymousName(table.name, null, 'alias')]])
}
