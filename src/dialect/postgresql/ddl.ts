// DDL where PostgreSQL differs: SERIAL columns, names that the server gives, sequences.
import type { SchemaColumn } from '../../expression/schema/column.ts'
import type { ForeignKeyConstraint } from '../../expression/schema/foreign-key.ts'
import type { NextValue } from '../../expression/schema/sequence.ts'
import { columnTail, renderColumnDefinition } from '../compile/ddl.ts'
import { sequenceName } from '../compile/ddl-object.ts'
import type { Render } from '../compile/state.ts'
import { quoteText } from './literal.ts'

const SERIALS: Readonly<Record<string, string>> = {
  smallInteger: 'SMALLSERIAL',
  integer: 'SERIAL',
  bigInteger: 'BIGSERIAL',
}

/** A column of CREATE TABLE: the one that the database numbers is SERIAL unless it is an IDENTITY. */
export function renderPostgresColumn(column: SchemaColumn, out: Render): string {
  const serial = SERIALS[column.type.forDialect(out.spelling).kind]
  const isSerial = column.isAutoincrement && column.identity === null && column.serverDefault === null
  if (!isSerial || serial === undefined) return renderColumnDefinition(column, out)
  return `${out.quoted(column.name)} ${serial}${columnTail(column, out)}`
}

/** The name that the server gives a foreign key without one, as long as it fits. */
export function unnamedForeignKey(key: ForeignKeyConstraint): string | null {
  const name = `${key.table.name}_${key.columns.map((column) => column.name).join('_')}_fkey`
  return Buffer.byteLength(name) < 64 ? name : null
}

/** `nextval('schema.name')`. */
export function renderNextValue(node: NextValue, out: Render): string {
  return `nextval(${quoteText(sequenceName(node.sequence, out))})`
}
