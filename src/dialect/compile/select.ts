// SELECT clause by clause, and compounds of SELECTs.
import { CompileError } from '../../errors.ts'
import type { Element } from '../../expression/base/element.ts'
import type { Affix, Hint } from '../../expression/element/affix.ts'
import { Bind } from '../../expression/element/bind.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import { Label } from '../../expression/element/label.ts'
import { LabelReference } from '../../expression/element/label-reference.ts'
import type { NamedElement } from '../../expression/element/named.ts'
import { Unary } from '../../expression/element/unary.ts'
import type { FromClause } from '../../expression/from/from-clause.ts'
import type { TableClause } from '../../expression/from/table-clause.ts'
import { and } from '../../expression/operator/catalog.ts'
import type { CompoundSelect } from '../../expression/select/compound.ts'
import { fromsOfSelect } from '../../expression/select/froms.ts'
import { isSelected } from '../../expression/select/labels.ts'
import { Select } from '../../expression/select/select.ts'
import type { Fetch, ForUpdate, OrderedState, SelectState } from '../../expression/select/state.ts'
import { NullType } from '../../expression/types/null.ts'
import { Integer } from '../../expression/types/numeric.ts'
import { Text } from '../../expression/types/string.ts'
import type { SqlType } from '../../expression/types/type.ts'
import { quoteName, suggestion } from '../../nearest.ts'
import { castText } from './expression.ts'
import { type Frame, Place, type PlaceNumber } from './frame.ts'
import { warnOfDistinct, warnOfProduct } from './lint.ts'
import { columnsClause } from './result-columns.ts'
import { aliasAmbiguous, aliasNearer } from './same-name.ts'
import type { Render } from './state.ts'

/** A SELECT where it stands. */
export function renderSelect(node: Select, out: Render): string {
  const place = out.enter()
  const { state } = node
  const around = out.frame
  const isTop = place === Place.statement
  const isShown = out.enterShown(isTop)
  const { sharesLevel } = out
  out.sharesLevel = false
  const hasLevel = out.openQuery(isTop || sharesLevel, false)
  const froms = fromsOf(state, around, place)
  const exported = node.exportedColumns
  out.frame = frameOf(state, froms, exported, around)
  if (state.ctes.length > 0) listCtes(state.ctes, out)
  const { aliasedTables } = out
  if (froms.length > 1 || froms[0]?.kind === 'join') aliasAmbiguous(out.frame.froms, out)
  if (!isTop) aliasNearer(state, out.frame.froms, around.correlatable, out)
  const { affixes } = state
  let text = `SELECT ${affixes === null ? '' : affixText(affixes.prefixes, out, '', ' ')}${distinctClause(state, out)}${columnsClause(state.items, exported, place, out, isShown)}`
  if (froms.length > 0) text += ` \nFROM ${out.nodes(froms, ', ')}`
  text += criteria(' \nWHERE ', state.where, out)
  if (state.groupBy.length > 0) text += ` GROUP BY ${terms(state.groupBy, false, out)}`
  text += criteria(' \nHAVING ', state.having, out)
  if (state.orderBy.length > 0) text += ` ORDER BY ${terms(state.orderBy, true, out)}`
  text += rowLimit(state, out)
  if (state.forUpdate !== null) text += out.renderers.forUpdate(state.forUpdate, out)
  if (affixes !== null)
    text += affixText(affixes.statementHints, out, ' ', '') + affixText(affixes.suffixes, out, ' ', '')
  if (froms.length > 1) warnOfProduct(froms, state.where, out)
  if (state.items.length > 1) warnOfDistinct(state.items, out)
  out.frame = around
  out.aliasedTables = aliasedTables
  return hasLevel ? out.closeLevel(text) : text
}

/** Puts into WITH what a statement lists. */
export function listCtes(ctes: readonly Element[], out: Render): void {
  out.expectCtes(ctes)
  for (const cte of ctes) out.node(cte)
}

/** Prefixes, suffixes or hints, those of other dialects left out. */
export function affixText(affixes: readonly Affix[], out: Render, before: string, behind: string): string {
  return affixes
    .filter((affix) => affix.dialect === null || affix.dialect === out.spelling.name)
    .map((affix) => before + out.node(affix) + behind)
    .join('')
}

/** FETCH or LIMIT, with OFFSET; nothing where there are none. */
function rowLimit({ limit, offset, fetch }: OrderedState, out: Render): string {
  if (fetch !== null) return out.renderers.fetch(fetch, offset, out)
  return limit === null && offset === null ? '' : out.renderers.limit(limit, offset, out)
}

/** What it lists after FROM: a subquery in FROM sees nothing of what stands beside it. */
function fromsOf(state: SelectState, around: Frame, place: PlaceNumber): readonly FromClause[] {
  if (place !== Place.from && place !== Place.cte) return fromsOfSelect(state, around.froms, around.correlatable)
  const outer = around.correlatable.filter((from) => !around.froms.includes(from))
  return fromsOfSelect(state, [], outer)
}

const NO_HINTS: readonly Hint[] = []

function frameOf(
  state: SelectState,
  froms: readonly FromClause[],
  selected: readonly NamedElement[],
  around: Frame,
): Frame {
  const listed = contained(froms)
  const correlatable = around.correlatable.length === 0 ? listed : [...around.correlatable, ...listed]
  const hints = state.affixes === null ? NO_HINTS : state.affixes.hints
  return { froms: listed, correlatable, selected, hints }
}

/** FROM elements with those that stand within their joins. */
export function contained(froms: readonly FromClause[]): readonly FromClause[] {
  const [first] = froms
  if (froms.length === 1 && first?.kind === 'join') return first.containedFroms()
  return froms.some((from) => from.kind === 'join') ? froms.flatMap((from) => from.containedFroms()) : froms
}

/** Conditions with AND between them, behind their word; nothing where there are none. */
export function criteria(word: string, conditions: readonly ColumnElement<boolean>[], out: Render): string {
  if (conditions.length === 0) return ''
  if (conditions.length === 1) return word + out.node(conditions[0] as Element)
  let text = word
  for (let index = 0; index < conditions.length; index += 1) {
    if (index > 0) text += ' AND '
    text += out.node((conditions[index] as ColumnElement<boolean>).selfGroup(and))
  }
  return text
}

function distinctClause(state: SelectState, out: Render): string {
  if (state.distinct === false) return ''
  if (state.distinct === true) return 'DISTINCT '
  return `DISTINCT ON (${terms(state.distinct, false, out)}) `
}

// ---- ORDER BY and GROUP BY -------------------------------------------------------------------------------------------

function terms(elements: readonly ColumnElement[], isOrder: boolean, out: Render): string {
  let text = ''
  for (let index = 0; index < elements.length; index += 1) {
    const element = elements[index] as ColumnElement
    const bare = term(element, isOrder, out)
    const one = isOrder ? out.renderers.orderTerm(bare, element, out) : bare
    text = index === 0 ? one : `${text}, ${one}`
  }
  return text
}

/** ORDER BY names labels of the columns clause; within larger expressions they are spelt out, and in GROUP BY always. */
function term(element: ColumnElement, isOrder: boolean, out: Render): string {
  if (element instanceof Unary && element.postfix)
    return `${term(element.element, isOrder, out)} ${element.operator.symbol}`
  if (element instanceof LabelReference) return labelReference(element, out)
  if (isOrder && element instanceof Label && isSelected(element, out.frame.selected ?? []))
    return out.quoted(element.name)
  const text = out.node(element)
  return out.literalBinds && isValue(element) && CONSTANT.test(text) ? constantTerm(text, element.type, out) : text
}

/** A bare number is the place of a column there, and a bare text nothing. */
const CONSTANT = /^(?:-?\s*\d+|'(?:[^']|'')*')$/

function isValue(element: ColumnElement): boolean {
  if (element instanceof Label || element instanceof Unary) return isValue(element.element)
  return element instanceof Bind
}

/** A value that is written out stays a value. */
function constantTerm(text: string, type: SqlType, out: Render): string {
  const untyped = text.startsWith("'") ? Text : Integer
  return castText('CAST', text, type === NullType ? untyped : type, out)
}

/** A name in ORDER BY: a label, else a selected column, else a column of FROM; never text. */
function labelReference(node: LabelReference, out: Render): string {
  const { label, column } = referred(node, out)
  return label === null ? out.node(column ?? unknownName(node, out)) : out.quoted(label.name)
}

/** The same within an expression, such as OVER, where SQL knows no labels: columns go first, and what a label stands for is spelt out. */
export function renderLabelReference(node: LabelReference, out: Render): string {
  const { label, column } = referred(node, out)
  return out.node(column ?? label ?? unknownName(node, out))
}

function referred({ name }: LabelReference, out: Render): { label: Label | null; column: NamedElement | null } {
  const { selected, froms } = out.frame
  const named = (selected ?? []).filter((each) => each.key === name || each.name === name)
  const label = named.find((each) => each instanceof Label) ?? null
  const column =
    named.find((each) => !(each instanceof Label)) ??
    froms.flatMap((from) => from.columnList).find((each) => each.key === name || each.name === name)
  return { label, column: column ?? null }
}

/** @throws CompileError nothing has the name. */
function unknownName({ name }: LabelReference, out: Render): never {
  const { selected, froms } = out.frame
  const known = [...(selected ?? []), ...froms.flatMap((from) => from.columnList)].map((each) => each.key)
  throw new CompileError(
    `ORDER BY, GROUP BY or DISTINCT names ${quoteName(name)}, which is no label and no column of the statement${suggestion(name, new Set(known))}; write text() where SQL is meant`,
  )
}

// ---- the end ------------------------------------------------------------------------------------------------------------

/** LIMIT and OFFSET as most databases have them. */
export function renderLimit(limit: ColumnElement | null, offset: ColumnElement | null, out: Render): string {
  let text = limit === null ? '' : `\n LIMIT ${out.node(limit)}`
  if (offset !== null) text += `${limit === null ? '\n' : ''} OFFSET ${out.node(offset)}`
  return text
}

/** FETCH FIRST, and OFFSET before it. */
export function renderFetch(fetch: Fetch, offset: ColumnElement | null, out: Render): string {
  const skipped = offset === null ? '' : `\n OFFSET ${out.node(offset)} ROWS`
  return `${skipped}\n FETCH FIRST ${out.node(fetch.count)}${fetch.percent ? ' PERCENT' : ''} ROWS ${fetch.withTies ? 'WITH TIES' : 'ONLY'}`
}

const STRENGTHS: Readonly<Record<ForUpdate['strength'], string>> = {
  update: ' FOR UPDATE',
  share: ' FOR SHARE',
  noKeyUpdate: ' FOR NO KEY UPDATE',
  keyShare: ' FOR KEY SHARE',
}
const WAITS: Readonly<Record<ForUpdate['wait'], string>> = { wait: '', nowait: ' NOWAIT', skipLocked: ' SKIP LOCKED' }

/** FOR UPDATE and its kin. */
export function renderForUpdate(node: ForUpdate, out: Render): string {
  const strength = STRENGTHS[node.strength]
  const wait = WAITS[node.wait]
  if (strength === undefined || wait === undefined) throw new CompileError('FOR UPDATE has no such strength or wait')
  const tables = [...new Set(node.of)].map((from) => {
    const { name } = from as FromClause & { readonly name?: unknown }
    if (name === undefined) throw new CompileError('FOR UPDATE OF takes tables and aliases')
    return out.quoted(out.aliasedTables?.get(from as TableClause) ?? (name as string))
  })
  return `${strength}${tables.length === 0 ? '' : ` OF ${tables.join(', ')}`}${wait}`
}

// ---- compounds ------------------------------------------------------------------------------------------------------------

/** UNION and its kin: parts that are compounds or have an end of their own stand in parentheses. */
export function renderCompound(node: CompoundSelect, out: Render): string {
  const place = out.enter()
  const { state } = node
  const isShown = out.enterShown(place === Place.statement)
  const defines = out.defines?.element === node ? out.defines : null
  const hasLevel = out.openQuery(place === Place.statement, true)
  const [first] = state.selects
  if (first === undefined) throw new CompileError(`${state.operator} has no parts`)
  if (state.ctes.length > 0) listCtes(state.ctes, out)
  const parts = { compound: node, defines, index: 0 }
  let text = ''
  state.selects.forEach((part, index) => {
    // The first part alone names the columns of the result.
    const partPlace = index > 0 && place === Place.statement ? Place.expression : place
    if (index > 0) text += ` ${state.operator} `
    out.isTopPart = isShown
    parts.index = index
    out.nextPart = part.kind === 'text' ? null : parts
    const inner = out.statement(part, partPlace)
    text += standsAlone(part, out) || inner.startsWith('WITH ') ? out.renderers.compoundPart(inner) : inner
  })
  if (place === Place.statement) widenColumns(node, out)
  text += compoundEnd(node, first.exportedColumns, out)
  return hasLevel ? out.closeLevel(text) : text
}

/** The first part told the columns of the result; what the others give must be readable too. */
function widenColumns({ columnTypes }: CompoundSelect, out: Render): void {
  if (columnTypes === null || out.columns === null) return
  out.columns = out.columns.map((column, place) => {
    const type = columnTypes[place] ?? column.type
    return type === column.type ? column : { ...column, type, process: type.resultProcessor(out.spelling) }
  })
}

function standsAlone(part: CompoundSelect['state']['selects'][number], out: Render): boolean {
  if (part.kind === 'compound') return true
  // Written by hand, it says itself what it is.
  if (!('orderBy' in part.state)) return false
  const { orderBy, limit, offset, fetch } = part.state
  const forUpdate = part instanceof Select ? part.state.forUpdate : null
  const locks = forUpdate !== null && out.renderers.forUpdate(forUpdate, out) !== ''
  return orderBy.length > 0 || limit !== null || offset !== null || fetch !== null || locks
}

/** ORDER BY and LIMIT of the whole, where columns go by their names in the result. */
function compoundEnd(node: CompoundSelect, selected: readonly NamedElement[], out: Render): string {
  const { orderBy } = node.state
  const { frame, unqualified } = out
  let text = ''
  if (orderBy.length > 0) {
    out.frame = { ...frame, froms: [], selected }
    out.unqualified = true
    text += ` ORDER BY ${terms(orderBy, true, out)}`
    out.unqualified = unqualified
    out.frame = frame
  }
  return text + rowLimit(node.state, out)
}
