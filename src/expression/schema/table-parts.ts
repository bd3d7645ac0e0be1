// The parts of a table that is being defined: checked definitions, names, primary key, constraints and indexes.
import { ArgumentError } from '../../errors.ts'
import { quoteName } from '../../nearest.ts'
import type { ColumnDefinitions } from '../from/typed.ts'
import type { SqlType } from '../types/type.ts'
import type { ColumnOwner, SchemaColumn } from './column.ts'
import { type ColumnParts, isColumnDefinition } from './column-definition.ts'
import {
  type Attachment,
  type ColumnReference,
  type Constraint,
  checkList,
  PrimaryKeyConstraint,
  TableItem,
  UniqueConstraint,
} from './constraint.ts'
import { type ForeignKeyAttachment, ForeignKeyConstraint } from './foreign-key.ts'
import { foreignKeyParts } from './foreign-key-option.ts'
import { Index } from './table-index.ts'

/** What stands beside the columns of a table. */
export type TableItems = readonly (Constraint | Index)[]

export function checkedDefinitions(
  table: string,
  definitions: ColumnDefinitions,
): readonly (readonly [string, ColumnParts])[] {
  const parts = Object.entries(definitions).map(([key, definition]) => {
    if (!isColumnDefinition(definition))
      throw new ArgumentError(
        `${quoteName(key)} of table ${quoteName(table)} is no column: write Column(type, options); constraints go into the options`,
      )
    if (definition.type === null && definition.options.foreignKey === undefined)
      throw new ArgumentError(`Column ${quoteName(`${table}.${key}`)} needs a type: write Column(Integer), for example`)
    return [key, definition] as const
  })
  // Sorting is stable: what says nothing stays in the order of definition.
  const place = ([, part]: readonly [string, ColumnParts]): number => part.options.sortOrder ?? 0
  return parts.sort((one, other) => place(one) - place(other))
}

export function checkNames(table: ColumnOwner & { readonly prefixes: readonly string[] }): void {
  const names = new Map<string, string>()
  for (const { key, name } of table.columnList) {
    if (name === '') throw new ArgumentError(`A column of table ${quoteName(table.key)} has no name`)
    const other = names.get(name)
    if (other !== undefined)
      throw new ArgumentError(
        `Columns ${quoteName(other)} and ${quoteName(key)} of table ${quoteName(table.key)} have the same name in SQL, ${quoteName(name)}`,
      )
    names.set(name, key)
  }
  checkList(`Table ${quoteName(table.key)}`, 'prefixes', table.prefixes)
  for (const prefix of table.prefixes)
    if (typeof prefix !== 'string' || !/^[A-Za-z ]+$/.test(prefix))
      throw new ArgumentError(`${quoteName(prefix)} is no prefix of CREATE TABLE`)
}

/** The columns of an explicit PRIMARY KEY, which have to be known before the columns are made. */
export function namedPrimaryKey(items: TableItems | ((columns: never) => TableItems) | undefined): ColumnReference[] {
  if (items === undefined || typeof items === 'function') return []
  checkList('table()', 'constraints', items)
  return items.flatMap((item) => (item instanceof PrimaryKeyConstraint ? item.references : []))
}

export function boundItem(table: string, item: unknown, attachment: Attachment): TableItem {
  if (item instanceof TableItem) return item.boundTo(attachment)
  throw new ArgumentError(
    `The constraints of table ${quoteName(table)} are constraints and indexes: new UniqueConstraint(...)`,
  )
}

export function primaryKeyOf(
  table: ColumnOwner,
  items: readonly TableItem[],
  attachment: Attachment,
): PrimaryKeyConstraint {
  const flagged = table.columnList.filter((column) => column.primaryKey)
  const explicit = items.filter((item) => item instanceof PrimaryKeyConstraint)
  if (explicit.length > 1) throw new ArgumentError(`Table ${quoteName(table.key)} has two primary keys`)
  const [given] = explicit
  if (given === undefined)
    return new PrimaryKeyConstraint(
      flagged.map((column) => column.key),
      {},
      attachment,
      true,
    )
  const missing = [...flagged, ...given.columns].find(
    (column) => !given.columns.includes(column) || !flagged.includes(column),
  )
  if (missing !== undefined)
    throw new ArgumentError(
      `Column ${quoteName(missing.key)} of table ${quoteName(table.key)} is in the primary key by { primaryKey } or by PrimaryKeyConstraint, but not by both`,
    )
  return given
}

/** @throws ArgumentError `autoincrement: true` of what the database cannot number, or twice in a primary key. */
export function checkAutoincrement(table: string, key: readonly SchemaColumn[]): void {
  const numbered = key.filter((column) => column.autoincrement === true)
  if (numbered.length > 1)
    throw new ArgumentError(`Table ${quoteName(table)}: autoincrement: true is said of more than one column of its key`)
  // Without a type of its own the column takes that of the one it refers to, which may be yet to come.
  for (const { key: name, type, definition } of numbered)
    if (definition.type !== null && !isNumbered(type))
      throw new ArgumentError(
        `Column ${quoteName(`${table}.${name}`)}: autoincrement: true needs a type of whole numbers, such as Integer or BigInteger`,
      )
}

/** Of a type that says nothing of itself, as one of the user's may be, the database knows more. */
function isNumbered(type: SqlType): boolean {
  if (type.affinity === 'numeric') return ((type as { readonly scale?: number | null }).scale ?? 0) === 0
  return type.affinity === 'integer' || type.affinity === 'null'
}

/** Constraints that a column's own options ask for. */
export function ownConstraints(column: SchemaColumn, attachment: ForeignKeyAttachment): Constraint[] {
  const { foreignKey, unique, index } = column.definition.options
  const own: Constraint[] = []
  if (foreignKey !== undefined) {
    const place = `The foreign key of column ${quoteName(`${column.table.key}.${column.key}`)}`
    const { to, options } = foreignKeyParts(place, foreignKey)
    own.push(new ForeignKeyConstraint([column.key], [to], options, attachment))
  }
  if (unique === true && index !== true) own.push(new UniqueConstraint([column.key], {}, attachment))
  return own
}

export function ownIndexes(column: SchemaColumn, attachment: Attachment): Index[] {
  const { index, unique } = column.definition.options
  return index === true ? [new Index(null, [column.key], { unique: unique === true }, attachment)] : []
}
