// Types with names where the database has none: CHECK constraints in their place.
import { CompileError } from '../../errors.ts'
import type { CreateType, DropType } from '../../expression/schema/ddl/type.ts'
import type { Table } from '../../expression/schema/table.ts'
import type { EnumType } from '../../expression/types/enum.ts'
import { String as StringSql } from '../../expression/types/string.ts'
import type { SqlType } from '../../expression/types/type.ts'
import { quoteName } from '../../nearest.ts'
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
    if (values === null || (isNativeEnum(type) && spelling.features.namedTypes)) return []
    const members = values.map((value) => spelling.literal(value, StringSql)).join(', ')
    return [`CHECK (${out.quoted(column.name)} IN (${members}))`]
  })
}

/** @throws CompileError always: the standard's enumerations are VARCHAR. */
export function refuseNamedType(node: CreateType | DropType, out: Render): string {
  throw new CompileError(
    `The dialect '${out.spelling.name}' has no named types: ${quoteName(node.type.name)} is none there`,
  )
}
