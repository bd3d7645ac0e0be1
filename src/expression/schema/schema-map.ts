// Other schemas in place of those that tables name: one set of tables for many tenants.
import { ArgumentError } from '../../errors.ts'

/** Schemas by the schemas they stand for; `''` is that of tables that name none, null the session's own. */
export type SchemaTranslateMap = Readonly<Record<string, string | null>>

/** The schema that is written for the one that a table or sequence names. */
export function translatedSchema(map: SchemaTranslateMap | null, schema: string | null): string | null {
  const key = schema ?? ''
  return map !== null && Object.hasOwn(map, key) ? (map[key] as string | null) : schema
}

/**
 * The same for equal maps, so that what was compiled with one is found with the other.
 *
 * @throws ArgumentError a schema is no name.
 */
export function schemaMapKey(map: SchemaTranslateMap): string {
  if (typeof map !== 'object' || map === null || Array.isArray(map))
    throw new ArgumentError("schemaTranslateMap is { '': 'tenant_1' }: schemas by the schemas they stand for")
  for (const schema of Object.values(map))
    if (schema !== null && (typeof schema !== 'string' || schema === ''))
      throw new ArgumentError("schemaTranslateMap: a schema is a name that is not empty, or null for the session's own")
  return JSON.stringify(Object.entries(map).sort(([one], [other]) => (one < other ? -1 : 1)))
}
