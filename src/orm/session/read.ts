// Getting objects by key, and loading what objects lack.
import { ArgumentError, InvalidRequestError } from '../../errors.ts'
import { quoteName, suggestion } from '../../nearest.ts'
import type { IdentityKey, MapperLike, RelationshipLike, StateLike } from '../contract/orm.ts'
import { ObjectDeletedError } from '../errors.ts'
import { expireAttributes } from '../instrument/history.ts'
import { loadColumns } from '../load/columns.ts'
import { readWholeRows } from '../load/instances.ts'
import { runScheduled } from '../load/select-in.ts'
import type { Mapper } from '../map/mapper.ts'
import { clauseOfMapper } from '../query/entity-clause.ts'
import { strategyTrees } from '../query/loader-option.ts'
import { type KeyLoad, keyLoad, relationshipLoad } from '../query/post-load.ts'
import type { SessionCore } from './core.ts'
import { sendBehindFlush } from './execute.ts'
import type { GetOptions } from './options.ts'

/** The object of a key: from the session where it is there and loaded, from the database otherwise; null where there is no row. */
export async function getIn(
  core: SessionCore,
  mapper: Mapper,
  values: readonly unknown[],
  options: GetOptions,
): Promise<StateLike | null> {
  const key = keyOf(mapper, values)
  const present = key === null ? null : core.holdings.identities.get(mapper, key)
  const populate = options.populateExisting === true
  if (present !== null && !populate && !isExpired(present) && options.options === undefined) return present
  const load = loadFor(mapper, options)
  const parameters: Record<string, unknown> = {}
  for (const [index, value] of values.entries()) parameters[`p${index}`] = value
  const item = { statement: load.statement, parameters }
  const [result] = await sendBehindFlush(core, [item], core.session.autoflush, options.signal)
  const context = core.loadContext(populate)
  const [state] = readWholeRows(load.plan, result?.rows ?? [], context)
  await runScheduled(context, core.loadFlight(options.signal))
  if (state === undefined || state === null) {
    if (present !== null && core.holdings.isOwn(present)) core.holdings.release(present)
    return null
  }
  return state
}

function loadFor(mapper: Mapper, { options }: GetOptions): KeyLoad {
  if (options === undefined || options.length === 0) return keyLoad(mapper)
  const root = { element: clauseOfMapper(mapper), mapper }
  return keyLoad(mapper, strategyTrees(options, [root]).get(root))
}

function keyOf(mapper: MapperLike, values: readonly unknown[]): IdentityKey | null {
  const bySlot: unknown[] = []
  for (const [index, { slot }] of mapper.primaryKey.entries()) bySlot[slot] = values[index]
  return mapper.identityKey(bySlot)
}

/** Whether nothing but the key of an object is known. */
function isExpired({ mapper, values }: StateLike): boolean {
  let others = 0
  for (const { slot, primaryKey } of mapper.columns) {
    if (primaryKey) continue
    others += 1
    if (values[slot] !== undefined) return false
  }
  return others > 0
}

/** The attributes that were named, told apart. */
export interface NamedAttributes {
  readonly columns: readonly number[]
  readonly relationships: readonly RelationshipLike[]
}

/** @throws ArgumentError the class has no such attribute. */
export function namedAttributes(call: string, mapper: MapperLike, names: readonly string[]): NamedAttributes {
  const columns: number[] = []
  const relationships: RelationshipLike[] = []
  for (const name of names) {
    const attribute = mapper.attributes.get(name)
    if (attribute === undefined)
      throw new ArgumentError(
        `${call}: ${mapper.className} has no attribute ${quoteName(name)}${suggestion(name, mapper.attributes.keys())}`,
      )
    if (attribute.kind === 'column') columns.push(attribute.slot)
    else relationships.push(attribute as RelationshipLike)
  }
  return { columns, relationships }
}

/**
 * Loads attributes of objects of one class, those that are loaded already left alone.
 *
 * @throws ObjectDeletedError the row of an object is gone.
 */
export async function loadIn(
  core: SessionCore,
  states: readonly StateLike[],
  { columns, relationships }: NamedAttributes,
  signal: AbortSignal | undefined,
): Promise<void> {
  await sendBehindFlush(core, [], core.session.autoflush, signal)
  const context = core.loadContext()
  const flight = core.loadFlight(signal)
  const keySlots = relationships.flatMap((relationship) => relationshipLoad(relationship).keys.map(({ slot }) => slot))
  const needed = [...columns, ...keySlots]
  const lacking = states.filter(({ values }) => needed.some((slot) => values[slot] === undefined))
  const gone = lacking.length === 0 ? [] : await loadColumns(lacking, context, flight)
  const [first] = gone
  if (first !== undefined && states[0] === first)
    throw new ObjectDeletedError(`The row of this ${first.mapper.className} (primary key ${String(first.key)}) is gone`)
  const present = gone.length === 0 ? states : states.filter((state) => !gone.includes(state))
  for (const relationship of relationships) context.schedule(relationshipLoad(relationship), present)
  await runScheduled(context, flight)
}

/**
 * Loads an object anew.
 *
 * @throws InvalidRequestError its row is gone.
 */
export async function refreshIn(
  core: SessionCore,
  state: StateLike,
  names: NamedAttributes | null,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { mapper } = state
  expireAttributes(state, names === null ? null : [...names.columns, ...names.relationships.map(({ slot }) => slot)])
  if (names !== null && names.columns.length === 0) {
    await loadIn(core, [state], names, signal)
    return
  }
  const load = keyLoad(mapper)
  const parameters: Record<string, unknown> = {}
  for (const [index, { slot }] of mapper.primaryKey.entries()) parameters[`p${index}`] = state.committedValue(slot)
  const item = { statement: load.statement, parameters }
  const [result] = await sendBehindFlush(core, [item], core.session.autoflush, signal)
  const context = core.loadContext()
  const [found] = readWholeRows(load.plan, result?.rows ?? [], context)
  if (found !== state)
    throw new InvalidRequestError(
      `Could not refresh this ${mapper.className} (primary key ${String(state.key)}): its row is gone`,
    )
  for (const relationship of names?.relationships ?? []) context.schedule(relationshipLoad(relationship), [state])
  await runScheduled(context, core.loadFlight(signal))
}
