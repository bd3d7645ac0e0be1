// Tables in order of their foreign keys; circles are broken by keys that are added afterwards.
import type { ForeignKeyConstraint } from './foreign-key.ts'
import type { Table } from './table.ts'
import { type Edge, findCycles, topologicalSort } from './topological.ts'

/** An order of creation. */
export interface TableOrder {
  /** Each after those it refers to. */
  readonly tables: readonly Table[]
  /** Foreign keys that can only be added when all tables are there: those of tables in a circle, and those with `useAlter`. */
  readonly later: ReadonlySet<ForeignKeyConstraint>
}

/**
 * Sorts tables by dependency; those without one stand in alphabetical order. The order for dropping is the reverse.
 *
 * @throws NoReferencedTableError a foreign key refers to a table that is not there.
 */
export function sortTables(given: Iterable<Table>): TableOrder {
  const tables = [...given].sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0))
  const later = new Set<ForeignKeyConstraint>()
  for (const table of tables) for (const key of table.foreignKeys) if (key.options.useAlter === true) later.add(key)
  const circles = findCycles(
    tables,
    edgesOf(tables, later).filter(([before, after]) => before !== after),
  )
  for (const table of circles.flat()) for (const key of table.foreignKeys) later.add(key)
  return { tables: topologicalSort(tables, edgesOf(tables, later)), later }
}

function edgesOf(tables: readonly Table[], without: ReadonlySet<ForeignKeyConstraint>): Edge<Table>[] {
  return tables.flatMap((table) => {
    const parents = [...table.storage.inherits, ...(table.partitionOf === null ? [] : [table.partitionOf.parent])]
    return [
      ...table.foreignKeys
        .filter((key) => !without.has(key))
        .map((key) => [key.referredTable as unknown as Table, table] as const)
        .filter(([before, after]) => before !== after),
      ...parents.map((parent) => [parent as Table, table] as const),
    ]
  })
}
