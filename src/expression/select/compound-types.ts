// The columns that UNION and its kin give: how many, and of which types.
import type { Element } from '../base/element.ts'
import { Role } from '../base/role.ts'
import { ColumnClause } from '../element/column.ts'
import type { RowSource } from '../from/alias.ts'
import { NullType } from '../types/null.ts'
import { commonType } from '../types/results.ts'
import type { SqlType } from '../types/type.ts'

/** @internal The types of the columns that several statements give together; null where they are those of the first one. */
export function commonTypes(selects: readonly RowSource[]): readonly SqlType[] | null {
  const own = selects[0]?.exportedColumns ?? []
  const [first, ...others] = selects.map((each) => each.columnTypes ?? each.exportedColumns.map(({ type }) => type))
  if (first === undefined) return null
  const types = first.map((type, place) => {
    const rest = others.map((each) => ({ type: each[place] ?? NullType }))
    return rest.some((other) => other.type !== type) ? commonType([{ type }, ...rest]) : type
  })
  return types.some((type, place) => type !== own[place]?.type) ? types : null
}

/** What SELECT and compounds are made of; their classes stand on this file. */
interface Parts {
  readonly state?: { readonly selects?: readonly RowSource[]; readonly items?: readonly Element[] }
}

/** @internal How many columns the rows have; null where only the server knows. */
export function columnCount(source: RowSource): number | null {
  const { selects, items } = (source as Parts).state ?? {}
  if (selects !== undefined) return selects.map(columnCount).find((count) => count !== null) ?? null
  if (items?.every(isOneColumn) === false) return null
  return source.exportedColumns.length || null
}

/** Not so `text('a, b')` and `literalColumn('*')`. */
function isOneColumn(item: Element): boolean {
  return (item.roles & Role.text) === 0 && !(item instanceof ColumnClause && item.isLiteral && item.name === '*')
}
