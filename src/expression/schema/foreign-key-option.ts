// What a column's `foreignKey` option may be: the column that is referred to, and what happens when it changes.
import { ArgumentError } from '../../errors.ts'
import { checkKeys, quoteName } from '../../nearest.ts'
import type { NamedElement } from '../element/named.ts'
import type { DdlCondition } from './ddl-condition.ts'

/**
 * The column that a foreign key refers to: `'table.column'` (or `'schema.table.column'`; found when it is first needed, so
 * the table may be defined later), the column itself, or a function that gives it (for modules that need each other).
 */
export type ForeignKeyTarget<V = unknown> = string | NamedElement<string, V> | (() => NamedElement<string, V>)

/** What happens to the referring row when the row referred to is deleted or its key changes. */
export type ReferentialAction = 'CASCADE' | 'SET NULL' | 'SET DEFAULT' | 'RESTRICT' | 'NO ACTION'

/** Options of a foreign key. */
export interface ForeignKeyOptions {
  readonly name?: string
  readonly onDelete?: ReferentialAction
  readonly onUpdate?: ReferentialAction
  /** May be checked at the end of the transaction. Default false. */
  readonly deferrable?: boolean
  /** Whether a deferrable key is checked late or at once unless told otherwise. */
  readonly initially?: 'DEFERRED' | 'IMMEDIATE'
  readonly match?: 'FULL' | 'PARTIAL' | 'SIMPLE'
  /** Created by ALTER TABLE after all tables; keys in a circle of tables are without being told. Default false. */
  readonly useAlter?: boolean
  /** With `onDelete: 'SET NULL'` or `'SET DEFAULT'`: only these columns of the key. PostgreSQL 15 and later. */
  readonly onDeleteColumns?: readonly string[]
  /** Rows that are there already are not checked; a table that is created has none, so that it makes no difference there. Default false. */
  readonly notValid?: boolean
  /** Nothing is checked: it only tells what is true of the rows. Default false. PostgreSQL 18 and later. */
  readonly notEnforced?: boolean
  /** The last column is of ranges, each covered by those referred to: `(room, PERIOD during)`. Default false. PostgreSQL 18 and later. */
  readonly period?: boolean
  /** Kept in the database as the constraint's comment; needs a name. */
  readonly comment?: string
  /** When it is emitted: `{ dialect: 'sqlite' }`. Default: always. */
  readonly ddlIf?: DdlCondition
}

/** A target with options, as the `foreignKey` option of a column. */
export interface ForeignKeyDefinition<V = unknown> extends ForeignKeyOptions {
  readonly to: ForeignKeyTarget<V>
}

const OPTION_KEYS = ['onDelete', 'onUpdate', 'initially', 'match', 'onDeleteColumns', 'ddlIf'] as const
const FLAGS = ['deferrable', 'useAlter', 'notValid', 'notEnforced', 'period'] as const
const ACTIONS: readonly string[] = ['CASCADE', 'SET NULL', 'SET DEFAULT', 'RESTRICT', 'NO ACTION']

/**
 * A foreign key with options, for the `foreignKey` option of a column.
 *
 * @example
 * Column(Integer, { foreignKey: ForeignKey('user_account.id', { onDelete: 'CASCADE' }) })
 * // FOREIGN KEY(user_id) REFERENCES user_account (id) ON DELETE CASCADE
 */
export function ForeignKey<V = unknown>(
  to: ForeignKeyTarget<V>,
  options: ForeignKeyOptions = {},
): ForeignKeyDefinition<V> {
  return { ...options, to }
}

/** Splits the option into target and options; all words that reach the DDL are of closed sets. */
export function foreignKeyParts(
  place: string,
  given: ForeignKeyTarget | ForeignKeyDefinition,
): { readonly to: ForeignKeyTarget; readonly options: ForeignKeyOptions } {
  const isDefinition = typeof given === 'object' && given !== null && 'to' in given
  if (!isDefinition) return { to: given as ForeignKeyTarget, options: {} }
  const { to, ...options } = given as ForeignKeyDefinition
  checkForeignKeyOptions(place, options)
  return { to, options }
}

/** @throws ArgumentError for unknown options and words. */
export function checkForeignKeyOptions(place: string, options: ForeignKeyOptions): void {
  checkKeys(place, options, OPTION_KEYS, FLAGS, ['name', 'comment'])
  checkWord(place, 'onDelete', options.onDelete, ACTIONS)
  checkWord(place, 'onUpdate', options.onUpdate, ACTIONS)
  checkWord(place, 'initially', options.initially, ['DEFERRED', 'IMMEDIATE'])
  checkWord(place, 'match', options.match, ['FULL', 'PARTIAL', 'SIMPLE'])
  if (options.onDeleteColumns !== undefined && !(options.onDelete ?? '').startsWith('SET '))
    throw new ArgumentError(`${place}: onDeleteColumns go with onDelete: 'SET NULL' or 'SET DEFAULT'`)
}

/** @throws ArgumentError the word is none of the set. */
export function checkWord(place: string, key: string, word: string | undefined, words: readonly string[]): void {
  if (word !== undefined && !words.includes(word))
    throw new ArgumentError(
      `${place}: ${key} is ${words.map((each) => `'${each}'`).join(', ')}, not ${quoteName(word)}`,
    )
}
