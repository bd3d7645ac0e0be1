// The primary key that `session.get()` was given: a value, values in order, or values by attribute.

import { ArgumentError } from '../../errors.ts'
import { isPlainObject } from '../../expression/types/plain-object.ts'
import { quoteName, suggestion } from '../../nearest.ts'
import type { MapperLike } from '../contract/orm.ts'

/**
 * The key's values in order of the mapper's primary key.
 *
 * @throws ArgumentError there are too few, too many, or others.
 */
export function primaryKeyValues(call: string, mapper: MapperLike, given: unknown): unknown[] {
  const values = isByName(mapper, given) ? byName(call, mapper, given) : Array.isArray(given) ? given : [given]
  if (values.length !== mapper.primaryKey.length)
    throw new ArgumentError(
      `${call}: the primary key of ${mapper.className} has ${mapper.primaryKey.length} value(s), ${namesOf(mapper)}; got ${values.length}`,
    )
  for (const [index, value] of values.entries())
    if (value === undefined || value === null)
      throw new ArgumentError(
        `${call}: the primary key of ${mapper.className} (${namesOf(mapper)}) has no value for ${quoteName(mapper.primaryKey[index]?.key ?? '')}; got ${String(value)}`,
      )
  return values
}

function namesOf(mapper: MapperLike): string {
  return mapper.primaryKey.map(({ key }) => quoteName(key)).join(', ')
}

/** Values by attribute: a plain object, which is no key value of any type but JSON. */
function isByName(mapper: MapperLike, given: unknown): given is Record<string, unknown> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false
  return (
    isPlainObject(given) && !(mapper.primaryKey.length === 1 && mapper.primaryKey[0]?.column.type.affinity === 'json')
  )
}

function byName(call: string, mapper: MapperLike, given: Record<string, unknown>): unknown[] {
  const names = mapper.primaryKey.map(({ key }) => key)
  for (const name of Object.keys(given))
    if (!names.includes(name))
      throw new ArgumentError(
        `${call}: the primary key of ${mapper.className} has no attribute ${quoteName(name)}${suggestion(name, names)}`,
      )
  return names.map((name) => (Object.hasOwn(given, name) ? given[name] : undefined))
}
