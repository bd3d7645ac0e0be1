// Types with names where the database has none: CHECK constraints in their place.
import { CompileError } from '../../errors.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import type { CreateType, DropType, SetTypeComment } from '../../expression/schema/ddl/type.ts'
import { conventionalName } from '../../expression/schema/naming.ts'
import { translatedSchema } from '../../expression/schema/schema-map.ts'
import type { Table } from '../../expression/schema/table.ts'
import type { ArrayType } from '../../expression/types/array.ts'
import type { EnumType } from '../../expression/types/enum.ts'
import { String as StringSql } from '../../expression/types/string.ts'
import type { NamedType, SqlType } from '../../expression/types/type.ts'
import { quoteName } from '../../nearest.ts'
import { commentText } from './ddl-expression.ts'
import type { Render } from './state.ts'

/** Whether an enumeration is a type of the database's own. */
export function isNativeEnum(type: SqlType): boolean {
  return type.kind === 'enum' && (type as unknown as EnumType).native
}

/** `CHECK (column IN ('a', 'b'))` for each enumeration that is VARCHAR here. */
export function valueChecks(table: Table, out: Render): string[] {
  const { spelling } = out
  return table.columnList.flatMap((column) => {
    const type = column.type.forDialect(spelling)
    const values = column.type.checkedValues(spelling)
    if (type.kind === 'array') refuseArray(column, type as SqlType as ArrayType, spelling.features.namedTypes)
    if (values === null || (isNativeEnum(type) && spelling.features.namedTypes)) return []
    const members = values.map((value) => spelling.literal(value, StringSql)).join(', ')
    return [`${checkName(table, column, type, out)}CHECK (${out.quoted(column.name)} IN (${members}))`]
  })
}

/** @throws CompileError a CHECK was asked for that guards the members of arrays. */
function refuseArray(column: SchemaColumn, type: ArrayType, hasEnums: boolean): void {
  const member = type.element as SqlType as EnumType
  if (member.kind === 'enum' && member.asksForConstraint && !(member.native && hasEnums))
    throw new CompileError(
      `Column ${quoteName(`${column.table.key}.${column.key}`)}: no CHECK can guard the values of an enumeration within arrays: make it a native type, or say { createConstraint: false }`,
    )
}

/** `CONSTRAINT name` where the enumeration has a name, by the MetaData's convention for CHECKs; a second column of it has none, as names are given once. */
function checkName(table: Table, column: SchemaColumn, type: SqlType, out: Render): string {
  const { name: givenName = '' } = type as Partial<NamedType>
  const isSecond = table.columnList.find((each) => each.type.forDialect(out.spelling) === type) !== column
  if (givenName === '' || isSecond) return ''
  const { name, generated } = conventionalName(table.metadata.namingConvention, 'ck', {
    tableName: table.name,
    schemaName: table.schema,
    columnNames: [column.name],
    columnKeys: [column.key],
    referredTableName: null,
    referredColumnNames: [],
    givenName,
  })
  const { identifiers } = out.spelling
  return name === null ? '' : `CONSTRAINT ${identifiers.quote(generated ? identifiers.shorten(name) : name)} `
}

function nameOf(type: NamedType, out: Render): string {
  const schema = translatedSchema(out.schemas, type.schema)
  return schema === null ? out.quoted(type.name) : `${out.quoted(schema)}.${out.quoted(type.name)}`
}

/**
 * An enumeration as people read it; databases that have such types spell them themselves.
 *
 * @throws CompileError for any other type.
 */
export function renderCreateType({ type }: CreateType, out: Render): string {
  if (type.kind !== 'enum')
    throw new CompileError(
      `The dialect '${out.spelling.name}' has no CREATE TYPE for ${quoteName(type.name)}, which is a ${type.kind}`,
    )
  const { labels } = type as unknown as EnumType
  return `CREATE TYPE ${nameOf(type, out)} AS ENUM (${labels.map((label) => out.spelling.literal(label, StringSql)).join(', ')})`
}

/** DROP TYPE. */
export function renderDropType({ type, ifExists, cascade }: DropType, out: Render): string {
  return `DROP TYPE ${ifExists ? 'IF EXISTS ' : ''}${nameOf(type, out)}${cascade ? ' CASCADE' : ''}`
}

/** COMMENT ON TYPE, or ON DOMAIN. */
export function renderTypeComment({ type, comment }: SetTypeComment, out: Render): string {
  const sort = type.kind === 'domain' ? 'DOMAIN' : 'TYPE'
  return `COMMENT ON ${sort} ${nameOf(type, out)} IS ${commentText(comment, out)}`
}
