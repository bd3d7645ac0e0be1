// Copies of tables in another MetaData, under another schema or name.
import { ArgumentError, InvalidRequestError } from '../../errors.ts'
import { checkKeys, quoteName } from '../../nearest.ts'
import { CLAUSE_ELEMENT, hasClauseElement } from '../base/protocol.ts'
import type { ColumnDefinitions } from '../from/typed.ts'
import { SchemaColumn } from './column.ts'
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
  /** Default: the table's own; null for that of the target, or none. */
  readonly schema?: string | null
  /** Default: the table's own. */
  readonly name?: string
  /**
   * The schema of the tables that foreign keys refer to.
   * Default: where it was the table's own, the copy's; otherwise as it was.
   */
  readonly referredSchema?: (schema: string | null) => string | null
}

/** What a copy needs to know. */
interface Copying {
  readonly source: Table
  readonly target: TableRegistry
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
  const schema = options.schema === undefined ? table.schema : (options.schema ?? target.schema)
  const referredSchema = options.referredSchema ?? ((referred) => (referred === table.schema ? schema : referred))
  const copying: Copying = { source, target, schema, referredSchema }
  const definitions: ColumnDefinitions = {}
  for (const column of source.columnList)
    Object.defineProperty(definitions, column.key, { value: copiedColumn(column, copying), enumerable: true })
  const own = copiedOptions(copying)
  const made = new Table(options.name ?? table.name, target, definitions, own, copiedOrigin(copying))
  return register(made) as unknown as Table<D, Name>
}

function copiedColumn(column: SchemaColumn, copying: Copying): ReturnType<typeof Column> {
  const { type, options } = column.definition
  const { foreignKey, ...rest } = options
  const named: ColumnOptions = { ...rest, name: column.name }
  if (foreignKey === undefined) return Column(type as never, named) as never
  const { to, options: keyOptions } = foreignKeyParts('toMetadata()', foreignKey)
  return Column(type as never, { ...named, foreignKey: ForeignKey(retargeted(to, copying), keyOptions) }) as never
}

/** `'schema.table.column'` of the column that a foreign key of the copy is to refer to. */
function retargeted(target: ForeignKeyTarget, { source, referredSchema }: Copying): string {
  const { schema, table, column } = targetParts(target, source)
  const moved = referredSchema(schema)
  return `${moved === null ? '' : `${moved}.`}${table}.${column}`
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
  const copiedItems = (items: TableItems): TableItems =>
    items.map((item) =>
      item instanceof ForeignKeyConstraint
        ? new ForeignKeyConstraint(
            item.references,
            item.targets.map((target) => retargeted(target, copying)),
            item.options,
          )
        : item,
    )
  const items =
    constraints === undefined
      ? {}
      : typeof constraints === 'function'
        ? { constraints: (columns: TableColumns<ColumnDefinitions>) => copiedItems(constraints(columns)) }
        : { constraints: copiedItems(constraints) }
  return { ...rest, ...parents, ...items, schema: copying.schema }
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
