// Renderers of tables and their columns; the table of all renderers of DDL.
import { CompileError } from '../../errors.ts'
import { ColumnElement } from '../../expression/element/column-element.ts'
import { TextClause } from '../../expression/element/text.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import type { Constraint } from '../../expression/schema/constraint.ts'
import type { CreateTable, SetColumnStorage } from '../../expression/schema/ddl/table.ts'
import type { DDL } from '../../expression/schema/ddl/text.ts'
import { holds } from '../../expression/schema/ddl-condition.ts'
import { ForeignKeyConstraint } from '../../expression/schema/foreign-key.ts'
import type { SchemaNode } from '../../expression/schema/nodes.ts'
import { translatedSchema } from '../../expression/schema/schema-map.ts'
import { FetchedValue, type IdentityOptions, type SqlExpression } from '../../expression/schema/server-default.ts'
import type { PartitionOrigin } from '../../expression/schema/table.ts'
import type { TableStorage } from '../../expression/schema/table-option.ts'
import { inferType } from '../../expression/types/infer.ts'
import { quoteName } from '../../nearest.ts'
import {
  constraintClause,
  renderAddConstraint,
  renderConstraintComment,
  renderDropConstraint,
} from './ddl-constraint.ts'
import { ddlExpression, keyPart, sequenceOptions, serverDefaultText, storageParameters } from './ddl-expression.ts'
import { renderCreateIndex, renderDropIndex, renderIndexComment } from './ddl-index.ts'
import { dropOptions, objects } from './ddl-object.ts'
import { views } from './ddl-view.ts'
import { renderCreateType, renderDropType, renderTypeComment, valueChecks } from './named-type.ts'
import type { NodeRenderers } from './renderers.ts'
import type { Render } from './state.ts'

// ---- columns -----------------------------------------------------------------------------------------------------------

/** `name TYPE DEFAULT x NOT NULL`. */
export function renderColumnDefinition(column: SchemaColumn, out: Render): string {
  return `${out.quoted(column.name)} ${typeOf(column, out)}${columnTail(column, out)}`
}

/** @throws CompileError the column's type is not known, or has no name. */
export function typeOf(column: SchemaColumn, out: Render): string {
  if (column.type.kind === 'null')
    throw new CompileError(
      `Column ${quoteName(`${column.table.key}.${column.key}`)} has no type: it would take that of the column it refers to, which is not there`,
    )
  return out.spelling.typeName(column.type)
}

/** What follows a column's type. */
export function columnTail(column: SchemaColumn, out: Render): string {
  let text = ''
  if (column.serverDefault !== null && !(column.serverDefault instanceof FetchedValue))
    text += ` DEFAULT ${serverDefaultText(column.serverDefault, out)}`
  if (column.computed !== null) text += computedClause(column, out)
  if (column.identity !== null) text += identityClause(column.identity)
  if (!column.nullable && column.identity === null) text += ' NOT NULL'
  else if (column.nullable && column.identity !== null) text += ' NULL'
  return text + columnCheck(column, out)
}

/** CHECK behind a column, with its own space. */
export function columnCheck(column: SchemaColumn, out: Render): string {
  return column.check === null ? '' : ` CHECK (${ddlExpression(column.check, out)})`
}

/** `GENERATED ALWAYS AS (...)`, with its own space. */
export function computedClause(column: SchemaColumn, out: Render): string {
  const { sql, persisted } = column.computed as NonNullable<SchemaColumn['computed']>
  const text = typeof sql === 'string' ? sql : ddlExpression(sql, out)
  return ` GENERATED ALWAYS AS (${text}) ${persisted === false ? 'VIRTUAL' : 'STORED'}`
}

function identityClause(identity: IdentityOptions): string {
  const options = sequenceOptions(identity)
  const when = identity.always === true ? 'ALWAYS' : 'BY DEFAULT'
  return ` GENERATED ${when} AS IDENTITY${options === '' ? '' : ` (${options})`}`
}

// ---- tables --------------------------------------------------------------------------------------------------------------

function renderCreateTable(node: CreateTable, out: Render): string {
  const { table } = node
  const prefixes = table.prefixes.map((prefix) => `${prefix} `).join('')
  if (table.partitionOf !== null) return renderPartition(node, table.partitionOf, prefixes, out)
  const parts = [
    ...table.columnList.map((column) => out.renderers.columnDefinition(column, out)),
    ...(table.primaryKey.columns.length > 0 && holds(table.primaryKey.ddlIf, out.spelling)
      ? [constraintClause(table.primaryKey, out)]
      : []),
    ...table.constraints
      .filter((constraint) => belongs(constraint, node, out))
      .map((constraint) => constraintClause(constraint, out)),
  ]
  parts.push(...valueChecks(table, out))
  const body = parts.length === 0 ? '\n' : `\n\t${parts.join(', \n\t')}\n`
  return `\nCREATE ${prefixes}TABLE ${node.ifNotExists ? 'IF NOT EXISTS ' : ''}${out.tableName(table)} (${body})${storageClauses(table.storage, out)}\n\n`
}

/** Whether CREATE TABLE has the constraint: a key with `useAlter` is added when all tables are there. */
function belongs(constraint: Constraint, node: CreateTable, out: Render): boolean {
  const isLater = constraint instanceof ForeignKeyConstraint && constraint.options.useAlter === true
  if (isLater && out.spelling.features.alterConstraints) return false
  return !node.without.has(constraint) && holds(constraint.ddlIf, out.spelling)
}

function renderPartition(node: CreateTable, origin: PartitionOrigin, prefixes: string, out: Render): string {
  const { table } = node
  const head = `CREATE ${prefixes}TABLE ${node.ifNotExists ? 'IF NOT EXISTS ' : ''}${out.tableName(table)}`
  // Columns and what else is said come from the whole, but for what a partition was given of its own.
  const keys = table.primaryKey.isImplicit ? [] : [table.primaryKey]
  const own = [...keys, ...table.constraints]
    .filter((constraint) => belongs(constraint, node, out))
    .map((constraint) => constraintClause(constraint, out))
  const body = own.length === 0 ? '' : ` (\n\t${own.join(', \n\t')}\n)`
  const whole = `PARTITION OF ${out.tableName(origin.parent)}${body} ${boundsClause(origin, out)}`
  return `\n${head} ${whole}${storageClauses(table.storage, out)}\n\n`
}

function boundsClause({ parent, bounds }: PartitionOrigin, out: Render): string {
  if (bounds === 'default') return 'DEFAULT'
  const parts = parent.storage.partitionBy?.parts ?? []
  const value = (given: unknown, place: number): string => {
    if (given instanceof ColumnElement || given instanceof TextClause) return ddlExpression(given, out)
    const { type } = parts[place] as SqlExpression
    return out.spelling.literal(given, type.kind === 'null' ? (inferType(given) ?? type) : type)
  }
  if ('from' in bounds) {
    const [from, to] = [bounds.from, bounds.to].map((values) => values.map(value).join(', '))
    return `FOR VALUES FROM (${from}) TO (${to})`
  }
  if ('in' in bounds) return `FOR VALUES IN (${bounds.in.map((given) => value(given, 0)).join(', ')})`
  return `FOR VALUES WITH (MODULUS ${bounds.modulus}, REMAINDER ${bounds.remainder})`
}

function storageClauses(storage: TableStorage, out: Render): string {
  const { inherits, partitionBy, using, with: parameters, onCommit, tablespace } = storage
  let text = ''
  if (inherits.length > 0) text += `\n INHERITS ( ${inherits.map((each) => out.tableName(each)).join(', ')} )`
  if (partitionBy !== null)
    text += `\n PARTITION BY ${partitionBy.strategy} (${partitionBy.parts.map((part) => keyPart(part, out)).join(', ')})`
  if (using !== null) text += `\n USING ${using}`
  if (Object.keys(parameters).length > 0) text += `\n WITH ${storageParameters(parameters, out)}`
  if (onCommit !== null) text += `\n ON COMMIT ${onCommit}`
  if (tablespace !== null) text += `\n TABLESPACE ${out.quoted(tablespace)}`
  return text
}

function renderColumnStorage({ table }: SetColumnStorage, out: Render): string {
  const actions = table.columnList.flatMap(({ name, storage, compression }) => {
    const column = `ALTER COLUMN ${out.quoted(name)} SET`
    return [
      ...(storage === null ? [] : [`${column} STORAGE ${storage}`]),
      ...(compression === null ? [] : [`${column} COMPRESSION ${compression}`]),
    ]
  })
  return `ALTER TABLE ${out.tableName(table)} ${actions.join(', ')}`
}

function renderDdlText({ statement, target }: DDL, out: Render): string {
  return statement.replaceAll(/%\((table|schema|fullname)\)s/g, (token, what: string) => {
    if (target === null)
      throw new CompileError(`DDL has the token ${token}, which only the listener of a table has a value for`)
    if (what === 'table') return out.quoted(target.name)
    if (what === 'fullname') return out.tableName(target)
    const schema = translatedSchema(out.schemas, target.schema)
    return schema === null ? '' : out.quoted(schema)
  })
}

/** DDL as the standard has it. */
export const ddl: NodeRenderers<SchemaNode> = {
  ...objects,
  ...views,
  addConstraint: renderAddConstraint,
  createIndex: renderCreateIndex,
  createTable: renderCreateTable,
  ddlText: renderDdlText,
  createType: renderCreateType,
  dropConstraint: renderDropConstraint,
  dropIndex: renderDropIndex,
  dropTable: (node, out) => `\nDROP TABLE ${dropOptions(node, out.tableName(node.table))}`,
  dropType: renderDropType,
  setColumnStorage: renderColumnStorage,
  setConstraintComment: renderConstraintComment,
  setIndexComment: renderIndexComment,
  setTypeComment: renderTypeComment,
}
