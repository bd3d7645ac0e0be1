// CREATE TYPE and DROP TYPE: enumerations.
import { CompileError } from '../../errors.ts'
import type { CreateType, DropType } from '../../expression/schema/ddl/type.ts'
import type { EnumType } from '../../expression/types/enum.ts'
import type { NamedType, SqlType } from '../../expression/types/type.ts'
import { quoteName } from '../../nearest.ts'
import type { Render } from '../compile/state.ts'
import { quoteText } from './literal.ts'
import { namedTypeName } from './type-name.ts'

const LABEL_BYTES = 63

/** @throws CompileError a label is longer than PostgreSQL takes. */
function enumBody(type: EnumType): string {
  const long = type.labels.find((label) => Buffer.byteLength(label) > LABEL_BYTES)
  if (long !== undefined)
    throw new CompileError(
      `The label ${JSON.stringify(long.slice(0, 20))}... of the enumeration ${quoteName(type.name)} is longer than ${LABEL_BYTES} bytes, which is what PostgreSQL takes`,
    )
  return `AS ENUM (${type.labels.map(quoteText).join(', ')})`
}

/** CREATE TYPE. */
export function renderCreateType({ type }: CreateType, _out: Render): string {
  return `CREATE TYPE ${namedTypeName(type)} ${bodyOf(type)}`
}

function bodyOf(type: NamedType): string {
  if (type.kind === 'enum') return enumBody(type as SqlType as EnumType)
  throw new CompileError(`CREATE TYPE has no spelling for a type of the sort ${quoteName(type.kind)}`)
}

/** DROP TYPE. */
export function renderDropType({ type, ifExists, cascade }: DropType, _out: Render): string {
  return `DROP TYPE ${ifExists ? 'IF EXISTS ' : ''}${namedTypeName(type)}${cascade ? ' CASCADE' : ''}`
}
