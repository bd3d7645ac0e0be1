// What sorts on SQLite as it does on PostgreSQL: NULL is the largest of all values, an enumeration follows its labels, spans of time their length.
import type { ColumnElement } from '../../expression/element/column-element.ts'
import { Grouping } from '../../expression/element/grouping.ts'
import { Unary } from '../../expression/element/unary.ts'
import type { Cte, Subquery } from '../../expression/from/alias.ts'
import type { FromClause } from '../../expression/from/from-clause.ts'
import { Join } from '../../expression/from/join.ts'
import { ProxyColumn } from '../../expression/from/proxy-column.ts'
import { SchemaColumn } from '../../expression/schema/column.ts'
import { Select } from '../../expression/select/select.ts'
import type { EnumType } from '../../expression/types/enum.ts'
import { String as STRING } from '../../expression/types/string.ts'
import type { SqlType } from '../../expression/types/type.ts'
import { contained } from '../compile/select.ts'
import type { Render } from '../compile/state.ts'
import { HOST } from './type-name.ts'

/** A term of ORDER BY; `nullsFirst()` and `nullsLast()` say themselves where NULL is. */
export function renderOrderTerm(text: string, by: ColumnElement, out: Render): string {
  let element = by
  let words = ''
  let isDescending = false
  let isSaid = false
  while (element instanceof Unary && element.postfix) {
    const { name, symbol } = element.operator
    words = ` ${symbol}${words}`
    if (name === 'descending') isDescending = true
    else if (name === 'nullsFirst' || name === 'nullsLast') isSaid = true
    element = element.element
  }
  const nulls = isSaid || cannotBeNull(element, out) ? '' : isDescending ? ' NULLS FIRST' : ' NULLS LAST'
  return comparable(text.slice(0, text.length - words.length), element, out) + words + nulls
}

/** The text of what is sorted or compared by, where that of the value itself sorts otherwise. */
export function comparable(text: string, { type: given }: ColumnElement, out: Render): string {
  const type = given.forDialect(HOST)
  // Behind a UNION nothing but the names of its columns can stand.
  if (out.unqualified) return text
  if (type.affinity === 'interval') return `interval_order(${text})`
  return type.kind === 'enum' && (type as SqlType as EnumType).native
    ? placeAmongLabels(text, type as SqlType as EnumType, out)
    : text
}

function placeAmongLabels(text: string, { labels }: EnumType, out: Render): string {
  const places = labels.map((label, place) => `WHEN ${out.spelling.literal(label, STRING)} THEN ${place}`)
  return `CASE ${text} ${places.join(' ')} END`
}

/** A column that takes no NULL, and does not come from a side that may be missing. */
function cannotBeNull(element: ColumnElement, out: Render): boolean {
  return !out.unqualified && takesNoNull(element, out.frame.froms)
}

function takesNoNull(element: unknown, froms: readonly FromClause[]): boolean {
  if (element instanceof Grouping) return takesNoNull(element.element, froms)
  if (element instanceof SchemaColumn) return !element.nullable && !mayBeMissing(element.table, froms)
  if (!(element instanceof ProxyColumn) || element.table === null || mayBeMissing(element.table, froms)) return false
  const { table, original } = element
  if (table.kind === 'alias') return takesNoNull(original, [])
  const inner = table.kind === 'subquery' || table.kind === 'cte' ? (table as Subquery | Cte).element : null
  return inner instanceof Select && takesNoNull(original, contained(inner.finalFroms))
}

/** Whether an outer join may give NULL for all columns of a FROM element. */
function mayBeMissing(from: unknown, froms: readonly FromClause[]): boolean {
  return froms.some((each) => {
    if (!(each instanceof Join) || !(each.isOuter || each.isFull)) return false
    const missing = [...each.right.containedFroms(), ...(each.isFull ? each.left.containedFroms() : [])]
    return missing.includes(from as FromClause)
  })
}
