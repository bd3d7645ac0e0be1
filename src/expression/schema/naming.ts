// Names made by rule: columns named after properties, constraints and indexes named by a convention.
import { InvalidRequestError } from '../../errors.ts'
import { quoteName } from '../../nearest.ts'

/** How a column's SQL name follows from its key. */
export type ColumnNaming = 'as-written' | 'snake_case'

/** `userId` as `user_id`, `HTTPServer` as `http_server`; digits stay with the letters before them. */
export function snakeCase(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
}

/** The kinds of things that a convention names: index, unique, check, foreign key, primary key, exclusion. */
export type NamedKind = 'ix' | 'uq' | 'ck' | 'fk' | 'pk' | 'ex'

/** What a convention knows of the constraint or index that it names. */
export interface NameParts {
  readonly tableName: string
  /** The table's schema; null for none. */
  readonly schemaName: string | null
  /** SQL names of the columns, in order; empty for a CHECK. */
  readonly columnNames: readonly string[]
  /** Keys of the columns, in order. */
  readonly columnKeys: readonly string[]
  /** The table referred to by a foreign key; null otherwise. */
  readonly referredTableName: string | null
  readonly referredColumnNames: readonly string[]
  /** The name that the user gave; null for none. */
  readonly givenName: string | null
}

/** A template with SQLAlchemy's tokens (`'fk_%(table_name)s_%(column_0_name)s'`), or a function. */
export type NameRule = string | ((parts: NameParts) => string)

/**
 * How constraints and indexes without a name are named.
 *
 * Tokens: `%(table_name)s`, `%(column_0_name)s`, `%(column_0_key)s`, `%(column_0_label)s` (schema where there is one, table and column), the same
 * with another number, `%(column_0N_name)s` (all, joined by nothing), `%(column_0_N_name)s` (all, joined by `_`),
 * `%(referred_table_name)s`, `%(referred_column_0_name)s`, `%(constraint_name)s`.
 */
export type NamingConvention = { readonly [K in NamedKind]?: NameRule }

/** What SQLAlchemy does without being told: only indexes get a name. */
export const DEFAULT_CONVENTION: NamingConvention = { ix: 'ix_%(column_0_label)s' }

/**
 * The name that a convention gives; the user's own where it gives none.
 *
 * @throws InvalidRequestError the template has an unknown token, or needs a name that was not given.
 */
export function conventionalName(
  convention: NamingConvention,
  kind: NamedKind,
  parts: NameParts,
): { readonly name: string | null; readonly generated: boolean } {
  const rule = convention[kind]
  const usesGiven = typeof rule === 'string' && rule.includes('%(constraint_name)s')
  if (rule === undefined || (parts.givenName !== null && !usesGiven)) return { name: parts.givenName, generated: false }
  if (typeof rule === 'function') return { name: rule(parts), generated: true }
  return { name: rule.replace(/%\((\w+)\)s/g, (_, token: string) => tokenValue(token, parts, rule)), generated: true }
}

function tokenValue(token: string, parts: NameParts, rule: string): string {
  if (token === 'table_name') return parts.tableName
  if (token === 'constraint_name' && parts.givenName !== null) return parts.givenName
  if (token === 'constraint_name')
    throw new InvalidRequestError(
      `The naming convention ${quoteName(rule)} builds on a name, but this constraint of table ${quoteName(parts.tableName)} has none: give it { name }`,
    )
  if (token === 'referred_table_name' && parts.referredTableName !== null) return parts.referredTableName
  const match = /^(referred_)?column_(\d+)(_?N)?_(name|key|label)$/.exec(token)
  const value = match === null ? null : columnToken(match, parts)
  if (value !== null) return value
  throw new InvalidRequestError(
    `The naming convention ${quoteName(rule)} has the token ${quoteName(token)}, which a constraint or index of table ${quoteName(parts.tableName)} has no value for: give it a name of its own`,
  )
}

function labelPrefix({ schemaName, tableName }: NameParts): string {
  return schemaName === null ? tableName : `${schemaName.replaceAll('.', '_')}_${tableName}`
}

function columnToken(match: RegExpExecArray, parts: NameParts): string | null {
  const [, referred, first, all, what] = match
  const values =
    referred !== undefined ? parts.referredColumnNames : what === 'key' ? parts.columnKeys : parts.columnNames
  const label = (value: string): string => (what === 'label' ? `${labelPrefix(parts)}_${value}` : value)
  const from = Number(first)
  if (all !== undefined)
    return values
      .slice(from)
      .map(label)
      .join(all === '_N' ? '_' : '')
  const value = values[from]
  return value === undefined ? null : label(value)
}
