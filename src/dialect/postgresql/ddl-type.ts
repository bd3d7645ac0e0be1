// CREATE TYPE, CREATE DOMAIN, and DROP: enumerations, composite types, ranges, domains.
import { CompileError } from '../../errors.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import type { CreateType, DropType } from '../../expression/schema/ddl/type.ts'
import type { EnumType } from '../../expression/types/enum.ts'
import { String as StringSql } from '../../expression/types/string.ts'
import type { NamedType, SqlType } from '../../expression/types/type.ts'
import { quoteName } from '../../nearest.ts'
import { checkSqlText, type Render } from '../compile/state.ts'
import { collationName } from '../compile/type-name.ts'
import { namedTypeName } from './type-name.ts'
import type { CompositeType, DomainType } from './types-composite.ts'
import type { NamedRangeType } from './types-named-range.ts'

const LABEL_BYTES = 63

/** @throws CompileError a label is longer than PostgreSQL takes. */
function enumBody(type: EnumType, out: Render): string {
  const long = type.labels.find((label) => Buffer.byteLength(label) > LABEL_BYTES)
  if (long !== undefined)
    throw new CompileError(
      `The label ${JSON.stringify(long.slice(0, 20))}... of the enumeration ${quoteName(type.name)} is longer than ${LABEL_BYTES} bytes, which is what PostgreSQL takes`,
    )
  return `AS ENUM (${type.labels.map((label) => out.spelling.literal(label, StringSql)).join(', ')})`
}

/** CREATE TYPE. */
export function renderCreateType({ type }: CreateType, out: Render): string {
  if (type.kind === 'domain') return createDomain(type as SqlType as DomainType, out)
  return `CREATE TYPE ${namedTypeName(type, out.schemas)} ${bodyOf(type, out)}`
}

function createDomain(type: DomainType, out: Render): string {
  const { check, checks = {}, collation, collationSchema, constraintName, default: given, notNull } = type.options
  let text = `CREATE DOMAIN ${namedTypeName(type as unknown as NamedType, out.schemas)} AS ${out.spelling.typeName(type.base)}`
  if (collation !== undefined) text += ` COLLATE ${collationText(collation, collationSchema, out)}`
  if (given !== undefined) text += ` DEFAULT ${checkSqlText(given)}`
  if (notNull === true) text += ' NOT NULL'
  if (constraintName !== undefined && check !== undefined) text += ` CONSTRAINT ${out.quoted(constraintName)}`
  if (check !== undefined) text += ` CHECK (${condition(check, out)})`
  for (const [name, each] of Object.entries(checks))
    text += ` CONSTRAINT ${out.quoted(name)} CHECK (${condition(each, out)})`
  return text
}

function collationText(name: string, schema: string | undefined, out: Render): string {
  return collationName(name, schema, { quote: (each) => out.quoted(each) })
}

function condition(check: string | ColumnElement, out: Render): string {
  if (typeof check === 'string') return checkSqlText(check)
  const { literalBinds } = out
  out.literalBinds = true
  const text = out.node(check)
  out.literalBinds = literalBinds
  return text
}

function bodyOf(type: NamedType, out: Render): string {
  if (type.kind === 'composite') {
    const { fields } = type as SqlType as CompositeType
    return `AS (${fields.map(([name, field]) => `${out.quoted(name)} ${out.spelling.typeName(field)}`).join(', ')})`
  }
  if (type.kind === 'namedRange') return rangeBody(type as SqlType as NamedRangeType, out)
  if (type.kind === 'enum') return enumBody(type as SqlType as EnumType, out)
  throw new CompileError(`CREATE TYPE has no spelling for a type of the sort ${quoteName(type.kind)}`)
}

function rangeBody({ element, options }: NamedRangeType, out: Render): string {
  const { subtypeDiff, operatorClass, collation, collationSchema, multirange } = options
  const parts = [`SUBTYPE = ${out.spelling.typeName(element)}`]
  if (operatorClass !== undefined) parts.push(`SUBTYPE_OPCLASS = ${checkSqlText(operatorClass)}`)
  if (collation !== undefined) parts.push(`COLLATION = ${collationText(collation, collationSchema, out)}`)
  if (subtypeDiff !== undefined) parts.push(`SUBTYPE_DIFF = ${checkSqlText(subtypeDiff)}`)
  if (multirange !== undefined) parts.push(`MULTIRANGE_TYPE_NAME = ${out.quoted(multirange)}`)
  return `AS RANGE (${parts.join(', ')})`
}

/** DROP TYPE. */
export function renderDropType({ type, ifExists, cascade }: DropType, out: Render): string {
  return `DROP ${type.kind === 'domain' ? 'DOMAIN' : 'TYPE'} ${ifExists ? 'IF EXISTS ' : ''}${namedTypeName(type, out.schemas)}${cascade ? ' CASCADE' : ''}`
}
