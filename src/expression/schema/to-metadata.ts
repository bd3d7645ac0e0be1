// Copies of tables in another MetaData, under another schema or name.
import { ArgumentError, InvalidRequestError, NoReferencedTableError } from '../../errors.ts'
import { checkKeys, quoteName } from '../../nearest.ts'
import { CLAUSE_ELEMENT, hasClauseElement } from '../base/protocol.ts'
import type { ColumnDefinitions } from '../from/typed.ts'
import { requireColumn, SchemaColumn } from './column.ts'
import { Column, type ColumnOptions } from './column-definition.ts'
import { ForeignKeyConstraint } from './foreign-key.ts'
import { ForeignKey, type ForeignKeyTarget, foreignKeyParts } from './foreign-key-option.ts'
import {
  type PartitionOrigin,
  register,
  Table,
  type TableColumns,
  type TableItems,
  type TableOptions,
  type TableRegistry,
} from './table.ts'

/** Options of {@link toMetadata}. */
export interface ToMetadataOptions {
  /** Default: the table's own, or where it has none that of the target. Null for that of the target, or none. */
  readonly schema?: string | null
  /** Default: the table's own. */
  readonly name?: string
  /**
   * The schema of the tables that foreign keys refer to; null for none. A key to the table itself refers to the copy.
   * Default: where it was the table's own, the copy's; otherwise as it was.
   */
  readonly referredSchema?: (schema: string | null) => string | null
}

/** What a copy needs to know. */
interface Copying {
  readonly source: Table
  readonly target: TableRegistry
  readonly name: string
  readonly schema: string | null
  readonly referredSchema: (schema: string | null) => string | null
}

/**
 * A copy of a table in another MetaData; its foreign keys refer to the tables of that MetaData.
 *
 * @throws InvalidRequestError the target has a table of that name, or lacks the table that this one is a partition of.
 * @example
 * const tenant = toMetadata(users, new MetaData(), { schema: 'tenant_1' })
 * select(tenant.c.name)   // SELECT tenant_1.users.name FROM tenant_1.users
 */
export function toMetadata<D extends ColumnDefinitions, Name extends string>(
  table: Table<D, Name>,
  target: TableRegistry,
  options: ToMetadataOptions = {},
): Table<D, Name> {
  if (!(table instanceof Table)) throw new ArgumentError('toMetadata() takes a table and a MetaData')
  checkKeys('toMetadata()', options, ['schema', 'name', 'referredSchema'])
  const source = table as unknown as Table
  const schema = (options.schema === undefined ? table.schema : options.schema) ?? target.schema
  const referredSchema =
    options.referredSchema ?? ((referred) => (referred === table.schema ? schema : (referred ?? target.schema)))
  const name = options.name ?? table.name
  const copying: Copying = { source, target, name, schema, referredSchema }
  const definitions: ColumnDefinitions = {}
  for (const column of source.columnList)
    Object.defineProperty(definitions, column.key, { value: copiedColumn(column, copying), enumerable: true })
  const own = copiedOptions(copying)
  const made = register(new Table(name, target, definitions, own, copiedOrigin(copying), source))
  for (const item of source.appended.keys()) made.append(copiedItem(item as TableItems[number], copying))
  return made as unknown as Table<D, Name>
}

function copiedColumn(column: SchemaColumn, copying: Copying): ReturnType<typeof Column> {
  const { type, options } = column.definition
  const { foreignKey, ...rest } = options
  const named: ColumnOptions = { ...rest, name: column.name }
  if (foreignKey === undefined) return Column(type as never, named) as never
  const { to, options: keyOptions } = foreignKeyParts('toMetadata()', foreignKey)
  return Column(type as never, { ...named, foreignKey: ForeignKey(retargeted(to, copying), keyOptions) }) as never
}

/** What a foreign key of the copy is to refer to: a name, or where the target would read that otherwise a function. */
function retargeted(given: ForeignKeyTarget, copying: Copying): ForeignKeyTarget {
  const { source, target } = copying
  const { schema, table, column } = targetParts(given, source)
  const isOwn = schema === source.schema && table === source.name
  const moved = isOwn ? copying.schema : copying.referredSchema(schema)
  const name = isOwn ? copying.name : table
  const key = moved === null ? name : `${moved}.${name}`
  const isPlain = ![moved ?? '', name, column].some((part) => part.includes('.'))
  if (isPlain && (moved !== null || target.schema === null)) return `${key}.${column}`
  return () => {
    const found = target.findTable(key)
    if (found !== null)
      return requireColumn(found, column, `A foreign key of the copy of table ${quoteName(source.key)}`)
    throw new NoReferencedTableError(
      `A foreign key of the copy of table ${quoteName(source.key)} refers to table ${quoteName(key)}, which its MetaData does not have: toMetadata() that one too`,
    )
  }
}

function targetParts(
  target: ForeignKeyTarget,
  source: Table,
): { schema: string | null; table: string; column: string } {
  if (typeof target === 'string') {
    const [column = '', table = '', ...rest] = target.split('.').reverse()
    const schema = rest.length > 0 ? rest.reverse().join('.') : source.metadata.schema
    return { schema, table, column }
  }
  const given: unknown = typeof target === 'function' ? target() : target
  const element = !(given instanceof SchemaColumn) && hasClauseElement(given) ? given[CLAUSE_ELEMENT]() : given
  if (!(element instanceof SchemaColumn))
    throw new ArgumentError(
      `toMetadata(): a foreign key of table ${quoteName(source.key)} refers to no column of a table`,
    )
  return { schema: element.table.schema, table: element.table.name, column: element.key }
}

function copiedOptions(copying: Copying): TableOptions {
  const { constraints, inherits, ...rest } = copying.source.options
  const parents =
    inherits === undefined
      ? {}
      : { inherits: copying.source.storage.inherits.map((each) => moved(each as Table, copying)) }
  const copiedItems = (items: TableItems): TableItems => items.map((item) => copiedItem(item, copying))
  const items =
    constraints === undefined
      ? {}
      : typeof constraints === 'function'
        ? { constraints: (columns: TableColumns<ColumnDefinitions>) => copiedItems(constraints(columns)) }
        : { constraints: copiedItems(constraints) }
  return { ...rest, ...parents, ...items, schema: copying.schema }
}

function copiedItem(item: TableItems[number], copying: Copying): TableItems[number] {
  if (!(item instanceof ForeignKeyConstraint)) return item
  const targets = item.targets.map((target) => retargeted(target, copying))
  return new ForeignKeyConstraint(item.references, targets, item.options)
}

function copiedOrigin(copying: Copying): PartitionOrigin | null {
  const { partitionOf } = copying.source
  return partitionOf === null ? null : { ...partitionOf, parent: moved(partitionOf.parent, copying) }
}

/** The copy of a table that this one depends on. */
function moved(table: Table, { source, target, referredSchema }: Copying): Table {
  const schema = referredSchema(table.schema)
  const key = schema === null ? table.name : `${schema}.${table.name}`
  const found = target.findTable(key)
  if (found instanceof Table) return found as Table
  throw new InvalidRequestError(
    `Table ${quoteName(source.key)} stands on ${quoteName(table.key)}, of which the target has no copy: toMetadata() that one first`,
  )
}
