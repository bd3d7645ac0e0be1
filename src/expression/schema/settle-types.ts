// Types of columns that take them from the column that they refer to.
import type { Table } from './table.ts'

/**
 * Settles the types of columns that take them from the column they refer to, as far as the tables are known.
 *
 * @internal
 */
export function settleTypes(tables: Iterable<Table>): void {
  let waiting = [...tables].flatMap((each) => each.columnList.filter((column) => column.definition.type === null))
  for (let before = -1; waiting.length !== before; ) {
    before = waiting.length
    waiting = waiting.filter((column) => {
      const referred = column.foreignKeys.find((link) => link.referred !== null)?.referred
      if (referred === undefined || referred === null || referred.type.kind === 'null') return true
      column.settleType(referred.type)
      return false
    })
  }
}
