// What an inspector is asked with, checked before anything is sent: which schema, which kinds, temporary or not.
import type { RelationScope } from '../dialect/contract/introspector.ts'
import { ArgumentError } from '../errors.ts'
import { checkedSchema, checkNames } from '../expression/schema/reflect-arguments.ts'
import type { RelationKind } from '../expression/schema/reflected.ts'
import { checkKeys, quoteName, suggestion } from '../nearest.ts'
import { showValue } from '../show.ts'
import type { AskOptions, MultiOptions, SchemaOption } from './inspector-options.ts'

/** All that can be selected from. */
export const ALL_KINDS: readonly RelationKind[] = ['table', 'view', 'materializedView', 'foreignTable']

const SCOPES: readonly string[] = ['default', 'temporary', 'any']

/** @throws ArgumentError an option is unknown or cannot be. */
export function checkAsk(place: string, options: AskOptions): void {
  checkKeys(place, options, ['signal'])
}

/** Checks what a question about one schema was given; gives the schema, null for where a name without one is found. */
export function schemaOf(place: string, options: SchemaOption): string | null {
  checkKeys(place, options, ['schema', 'signal'])
  return checkedSchema(place, options.schema)
}

/** Checks what a question about many relations was given, and says which they are. */
export function scopeOf(place: string, options: MultiOptions): RelationScope {
  checkKeys(place, options, ['schema', 'filterNames', 'kinds', 'scope', 'signal'])
  const { filterNames = null, kinds = ['table'], scope = 'default' } = options
  const schema = checkedSchema(place, options.schema)
  if (filterNames !== null) checkNames(place, 'filterNames', filterNames)
  checkNames(place, 'kinds', kinds)
  for (const kind of kinds) checkWord(place, 'kinds', kind, ALL_KINDS)
  checkWord(place, 'scope', scope, SCOPES)
  return { schema, names: filterNames, kinds, temporary: scope === 'any' ? null : scope === 'temporary' }
}

function checkWord(place: string, option: string, given: unknown, known: readonly string[]): void {
  if (typeof given !== 'string')
    throw new ArgumentError(`${place}: ${option} is one of ${known.map(quoteName).join(', ')}, got ${showValue(given)}`)
  if (!known.includes(given))
    throw new ArgumentError(`${place}: ${option} does not know ${quoteName(given)}${suggestion(given, known)}`)
}
