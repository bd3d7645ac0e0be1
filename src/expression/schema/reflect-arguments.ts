// What those who ask a database for its definitions are given, checked before anything is sent: names, lists of names, schemas.
import { ArgumentError } from '../../errors.ts'
import { checkKeys, quoteName } from '../../nearest.ts'
import { showValue } from '../../show.ts'
import type { ReflectRequest } from './reflector.ts'

const PLACE = 'Table.reflect()'
const KEYS = [
  'schema',
  'columns',
  'includeColumns',
  'excludeColumns',
  'resolveForeignKeys',
  'extendExisting',
  'signal',
] as const

/** Options of `Table.reflect()`, as far as they have to be known here. */
type TableOptions = { readonly [K in (typeof KEYS)[number]]?: ReflectRequest[K] | undefined }

/**
 * What `Table.reflect()` asks for.
 *
 * @throws ArgumentError something is not what it should be.
 */
export function requestOf(
  name: string,
  metadata: { readonly schema: string | null; readonly findTable: unknown },
  options: TableOptions,
): ReflectRequest {
  checkName(PLACE, 'a table', name)
  if (typeof (metadata as typeof metadata | null | undefined)?.findTable !== 'function')
    throw new ArgumentError(`${PLACE} takes the MetaData that the table is to belong to behind its name`)
  checkKeys(PLACE, options, KEYS, ['resolveForeignKeys', 'extendExisting'])
  const { schema, columns = {}, includeColumns = null, excludeColumns = [], signal } = options
  if (typeof columns !== 'object' || columns === null)
    throw new ArgumentError(`${PLACE}: columns is a record of columns by their keys, got ${showValue(columns)}`)
  if (includeColumns !== null) checkNames(PLACE, 'includeColumns', includeColumns)
  checkNames(PLACE, 'excludeColumns', excludeColumns)
  return {
    schema: schema === undefined ? metadata.schema : checkedSchema(PLACE, schema),
    names: [name],
    kinds: ['table', 'view', 'materializedView', 'foreignTable'],
    temporary: true,
    viewsAsTables: true,
    resolveForeignKeys: options.resolveForeignKeys ?? true,
    extendExisting: options.extendExisting ?? false,
    columns,
    includeColumns,
    excludeColumns,
    ...(signal === undefined ? {} : { signal }),
  }
}

/**
 * Refuses what is no name: null, sent to the database, would ask for everything.
 *
 * @param place the question, for the message: `getColumns()`.
 * @param what it is the name of: `a table`.
 * @throws ArgumentError
 */
export function checkName(place: string, what: string, given: unknown): asserts given is string {
  if (typeof given === 'string') return
  const name: unknown = typeof given === 'object' && given !== null ? Reflect.get(given, 'name') : undefined
  const got = typeof name === 'string' ? `an object: give its name, ${quoteName(name)}` : showValue(given)
  throw new ArgumentError(`${place} takes the name of ${what} as a string, got ${got}`)
}

/** @throws ArgumentError it is no list of strings. */
export function checkNames(place: string, option: string, given: unknown): asserts given is readonly string[] {
  if (Array.isArray(given) && given.every((each) => typeof each === 'string')) return
  throw new ArgumentError(`${place}: ${option} is a list of strings, got ${showValue(given)}`)
}

/**
 * A schema as it was given; null where none was.
 *
 * @throws ArgumentError it is no name.
 */
export function checkedSchema(place: string, given: unknown): string | null {
  if (given === undefined || given === null) return null
  if (typeof given === 'string') return given
  throw new ArgumentError(`${place}: schema is the name of a schema, or null, got ${showValue(given)}`)
}
