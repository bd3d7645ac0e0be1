// Pieces of DDL that several commands have: expressions with their values written out, names, numbers of sequences.
import type { Element } from '../../expression/base/element.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import type { TableItem } from '../../expression/schema/constraint.ts'
import type { FetchedValue, SequenceOptions, ServerDefault } from '../../expression/schema/server-default.ts'
import type { StorageParameters } from '../../expression/schema/storage.ts'
import { String as StringSql } from '../../expression/types/string.ts'
import type { Render } from './state.ts'

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
export function serverDefaultText(given: Exclude<ServerDefault, FetchedValue>, out: Render): string {
  return typeof given === 'string' ? out.spelling.literal(given, StringSql) : ddlExpression(given, out)
}

/** The name of a constraint or index, shortened where a convention made it; null for none. */
export function itemName(item: TableItem, out: Render): string | null {
  if (item.name === null) return null
  const { identifiers } = out.spelling
  return identifiers.quote(item.isNameGenerated ? identifiers.shorten(item.name) : item.name)
}

/** Names of columns with commas between them. */
export function columnNames(columns: readonly SchemaColumn[], out: Render): string {
  return columns.map((column) => out.quoted(column.name)).join(', ')
}

/** Columns and calls stand as they are, other expressions in parentheses; DESC, NULLS and what is put before them stay outside. */
export function keyPart(element: Element, out: Render, suffix = ''): string {
  const unary = element as Element & {
    readonly postfix?: boolean
    readonly element: Element
    readonly operator: { symbol: string }
  }
  if (element.kind === 'unary' && unary.postfix === true)
    return `${keyPart(unary.element, out, suffix)} ${unary.operator.symbol}`
  if (element.kind === 'label') return keyPart(unary.element, out, suffix)
  const text = ddlExpression(element, out)
  const isPlain = PLAIN_PARTS.has(element.kind)
  return `${isPlain ? text : `(${text})`}${suffix}`
}

const PLAIN_PARTS = new Set(['column', 'function', 'text', 'grouping'])

/** Whether anything stands behind WITH. */
export function hasParameters(given: StorageParameters | undefined): given is StorageParameters {
  return given !== undefined && Object.keys(given).length > 0
}

/** `(fillfactor = 50)`; names were checked when they were given. */
export function storageParameters(given: StorageParameters, out: Render): string {
  const parts = Object.entries(given).map(([name, value]) => {
    return `${name} = ${typeof value === 'string' ? out.spelling.literal(value, StringSql) : value}`
  })
  return `(${parts.join(', ')})`
}

/** What follows the name of a sequence, or stands in the parentheses of an identity. */
export function sequenceOptions(options: SequenceOptions): string {
  const parts: string[] = []
  if (options.increment !== undefined) parts.push(`INCREMENT BY ${options.increment}`)
  if (options.start !== undefined) parts.push(`START WITH ${options.start}`)
  if (options.minValue !== undefined)
    parts.push(options.minValue === null ? 'NO MINVALUE' : `MINVALUE ${options.minValue}`)
  if (options.maxValue !== undefined)
    parts.push(options.maxValue === null ? 'NO MAXVALUE' : `MAXVALUE ${options.maxValue}`)
  if (options.cache !== undefined) parts.push(`CACHE ${options.cache}`)
  if (options.cycle !== undefined) parts.push(options.cycle ? 'CYCLE' : 'NO CYCLE')
  return parts.join(' ')
}

/** A comment as a literal; none is NULL. */
export function commentText(comment: string | null, out: Render): string {
  return comment === null ? 'NULL' : out.spelling.literal(comment, StringSql)
}
