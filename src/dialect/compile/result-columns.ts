// The columns clause of SELECT and RETURNING, and what it tells of the columns of the result.

import { Binary } from '../../expression/element/binary.ts'
import { ColumnClause } from '../../expression/element/column.ts'
import { ColumnElement } from '../../expression/element/column-element.ts'
import { Grouping } from '../../expression/element/grouping.ts'
import { Label } from '../../expression/element/label.ts'
import { baseOfName } from '../../expression/element/name.ts'
import { NamedElement } from '../../expression/element/named.ts'
import { TextClause } from '../../expression/element/text.ts'
import type { Unary } from '../../expression/element/unary.ts'
import { ProxyColumn } from '../../expression/from/proxy-column.ts'
import { distinctOf, field } from '../../expression/operator/catalog.ts'
import { columnsOfItem } from '../../expression/select/labels.ts'
import type { SelectItem } from '../../expression/select/state.ts'
import { TypeDecorator } from '../../expression/types/decorator.ts'
import { NullType } from '../../expression/types/null.ts'
import type { SqlType } from '../../expression/types/type.ts'
import { Place, type PlaceNumber } from './frame.ts'
import type { Render } from './state.ts'
import { columnExpressionOf } from './type-expression.ts'

/** Tells columns of the result that are known without a columns clause: those of text. */
export function collectColumns(columns: readonly NamedElement[], out: Render): void {
  out.columns = columns.map((column) => ({
    key: column.key,
    type: column.type,
    process: column.type.resultProcessor(out.spelling),
    source: column,
  }))
}

/**
 * The columns clause; at the top it tells the columns of the result as well.
 *
 * @param exported one named element for each column of the items, in order
 * @param isShown whether its values come out as they are; default at the top. Those of each part of a compound at the top do
 */
export function columnsClause(
  items: readonly SelectItem[],
  exported: readonly NamedElement[],
  place: PlaceNumber,
  out: Render,
  isShown: boolean = place === Place.statement,
): string {
  const isResult = place === Place.statement
  const inFrom = place === Place.from || place === Place.lateral || place === Place.cte
  let text = ''
  let position = 0
  let onlyServerKnows = false
  if (isResult) out.columns = []
  for (const item of items) {
    if (item instanceof TextClause) {
      text += separator(text) + out.node(item)
      onlyServerKnows = true
      continue
    }
    const columns = item instanceof ColumnElement ? null : columnsOfItem(item)
    const count = columns === null ? 1 : columns.length
    for (let index = 0; index < count; index += 1) {
      const column = (columns === null ? item : columns[index]) as ColumnElement
      const element = exported[position] as NamedElement
      position += 1
      const shown = isShown ? columnExpressionOf(element instanceof Label ? element.element : element, out) : null
      const name = shown === null ? null : out.quoted(element.name)
      text += separator(text)
      text += shown === null ? resultColumn(column, element, inFrom, out) : `${out.node(shown)} AS ${name}`
      if (isResult) tellColumn(column, element, shown, out)
      if (isEverything(element)) onlyServerKnows = true
    }
  }
  if (onlyServerKnows) out.columns = null
  return text
}

function separator(text: string): string {
  return text === '' ? '' : ', '
}

function resultColumn(column: ColumnElement, element: NamedElement, inFrom: boolean, out: Render): string {
  if (!(element instanceof Label)) {
    const text = out.node(element)
    // What belongs to no table is a name of the user's, as it stands.
    return inFrom && !isUnbound(element) ? `${text} AS ${out.quoted(element.name)}` : text
  }
  if (isBare(column, inFrom)) return out.node(element.element)
  // The name first, so that it gets a lower number than parameters in the value.
  const name = out.quoted(element.name)
  return `${out.node(element.element)} AS ${name}`
}

/** `column('x')`, the star, and what is named in FROM; other SQL that is written as it is gets a name that can be referred to. */
function isUnbound(element: NamedElement): boolean {
  if (isEverything(element) || element.kind === 'columnValued') return true
  return element instanceof ColumnClause && element.table === null && !element.isLiteral
}

/** Whether a column called `*` stands for the star of a subquery. */
export function isEverythingOf(node: ColumnClause): boolean {
  let original: NamedElement = node
  while (original instanceof ProxyColumn) original = original.original
  return original !== node && original instanceof ColumnClause && original.isLiteral
}

/** `*`, or `q.*` of a subquery of it: only the server knows the columns. */
function isEverything(element: NamedElement): boolean {
  if (!(element instanceof ColumnClause) || element.name !== '*') return false
  return element.isLiteral || isEverythingOf(element)
}

/** `-x` and `DISTINCT x` of what has a name get no label of their own where nobody refers to them, nor does `(f(x)).name`, which is called so. */
function isBare(column: ColumnElement, inFrom: boolean): boolean {
  if (inFrom) return false
  if (column instanceof Label) return isField(column)
  if (column.kind !== 'unary') return false
  let inner = (column as Unary).element
  while (inner instanceof Grouping) inner = inner.element
  return inner instanceof NamedElement
}

function tellColumn(column: ColumnElement, element: NamedElement, shown: ColumnElement | null, out: Render): void {
  const own = column.type
  const type = (shown === null ? null : convertedType(own, shown.type, out)) ?? own
  const read = type.resultProcessor(out.spelling)
  const process = type === own ? read : (own as TypeDecorator<unknown>).convertedProcessor(read, out.spelling)
  out.columns?.push({ key: resultKey(column, element, out), type, process, source: column })
}

/** What the values of a column are read as, where the SQL that its type puts around it makes something else of them; else null. */
function convertedType(type: SqlType, shown: SqlType, out: Render): SqlType | null {
  if (!(type instanceof TypeDecorator) || shown === NullType || shown === type) return null
  return shown.forDialect(out.spelling).affinity === type.forDialect(out.spelling).affinity ? null : shown
}

function isField({ name, element }: Label): boolean {
  if (!(element instanceof Binary) || element.operator !== field) return false
  const { left, right } = element
  const of = left instanceof Grouping ? left.element : left
  return of.kind === 'function' && (right as ColumnClause).name === name
}

/** What DISTINCT stands before keeps its key; other operators make a new value, which the server calls so. */
function bareKey(column: Unary): string {
  return (column.operator === distinctOf ? column.element.resultKey : null) ?? '?column?'
}

function resultKey(column: ColumnElement, element: NamedElement, out: Render): string {
  if (column.kind === 'unary' && isBare(column, false)) return bareKey(column as Unary)
  if (typeof element.name === 'string') return element.key
  // What a subquery's columns are called where nobody named them is chosen with the text.
  if (!(element instanceof Label) && element.key !== baseOfName(element.name)) return element.key
  return out.names.whole(element.name)
}
