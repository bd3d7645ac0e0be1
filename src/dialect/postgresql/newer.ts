// What is new in later versions of PostgreSQL: what a server is told to be too old for, by where it stopped reading.
import type { ServerErrorFields } from '../contract/driver.ts'

/** What versions after 15 brought, and how it looks where an older server stops. */
interface Feature {
  readonly since: number
  readonly name: string
  /** What the SQL goes on with where the server stopped. */
  readonly at: RegExp
  /** What stands before that. */
  readonly behind?: RegExp
}

const SYNTAX: readonly Feature[] = [
  { since: 16, name: 'IS JSON', at: /^JSON\b/i, behind: /\bIS\s+(NOT\s+)?$/i },
  { since: 17, name: 'RETURNING of MERGE', at: /^RETURNING\b/i, behind: /^\s*(WITH\b.*)?MERGE\b/is },
  { since: 17, name: 'WHEN NOT MATCHED BY SOURCE', at: /^BY\s+(SOURCE|TARGET)\b/i, behind: /\bMATCHED\s+$/i },
  {
    since: 18,
    name: 'a computed column that is not stored ({ persisted: false })',
    at: /^VIRTUAL\b/i,
    behind: /\)\s*$/,
  },
  { since: 18, name: 'NOT ENFORCED', at: /^ENFORCED\b/i },
  { since: 18, name: 'WITHOUT OVERLAPS', at: /^WITHOUT\s+OVERLAPS\b/i },
  { since: 18, name: 'PERIOD in a foreign key', at: /^./s, behind: /[(,]\s*PERIOD\s+$/i },
]

/** What a server does not take for a syntax error: the name of a relation that is not there. */
const RELATIONS: readonly Feature[] = [
  { since: 18, name: 'OLD and NEW in RETURNING', at: /^"?(old|new)"?\s*\./i, behind: /\bRETURNING\b/i },
]

const FUNCTIONS: Readonly<Record<number, string>> = {
  16:
    'any_value array_sample array_shuffle date_add date_subtract erf erfc json_array json_arrayagg json_object json_objectagg ' +
    'pg_input_error_info pg_input_is_valid random_normal',
  17: 'json json_exists json_query json_scalar json_serialize json_value merge_action to_bin to_oct unicode_assigned uuid_extract_timestamp uuid_extract_version xmltext',
  18: 'array_reverse array_sort casefold crc32 crc32c gamma lgamma uuidv4 uuidv7',
}
const SINCE: ReadonlyMap<string, number> = new Map(
  Object.entries(FUNCTIONS).flatMap(([since, names]) => names.split(' ').map((name) => [name, Number(since)] as const)),
)

/**
 * What a statement asks of a newer server than the one that refused it: `RETURNING of MERGE needs PostgreSQL 17 or newer`. Told by
 * the place where the server stopped: servers know best themselves what they can, also those that are no PostgreSQL.
 * @returns null where nothing is known of it.
 */
export function neededVersion(fields: ServerErrorFields, sql: string): string | null {
  const { sqlState = '', position } = fields
  if (position === undefined || !Object.hasOwn(READERS, sqlState)) return null
  // The server counts characters.
  const characters = [...sql]
  const at = characters.slice(position - 1, position + LOOK_AHEAD).join('')
  const behind = characters.slice(0, position - 1).join('')
  const found = READERS[sqlState as keyof typeof READERS](at, behind)
  if (found === null || Number.parseInt(fields.serverVersion ?? '0', 10) >= found.since) return null
  return `${found.name} needs PostgreSQL ${found.since} or newer`
}

const LOOK_AHEAD = 100

type Found = Pick<Feature, 'name' | 'since'> | null

const READERS = {
  '42601': (at: string, behind: string): Found => featureAt(SYNTAX, at, behind),
  '42P01': (at: string, behind: string): Found => featureAt(RELATIONS, at, behind),
  '42883': functionAt,
} as const

function featureAt(features: readonly Feature[], at: string, before: string): Found {
  return features.find((feature) => feature.at.test(at) && (feature.behind?.test(before) ?? true)) ?? null
}

function functionAt(at: string): Found {
  const name = /^(?:pg_catalog\.)?"?(\w+)"?\s*\(/i.exec(at)?.[1]?.toLowerCase() ?? ''
  const since = SINCE.get(name)
  return since === undefined ? null : { name: `${name}()`, since }
}
