// What `@Relationship` may be told, and how the columns that it names are found.
import { ArgumentError, InvalidRequestError } from '../../errors.ts'
import { CLAUSE_ELEMENT, hasClauseElement } from '../../expression/base/protocol.ts'
import type { ColumnElement, NamedElement } from '../../expression/element/column-element.ts'
import type { TableClause } from '../../expression/from/table-clause.ts'
import { findColumn, SchemaColumn } from '../../expression/schema/column.ts'
import { Table } from '../../expression/schema/table.ts'
import { checkKeys, quoteName, suggestion } from '../../nearest.ts'
import type { RelationshipLike } from '../contract/orm.ts'
import type { CascadeOption } from './cascade.ts'

/** Columns by property name, or a function that gives them. */
export type ColumnNames = string | readonly string[] | (() => NamedElement | readonly NamedElement[])

/** Options of a relationship, as far as they do not depend on the classes' types. */
export interface RelationshipSettings {
  readonly backPopulates?: string
  readonly cascade?: CascadeOption
  readonly lazy?: RelationshipLike['lazy']
  readonly secondary?: TableClause | (() => TableClause)
  readonly foreignKeys?: ColumnNames
  readonly remoteSide?: ColumnNames
  readonly primaryJoin?: (near: never, far: never) => ColumnElement<boolean | null>
  readonly secondaryJoin?: (near: never, far: never) => ColumnElement<boolean | null>
  readonly orderBy?: string | readonly string[] | ((related: never) => ColumnElement | readonly ColumnElement[])
  readonly passiveDeletes?: boolean | 'all'
  readonly viewOnly?: boolean
  readonly useList?: boolean
}

const KEYS: readonly (keyof RelationshipSettings)[] = [
  'backPopulates',
  'cascade',
  'lazy',
  'secondary',
  'foreignKeys',
  'remoteSide',
  'primaryJoin',
  'secondaryJoin',
  'orderBy',
  'passiveDeletes',
  'viewOnly',
  'useList',
]
const LAZY: readonly string[] = ['select', 'joined', 'selectin', 'raise']

/**
 * Refuses what can be refused before the classes are known.
 *
 * @throws ArgumentError
 */
export function checkSettings(place: string, settings: object): RelationshipSettings {
  checkKeys(place, settings, KEYS)
  const given = settings as RelationshipSettings
  if (given.lazy !== undefined && !LAZY.includes(given.lazy))
    throw new ArgumentError(`${place}: lazy has no choice ${quoteName(given.lazy)}${suggestion(given.lazy, LAZY)}`)
  if (given.passiveDeletes !== undefined && typeof given.passiveDeletes !== 'boolean' && given.passiveDeletes !== 'all')
    throw new ArgumentError(`${place}: passiveDeletes is true, false or 'all'`)
  if (given.secondaryJoin !== undefined && (given.secondary === undefined || given.primaryJoin === undefined))
    throw new ArgumentError(`${place}: secondaryJoin goes with secondary and primaryJoin`)
  return given
}

/** The association table; null for none. */
export function secondaryOf(place: string, given: RelationshipSettings['secondary']): Table | null {
  if (given === undefined) return null
  const found: unknown = typeof given === 'function' ? given() : given
  if (found instanceof Table) return found
  throw new ArgumentError(
    `${place}: secondary is a table made by table(), or a function that gives one; for a class that is mapped relate to the class instead`,
  )
}

/**
 * The columns that `foreignKeys` or `remoteSide` names; null where nothing is named.
 *
 * @param tables where they may be, the nearest first.
 */
export function namedColumns(
  place: string,
  option: 'foreignKeys' | 'remoteSide',
  given: ColumnNames | undefined,
  tables: readonly Table[],
): readonly SchemaColumn[] | null {
  if (given === undefined) return null
  const found: unknown = typeof given === 'function' ? given() : given
  const list: readonly unknown[] = Array.isArray(found) ? found : [found]
  if (list.length === 0) throw new ArgumentError(`${place}: ${option} names no column`)
  return list.map((each) => namedColumn(`${place}: ${option}`, each, tables))
}

function namedColumn(place: string, given: unknown, tables: readonly Table[]): SchemaColumn {
  if (typeof given !== 'string') {
    const element = !(given instanceof SchemaColumn) && hasClauseElement(given) ? given[CLAUSE_ELEMENT]() : given
    if (element instanceof SchemaColumn && tables.includes(element.table as Table)) return element
    throw new ArgumentError(`${place} takes names of columns, or a function that gives columns of its tables`)
  }
  const found = [...new Set(tables)].map((table) => findColumn(table, given)).filter((column) => column !== null)
  const [column] = found
  if (column === undefined) {
    const known = tables.flatMap((table) => table.columnList.map((each) => each.key))
    const names = [...new Set(tables)].map((table) => quoteName(table.key)).join(' and ')
    throw new ArgumentError(
      `${place} names ${quoteName(given)}, which is no column of ${names}${suggestion(given, known)}`,
    )
  }
  if (found.length === 1) return column
  const referring = found.filter((each) =>
    each.foreignKeys.some((link) => tables.includes((link.referred as SchemaColumn | null)?.table as Table)),
  )
  const [only] = referring
  if (only !== undefined && referring.length === 1) return only
  throw new InvalidRequestError(
    `${place} names ${quoteName(given)}, which both tables have: give the column itself, () => mapped(Class).${given}`,
  )
}
