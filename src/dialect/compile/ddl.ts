// Renderers of DDL.
import { CompileError } from '../../errors.ts'
import type { Element } from '../../expression/base/element.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import {
  CheckConstraint,
  type ColumnConstraint,
  type Constraint,
  PrimaryKeyConstraint,
  type TableItem,
  UniqueConstraint,
} from '../../expression/schema/constraint.ts'
import type { CreateSequence, DropSequence } from '../../expression/schema/ddl/object.ts'
import type {
  AddConstraint,
  CreateIndex,
  CreateTable,
  DropConstraint,
  DropIndex,
  SetColumnComment,
  SetTableComment,
} from '../../expression/schema/ddl/table.ts'
import { ForeignKeyConstraint } from '../../expression/schema/foreign-key.ts'
import type { SchemaNode } from '../../expression/schema/nodes.ts'
import type { Sequence } from '../../expression/schema/sequence.ts'
import type { IdentityOptions, SequenceOptions, ServerDefault } from '../../expression/schema/server-default.ts'
import { String as StringSql } from '../../expression/types/string.ts'
import { quoteName } from '../../nearest.ts'
import { refuseNamedType, valueChecks } from './named-type.ts'
import type { NodeRenderers } from './renderers.ts'
import type { Render } from './state.ts'

// ---- expressions within DDL ----------------------------------------------------------------------------------------

/** An expression in DDL: values written out, columns without their table. */
export function ddlExpression(element: Element, out: Render): string {
  const { literalBinds, unqualified } = out
  out.literalBinds = true
  out.unqualified = true
  const text = out.node(element)
  out.literalBinds = literalBinds
  out.unqualified = unqualified
  return text
}

/** What stands behind DEFAULT. */
export function serverDefaultText(given: ServerDefault, out: Render): string {
  return typeof given === 'string' ? out.spelling.literal(given, StringSql) : ddlExpression(given, out)
}

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
  if (column.serverDefault !== null) text += ` DEFAULT ${serverDefaultText(column.serverDefault, out)}`
  if (column.computed !== null) text += computedClause(column, out)
  if (column.identity !== null) text += identityClause(column.identity)
  if (!column.nullable && column.identity === null) text += ' NOT NULL'
  else if (column.nullable && column.identity !== null) text += ' NULL'
  return text
}

function computedClause(column: SchemaColumn, out: Render): string {
  const { sql, persisted } = column.computed as NonNullable<SchemaColumn['computed']>
  const text = typeof sql === 'string' ? sql : ddlExpression(sql, out)
  return ` GENERATED ALWAYS AS (${text}) ${persisted === false ? 'VIRTUAL' : 'STORED'}`
}

function identityClause(identity: IdentityOptions): string {
  const options = sequenceOptions(identity)
  const when = identity.always === true ? 'ALWAYS' : 'BY DEFAULT'
  return ` GENERATED ${when} AS IDENTITY${options === '' ? '' : ` (${options})`}`
}

function sequenceOptions(options: SequenceOptions): string {
  const parts: string[] = []
  if (options.increment !== undefined) parts.push(`INCREMENT BY ${options.increment}`)
  if (options.start !== undefined) parts.push(`START WITH ${options.start}`)
  if (options.minValue !== undefined) parts.push(`MINVALUE ${options.minValue}`)
  if (options.maxValue !== undefined) parts.push(`MAXVALUE ${options.maxValue}`)
  if (options.cache !== undefined) parts.push(`CACHE ${options.cache}`)
  if (options.cycle !== undefined) parts.push(options.cycle ? 'CYCLE' : 'NO CYCLE')
  return parts.join(' ')
}

// ---- tables --------------------------------------------------------------------------------------------------------------

function renderCreateTable(node: CreateTable, out: Render): string {
  const { table } = node
  const prefixes = table.prefixes.map((prefix) => `${prefix} `).join('')
  const parts = [
    ...table.columnList.map((column) => out.renderers.columnDefinition(column, out)),
    ...(table.primaryKey.columns.length > 0 ? [constraintClause(table.primaryKey, out)] : []),
    ...table.constraints
      .filter((constraint) => !node.without.has(constraint))
      .map((constraint) => constraintClause(constraint, out)),
  ]
  parts.push(...valueChecks(table, out))
  const body = parts.length === 0 ? '\n' : `\n\t${parts.join(', \n\t')}\n`
  return `\nCREATE ${prefixes}TABLE ${node.ifNotExists ? 'IF NOT EXISTS ' : ''}${out.tableName(table)} (${body})\n\n`
}

/** The name of a constraint or index, shortened where a convention made it; null for none. */
export function itemName(item: TableItem, out: Render): string | null {
  if (item.name === null) return null
  const { identifiers } = out.spelling
  return identifiers.quote(item.isNameGenerated ? identifiers.shorten(item.name) : item.name)
}

function constraintClause(constraint: Constraint, out: Render): string {
  const name = itemName(constraint, out)
  return `${name === null ? '' : `CONSTRAINT ${name} `}${constraintBody(constraint, out)}`
}

function constraintBody(constraint: Constraint, out: Render): string {
  if (constraint instanceof PrimaryKeyConstraint)
    return `PRIMARY KEY (${columnNames(primaryKeyColumns(constraint), out)})${deferrableClause(constraint)}`
  if (constraint instanceof UniqueConstraint) {
    const nulls = constraint.nullsNotDistinct ? ' NULLS NOT DISTINCT' : ''
    return `UNIQUE${nulls} (${columnNames(constraint.columns, out)})${deferrableClause(constraint)}`
  }
  if (constraint instanceof ForeignKeyConstraint) return foreignKeyBody(constraint, out)
  if (constraint instanceof CheckConstraint) return `CHECK (${ddlExpression(constraint.condition, out)})`
  throw new CompileError(`DDL has no spelling for a constraint of the sort '${constraint.sort}'`)
}

/** A key made from flags begins with the column that the database numbers. */
function primaryKeyColumns(key: PrimaryKeyConstraint): readonly SchemaColumn[] {
  const numbered = key.isImplicit ? key.table.autoincrementColumn : null
  return numbered === null ? key.columns : [numbered, ...key.columns.filter((column) => column !== numbered)]
}

function foreignKeyBody(key: ForeignKeyConstraint, out: Render): string {
  const { match, onDelete, onUpdate } = key.options
  let text = `FOREIGN KEY(${columnNames(key.columns, out)})`
  text += ` REFERENCES ${out.tableName(key.referredTable)} (${columnNames(key.referredColumns, out)})`
  if (match !== undefined) text += ` MATCH ${match}`
  if (onDelete !== undefined) text += ` ON DELETE ${onDelete}`
  if (onUpdate !== undefined) text += ` ON UPDATE ${onUpdate}`
  return text + deferrableClause(key)
}

function deferrableClause(constraint: ColumnConstraint): string {
  const when = constraint.initially === null ? '' : ` INITIALLY ${constraint.initially}`
  return `${constraint.deferrable ? ' DEFERRABLE' : ''}${when}`
}

function columnNames(columns: readonly SchemaColumn[], out: Render): string {
  return columns.map((column) => out.quoted(column.name)).join(', ')
}

function renderAddConstraint(node: AddConstraint, out: Render): string {
  return `ALTER TABLE ${out.tableName(node.constraint.table)} ADD ${constraintClause(node.constraint, out)}`
}

function renderDropConstraint(node: DropConstraint, out: Render): string {
  const { constraint } = node
  const unnamed = constraint instanceof ForeignKeyConstraint ? out.renderers.unnamedForeignKey(constraint) : null
  const name = itemName(constraint, out) ?? (unnamed === null ? null : out.quoted(unnamed))
  if (name === null)
    throw new CompileError(
      `A constraint of table ${quoteName(constraint.table.key)} has no name, so it cannot be dropped: give it { name }, or the MetaData a naming convention`,
    )
  const options = `${node.ifExists ? 'IF EXISTS ' : ''}${name}${node.cascade ? ' CASCADE' : ''}`
  return `ALTER TABLE ${out.tableName(constraint.table)} DROP CONSTRAINT ${options}`
}

// ---- indexes, comments, sequences -------------------------------------------------------------------------------------

function renderCreateIndex(node: CreateIndex, out: Render): string {
  const { index } = node
  const name = itemName(index, out)
  if (name === null) throw new CompileError(`An index of table ${quoteName(index.table.key)} has no name`)
  let text = `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${node.ifNotExists ? 'IF NOT EXISTS ' : ''}${name}`
  text += ` ON ${out.tableName(index.table)}`
  if (index.options.using !== undefined) text += ` USING ${index.options.using}`
  text += ` (${index.expressions.map((expression) => indexPart(expression, out)).join(', ')})`
  if (index.include.length > 0) text += ` INCLUDE (${columnNames(index.include, out)})`
  if (index.options.nullsNotDistinct === true) text += ' NULLS NOT DISTINCT'
  return index.where === null ? text : `${text} WHERE ${ddlExpression(index.where, out)}`
}

/** Columns and calls stand as they are, other expressions in parentheses; DESC and NULLS stay outside. */
function indexPart(element: Element, out: Render): string {
  const unary = element as Element & {
    readonly postfix?: boolean
    readonly element: Element
    readonly operator: { symbol: string }
  }
  if (element.kind === 'unary' && unary.postfix === true)
    return `${indexPart(unary.element, out)} ${unary.operator.symbol}`
  const text = ddlExpression(element, out)
  return element.kind === 'column' ||
    element.kind === 'function' ||
    element.kind === 'text' ||
    element.kind === 'grouping'
    ? text
    : `(${text})`
}

function renderDropIndex(node: DropIndex, out: Render): string {
  const { index } = node
  const name = itemName(index, out)
  if (name === null) throw new CompileError(`An index of table ${quoteName(index.table.key)} has no name`)
  const { schema } = index.table
  const place = schema === null ? '' : `${out.quoted(schema)}.`
  return `DROP INDEX ${node.ifExists ? 'IF EXISTS ' : ''}${place}${name}`
}

function commentText(comment: string | null, out: Render): string {
  return comment === null ? 'NULL' : out.spelling.literal(comment, StringSql)
}

function renderTableComment(node: SetTableComment, out: Render): string {
  return `COMMENT ON TABLE ${out.tableName(node.table)} IS ${commentText(node.comment, out)}`
}

function renderColumnComment(node: SetColumnComment, out: Render): string {
  const { column } = node
  return `COMMENT ON COLUMN ${out.tableName(column.table)}.${out.quoted(column.name)} IS ${commentText(node.comment, out)}`
}

/** A sequence with its schema. */
export function sequenceName(sequence: Sequence, out: Render): string {
  return sequence.schema === null
    ? out.quoted(sequence.name)
    : `${out.quoted(sequence.schema)}.${out.quoted(sequence.name)}`
}

function renderCreateSequence(node: CreateSequence, out: Render): string {
  const options = sequenceOptions(node.sequence.options)
  const head = `CREATE SEQUENCE ${node.ifNotExists ? 'IF NOT EXISTS ' : ''}${sequenceName(node.sequence, out)}`
  return options === '' ? head : `${head} ${options}`
}

function renderDropSequence(node: DropSequence, out: Render): string {
  return `DROP SEQUENCE ${dropOptions(node, sequenceName(node.sequence, out))}`
}

function dropOptions(node: { readonly ifExists: boolean; readonly cascade: boolean }, name: string): string {
  return `${node.ifExists ? 'IF EXISTS ' : ''}${name}${node.cascade ? ' CASCADE' : ''}`
}

/** DDL as the standard has it. */
export const ddl: NodeRenderers<SchemaNode> = {
  addConstraint: renderAddConstraint,
  createIndex: renderCreateIndex,
  createSchema: (node, out) => `CREATE SCHEMA ${node.ifNotExists ? 'IF NOT EXISTS ' : ''}${out.quoted(node.name)}`,
  createSequence: renderCreateSequence,
  createTable: renderCreateTable,
  dropConstraint: renderDropConstraint,
  dropIndex: renderDropIndex,
  dropSchema: (node, out) => `DROP SCHEMA ${dropOptions(node, out.quoted(node.name))}`,
  dropSequence: renderDropSequence,
  dropTable: (node, out) => `\nDROP TABLE ${dropOptions(node, out.tableName(node.table))}`,
  nextValue: (node, out) => `NEXT VALUE FOR ${sequenceName(node.sequence, out)}`,
  createType: refuseNamedType,
  dropType: refuseNamedType,
  setColumnComment: renderColumnComment,
  setTableComment: renderTableComment,
}
