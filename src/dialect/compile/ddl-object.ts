// Renderers of comments, and of what is no table: sequences, schemas, extensions.

import type { CreateExtension, CreateSchema, CreateSequence, DropSequence } from '../../expression/schema/ddl/object.ts'
import type { SetColumnComment, SetTableComment } from '../../expression/schema/ddl/table.ts'
import type { SchemaNode } from '../../expression/schema/nodes.ts'
import type { Sequence } from '../../expression/schema/sequence.ts'
import { String as StringSql } from '../../expression/types/string.ts'
import { commentText, sequenceOptions } from './ddl-expression.ts'
import type { NodeRenderers } from './renderers.ts'
import type { Render } from './state.ts'

function renderTableComment(node: SetTableComment, out: Render): string {
  return `COMMENT ON TABLE ${out.tableName(node.table)} IS ${commentText(node.comment, out)}`
}

function renderColumnComment(node: SetColumnComment, out: Render): string {
  const { column } = node
  return `COMMENT ON COLUMN ${out.tableName(column.table)}.${out.quoted(column.name)} IS ${commentText(node.comment, out)}`
}

/** A sequence with its schema. */
export function sequenceName(sequence: Sequence, out: Render): string {
  return out.tableName(sequence)
}

function renderCreateSequence(node: CreateSequence, out: Render): string {
  const { dataType, options } = node.sequence
  let text = `CREATE SEQUENCE ${node.ifNotExists ? 'IF NOT EXISTS ' : ''}${sequenceName(node.sequence, out)}`
  if (dataType !== null) text += ` AS ${out.spelling.typeName(dataType)}`
  const rest = sequenceOptions(options)
  return rest === '' ? text : `${text} ${rest}`
}

function renderDropSequence(node: DropSequence, out: Render): string {
  return `DROP SEQUENCE ${dropOptions(node, sequenceName(node.sequence, out))}`
}

/** IF EXISTS, the name, CASCADE. */
export function dropOptions(node: { readonly ifExists: boolean; readonly cascade: boolean }, name: string): string {
  return `${node.ifExists ? 'IF EXISTS ' : ''}${name}${node.cascade ? ' CASCADE' : ''}`
}

function renderCreateSchema(node: CreateSchema, out: Render): string {
  const owner = node.authorization === null ? '' : ` AUTHORIZATION ${out.quoted(node.authorization)}`
  return `CREATE SCHEMA ${node.ifNotExists ? 'IF NOT EXISTS ' : ''}${out.quoted(node.name)}${owner}`
}

function renderCreateExtension({ name, options }: CreateExtension, out: Render): string {
  let text = `CREATE EXTENSION ${options.ifNotExists === true ? 'IF NOT EXISTS ' : ''}${out.quoted(name)}`
  if (options.schema !== undefined) text += ` SCHEMA ${out.quoted(options.schema)}`
  if (options.version !== undefined) text += ` VERSION ${out.spelling.literal(options.version, StringSql)}`
  return options.cascade === true ? `${text} CASCADE` : text
}

type ObjectKind =
  | 'createExtension'
  | 'dropExtension'
  | 'createSchema'
  | 'createSequence'
  | 'dropSchema'
  | 'dropSequence'
  | 'nextValue'
  | 'setColumnComment'
  | 'setTableComment'

/** As the standard has them. */
export const objects: Pick<NodeRenderers<SchemaNode>, ObjectKind> = {
  createExtension: renderCreateExtension,
  createSchema: renderCreateSchema,
  createSequence: renderCreateSequence,
  dropExtension: (node, out) => `DROP EXTENSION ${dropOptions(node, out.quoted(node.name))}`,
  dropSchema: (node, out) => `DROP SCHEMA ${dropOptions(node, out.quoted(node.name))}`,
  dropSequence: renderDropSequence,
  nextValue: (node, out) => `NEXT VALUE FOR ${sequenceName(node.sequence, out)}`,
  setColumnComment: renderColumnComment,
  setTableComment: renderTableComment,
}
