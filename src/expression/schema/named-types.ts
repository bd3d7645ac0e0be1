// Which named types (enumerations, domains, composite types, ranges) tables need, each after those it is made of.
import { InvalidRequestError } from '../../errors.ts'
import { quoteName } from '../../nearest.ts'
import type { NamedType, TypeHost } from '../types/type.ts'
import type { Table } from './table.ts'

/** The name of a type with its schema. */
export function typeKey(type: NamedType): string {
  return type.schema === null ? type.name : `${type.schema}.${type.name}`
}

/**
 * The named types that tables use on a database, in order of dependency.
 *
 * @throws InvalidRequestError two different types have one name.
 */
export function namedTypesOf(tables: Iterable<Table>, host: TypeHost): readonly NamedType[] {
  const types = new Map<string, NamedType>()
  for (const table of tables)
    for (const column of table.columnList)
      for (const type of column.type.requiredTypes(host)) {
        const key = typeKey(type)
        const known = types.get(key)
        if (known === undefined || (known.id === type.id && (known.comment ?? null) === null)) types.set(key, type)
        else if (known.id !== type.id)
          throw new InvalidRequestError(
            `Two different types are called ${quoteName(key)}, one of them that of column ${quoteName(`${table.key}.${column.key}`)}: give one another name, or use the same type object for both`,
          )
      }
  // A type without a name comes through too, so that creating it says what it lacks.
  return [...types.values()]
}

/** The named types that no other table of the same MetaData uses: those that go with the tables. */
export function ownTypesOf(tables: readonly Table[], host: TypeHost): readonly NamedType[] {
  const own = new Set(tables)
  const others = new Set<Table>()
  for (const { metadata } of tables)
    for (const key of metadata.tableKeys()) {
      const table = metadata.findTable(key) as Table | null
      if (table !== null && !own.has(table)) others.add(table)
    }
  const kept = new Set(namedTypesOf(others, host).map(typeKey))
  return namedTypesOf(tables, host).filter((type) => !kept.has(typeKey(type)))
}
