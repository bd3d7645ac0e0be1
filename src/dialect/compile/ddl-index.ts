// Renderers of CREATE INDEX and DROP INDEX.
import { CompileError } from '../../errors.ts'
import type { CreateIndex, DropIndex, SetIndexComment } from '../../expression/schema/ddl/table.ts'
import { translatedSchema } from '../../expression/schema/schema-map.ts'
import { type Index, operatorClassOf } from '../../expression/schema/table-index.ts'
import { quoteName } from '../../nearest.ts'
import {
  columnNames,
  commentText,
  ddlExpression,
  hasParameters,
  itemName,
  keyPart,
  storageParameters,
} from './ddl-expression.ts'
import type { Render } from './state.ts'

/** CREATE INDEX. */
export function renderCreateIndex(node: CreateIndex, out: Render): string {
  const { index } = node
  const { using, with: parameters, tablespace, nullsNotDistinct } = index.options
  const words = `${index.unique ? 'UNIQUE ' : ''}INDEX ${node.concurrently ? 'CONCURRENTLY ' : ''}`
  let text = `CREATE ${words}${node.ifNotExists ? 'IF NOT EXISTS ' : ''}${nameOf(index, out)}`
  text += ` ON ${out.tableName(index.table)}`
  if (using !== undefined) text += ` USING ${using.toLowerCase()}`
  text += ` (${index.expressions.map((_, place) => indexPart(index, place, out)).join(', ')})`
  if (index.include.length > 0) text += ` INCLUDE (${columnNames(index.include, out)})`
  if (nullsNotDistinct === true) text += ' NULLS NOT DISTINCT'
  if (hasParameters(parameters)) text += ` WITH ${storageParameters(parameters, out)}`
  if (tablespace !== undefined) text += ` TABLESPACE ${out.quoted(tablespace)}`
  return index.where === null ? text : `${text} WHERE ${ddlExpression(index.where, out)}`
}

function indexPart(index: Index, place: number, out: Render): string {
  const [part, element] = [index.parts[place], index.expressions[place]]
  if (part === undefined || element === undefined) return ''
  const operatorClass = operatorClassOf(index.options.operatorClasses, part)
  return keyPart(element, out, operatorClass === null ? '' : ` ${operatorClass}`)
}

/** COMMENT ON INDEX. */
export function renderIndexComment({ index, comment }: SetIndexComment, out: Render): string {
  const schema = translatedSchema(out.schemas, index.table.schema)
  const place = schema === null ? '' : `${out.quoted(schema)}.`
  return `COMMENT ON INDEX ${place}${nameOf(index, out)} IS ${commentText(comment, out)}`
}

/** DROP INDEX. */
export function renderDropIndex(node: DropIndex, out: Render): string {
  const { index } = node
  const schema = translatedSchema(out.schemas, index.table.schema)
  const place = schema === null ? '' : `${out.quoted(schema)}.`
  const words = `${node.concurrently ? 'CONCURRENTLY ' : ''}${node.ifExists ? 'IF EXISTS ' : ''}`
  return `DROP INDEX ${words}${place}${nameOf(index, out)}${node.cascade ? ' CASCADE' : ''}`
}

function nameOf(index: Index, out: Render): string {
  const name = itemName(index, out)
  if (name === null) throw new CompileError(`An index of table ${quoteName(index.table.key)} has no name`)
  return name
}
