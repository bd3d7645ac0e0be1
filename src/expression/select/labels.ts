// Names of result columns: which key each has in rows, and what a subquery around exports.
import type { Pass } from '../base/pass.ts'
import { Bind } from '../element/bind.ts'
import { Cast, TryCast, TypeCoerce } from '../element/cast.ts'
import { ColumnClause } from '../element/column.ts'
import { ColumnElement } from '../element/column-element.ts'
import { Label } from '../element/label.ts'
import { AnonymousName, type Name } from '../element/name.ts'
import type { NamedElement } from '../element/named.ts'
import { NamedElement as Named } from '../element/named.ts'
import { Unary } from '../element/unary.ts'
import { FromClause } from '../from/from-clause.ts'
import { EntityElement } from './entity.ts'
import type { SelectItem, SelectState } from './state.ts'

/** The expressions of the columns clause, FROM elements and classes spelt out. */
export function columnsOfItem(item: SelectItem): readonly ColumnElement[] {
  if (item instanceof ColumnElement) return [item]
  if (item instanceof FromClause) return item.columnList
  if (item instanceof EntityElement) return item.columns
  return []
}

/** The column as the columns clause holds it: unnamed expressions get an anonymous label, kept with the expression so that all who ask see the same. */
const labelled: WeakMap<ColumnElement, Label> = new WeakMap()
export function nameable(column: ColumnElement): NamedElement {
  if (column instanceof Named) return column
  let label = labelled.get(column)
  if (label === undefined) {
    label = new Label(column.resultKey, column, null, false)
    labelled.set(column, label)
  }
  return label
}

/** What a SELECT offers to a statement around it: one named element for each result column, each under a name of its own. */
export function exportedColumnsOf(state: SelectState): readonly NamedElement[] {
  return (
    (state.names === null && state.labels === 'disambiguateOnly' ? apart(state.items) : null) ?? numberedApart(state)
  )
}

/** Up to so many names are compared one by one. */
const FEW = 16

/** The columns of items whose names differ by themselves, as they mostly do; null where they do not, or are many. */
function apart(items: readonly SelectItem[]): readonly NamedElement[] | null {
  const exported: NamedElement[] = []
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index] as SelectItem
    if (item instanceof ColumnElement) {
      if (!addApart(item, exported)) return null
    } else for (const column of columnsOfItem(item)) if (!addApart(column, exported)) return null
  }
  return exported
}

function addApart(column: ColumnElement, to: NamedElement[]): boolean {
  const element = nameable(column)
  const { name } = element
  if (to.length >= FEW || (typeof name !== 'string' && name.sort === 'whole')) return false
  for (let index = 0; index < to.length; index += 1) if ((to[index] as NamedElement).name === name) return false
  to.push(element)
  return true
}

function numberedApart(state: SelectState): readonly NamedElement[] {
  const exported: NamedElement[] = []
  const names = new UniqueNames()
  state.items.forEach((item, index) => {
    for (const column of columnsOfItem(item))
      exported.push(state.labels === 'none' ? named(state, column, index) : names.unique(named(state, column, index)))
  })
  return exported
}

function named(state: Pick<SelectState, 'names' | 'labels'>, column: ColumnElement, index: number): NamedElement {
  if (state.names !== null) return new Label(state.names[index] ?? null, column)
  return state.labels === 'tablenamePlusCol' ? withTableName(column) : nameable(column)
}

const tableNamed: WeakMap<ColumnElement, Label> = new WeakMap()

/** A column of a table or alias under the name of both: `users_id`. Kept with the column, so that it is one element wherever it is asked for. */
function withTableName(column: ColumnElement): NamedElement {
  const named = wrappedColumn(column)
  if (!(named instanceof ColumnClause) || named.isLiteral || !(named.table instanceof FromClause))
    return nameable(column)
  let label = tableNamed.get(column)
  if (label === undefined) {
    const table = named.table as FromClause & {
      readonly name?: string | AnonymousName
      readonly schema?: string | null
    }
    label = labelWithTable(named, column, table.name, table.schema ?? null)
    tableNamed.set(column, label)
  }
  return label
}

/** The column that a cast or a coerced type is of. */
function wrappedColumn(column: ColumnElement): ColumnElement {
  let inner = column
  while (inner instanceof Cast || inner instanceof TryCast || inner instanceof TypeCoerce) inner = inner.element
  return inner
}

function labelWithTable(
  named: ColumnClause,
  element: ColumnElement,
  table: string | AnonymousName | undefined,
  schema: string | null,
): Label {
  if (table === undefined) return new Label(named.key, element)
  const before = typeof table === 'string' && schema !== null ? `${schema.replaceAll('.', '_')}_${table}` : table
  if (typeof before === 'string' && typeof named.name === 'string') {
    const name = `${before}_${named.name}`
    return MAY_BE_LONG.test(name)
      ? new Label(new AnonymousName(name, null, 'whole'), element, name)
      : new Label(name, element)
  }
  return new Label(new AnonymousName(named.name, before, 'joined'), element, `${keyOf(before)}_${named.key}`)
}

/** Names that some database may have to cut; all others are known beforehand. */
const MAY_BE_LONG = /^[\s\S]{50}|[\u0080-\uffff]/

/** A name as keys have it: which number it gets only the compiler knows. */
function keyOf(name: Name): string {
  if (typeof name === 'string') return name
  const { base, prefix, sort } = name
  const before = prefix === null ? '' : keyOf(prefix)
  if (sort === 'whole') return keyOf(base)
  return sort === 'joined' ? `${before}_${keyOf(base)}` : `${before}${keyOf(base)}_1`
}

/**
 * Gives a label to columns whose name is taken: `id_1` for another column of the same name, `id__1` for the same column
 * once more. The numbers in SQL are the compiler's, as they are shared with all other generated names of the statement.
 */
class UniqueNames {
  readonly #taken: Map<Name, NamedElement> = new Map()
  readonly #keys: Set<string> = new Set()
  readonly #relabelled: Set<NamedElement> = new Set()

  unique(element: NamedElement): NamedElement {
    const name = taken(element.name)
    const holder = this.#taken.get(name)
    if (holder === undefined) {
      this.#taken.set(name, element)
      this.#keys.add(element.key)
      return element
    }
    const again =
      isSame(holder, element) || isConverted(element) || [...this.#relabelled].some((each) => isSame(each, element))
    this.#relabelled.add(element)
    return this.#label(again ? '_' : '', element)
  }

  #label(more: string, element: NamedElement): NamedElement {
    const base = keyBase(element) + more
    let number = 1
    while (this.#keys.has(`${base}_${number}`)) number += 1
    const key = `${base}_${number}`
    this.#keys.add(key)
    return relabelled(element, key, more)
  }
}

const others: WeakMap<NamedElement, Map<string, Label>> = new WeakMap()

/** A column under a name with a number; in all SELECTs of a statement the same one. */
function relabelled(element: NamedElement, key: string, more: string): Label {
  const column = element instanceof Label ? element.element : element
  const label = (): Label => new Label(numbered(element, more), column, key)
  if (!(column instanceof ColumnClause) || column.table === null) return label()
  let known = others.get(column)
  if (known === undefined) {
    known = new Map()
    others.set(column, known)
  }
  let own = known.get(key)
  if (own === undefined) {
    own = label()
    known.set(key, own)
  }
  return own
}

/** A name that has its number already, as columns of subqueries have: another number stands behind it. */
function isWhole(element: NamedElement, name: AnonymousName): boolean {
  return name.sort === 'joined' || (!(element instanceof Label) && name.sort !== 'whole')
}

/** What a key for a name that is taken begins with. */
function keyBase(element: NamedElement): string {
  const { name } = element
  return typeof name === 'string' || isWhole(element, name) ? keyOf(name) : keyOf(name.base)
}

/** A name like another, with a number behind it. */
function numbered(element: NamedElement, more: string): AnonymousName {
  const { name } = element
  if (typeof name === 'string') return new AnonymousName(name + more)
  if (isWhole(element, name)) return new AnonymousName(more, name)
  return new AnonymousName(`${name.base}${more}`, name.prefix)
}

/** Names that are alike: of those that the compiler chooses each is its own, unless it is known whole. */
function taken(name: Name): Name {
  return typeof name === 'string' || name.sort !== 'whole' ? name : name.base
}

/** A cast of a named column, which has the column's name though nobody gave it one. */
function isConverted(element: NamedElement): boolean {
  if (!(element instanceof Label) || labelled.get(element.element) !== element) return false
  const wrapped = wrappedColumn(element.element)
  return wrapped !== element.element && wrapped instanceof Named
}

/** Of each there is only one. */
const CONSTANTS: ReadonlySet<string> = new Set(['null', 'true', 'false'])

/** Whether two result columns are one column: expressions that are equal are not, as no cache key could tell them from one that is there twice. */
function isSame(one: NamedElement, other: NamedElement): boolean {
  if (one instanceof Label || other instanceof Label)
    return one instanceof Label && other instanceof Label && isSame(one.element as NamedElement, other.element as never)
  if (one !== other) return false
  const element: ColumnElement = one
  if (element instanceof Bind || CONSTANTS.has(element.kind)) return true
  return one instanceof Named && !(one instanceof ColumnClause && one.table === null)
}

/** Whether ORDER BY can name a label: the columns clause has one of its name for the very same expression. */
export function isSelected(label: Label, selected: readonly NamedElement[]): boolean {
  return selected.some((each) => each instanceof Label && each.name === label.name && each.element === label.element)
}

/** Tells ORDER BY to a pass: also which labels are those of the columns clause, as an equal expression can be another one, such as `random()`. */
export function walkOrder(
  pass: Pass,
  orderBy: readonly ColumnElement[],
  statement: { readonly exportedColumns: readonly NamedElement[] },
): void {
  pass.nodes(orderBy)
  for (const element of orderBy) {
    let ordered = element
    while (ordered instanceof Unary && ordered.postfix) ordered = ordered.element
    if (ordered instanceof Label) pass.flag(isSelected(ordered, statement.exportedColumns))
  }
}
