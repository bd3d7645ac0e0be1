// How tables, indexes and materialized views are kept: words of DDL that are checked before they become text.
import { ArgumentError } from '../../errors.ts'
import { quoteName } from '../../nearest.ts'
import { isRecord } from '../coerce/record.ts'

/** Where a column's long values are kept. */
export type ColumnStorage = 'PLAIN' | 'EXTERNAL' | 'EXTENDED' | 'MAIN'

/** How a column's long values are compressed. */
export type ColumnCompression = 'pglz' | 'lz4'

/** Storage parameters of tables and indexes: `{ fillfactor: 70 }`. */
export type StorageParameters = Readonly<Record<string, number | boolean | string>>

/** @throws ArgumentError a name or a value that no parameter has. */
export function checkStorageParameters(place: string, given: StorageParameters | undefined): void {
  if (given !== undefined && !isRecord(given))
    throw new ArgumentError(`${place}: with takes storage parameters by name, such as { fillfactor: 70 }`)
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$/.test(name))
      throw new ArgumentError(`${place}: ${quoteName(name)} is no name of a storage parameter`)
    const isValue = typeof value === 'boolean' || typeof value === 'string' || Number.isFinite(value)
    if (!isValue) throw new ArgumentError(`${place}: ${name} is a number, a boolean or a text`)
  }
}

/** @throws ArgumentError it is no name of an access method. */
export function checkAccessMethod(place: string, given: string | undefined): void {
  if (given !== undefined && (typeof given !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(given)))
    throw new ArgumentError(`${place}: using names an access method such as 'gin', not ${quoteName(given)}`)
}

/** @throws ArgumentError it is neither the name of a schema nor null. */
export function checkSchema(place: string, given: unknown): void {
  if (given !== null && (typeof given !== 'string' || given === ''))
    throw new ArgumentError(`${place}: schema is a text that is not empty, or null for none`)
}
