// The types of the columns that UNION and its kin give.
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
