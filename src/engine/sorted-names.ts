// The order in which reflected tables can be created.
import type { ReflectedForeignKey } from '../expression/schema/reflected.ts'
import { findCycles, topologicalSort } from '../expression/schema/topological.ts'
import type { SortedTableNames } from './inspector-options.ts'

/**
 * Tables in order of dependency, each with the names of its keys that lead to tables before it; keys within a circle come last.
 *
 * @param schema whose tables they are; keys to other schemas order nothing.
 */
export function sortedNames(
  found: ReadonlyMap<string, readonly ReflectedForeignKey[]>,
  schema: string | null,
): SortedTableNames[] {
  const names = [...found.keys()]
  const edges = [...found].flatMap(([table, keys]) =>
    keys
      .filter((key) => key.referredSchema === schema && key.referredTable !== table && found.has(key.referredTable))
      .map((key) => [key.referredTable, table] as const),
  )
  const circular = new Set(findCycles(names, edges).flat())
  const isLate = (table: string, key: ReflectedForeignKey): boolean =>
    circular.has(table) && circular.has(key.referredTable) && key.referredTable !== table
  const firm = edges.filter(([before, after]) => !(circular.has(before) && circular.has(after)))
  const nameOf = ({ name }: ReflectedForeignKey): string => name ?? ''
  const sorted = topologicalSort(names, firm).map((table) => ({
    table,
    foreignKeys: (found.get(table) ?? []).filter((key) => !isLate(table, key)).map(nameOf),
  }))
  const late = [...found].flatMap(([table, keys]) => keys.filter((key) => isLate(table, key)).map(nameOf))
  return [...sorted, { table: null, foreignKeys: late }]
}
