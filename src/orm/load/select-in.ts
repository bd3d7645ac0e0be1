// Relationships loaded for many objects at once, by a statement of their own: the loads of one level share a flight, and each level leads to the next.
import type { IdentityKey, RelationshipLike, StateLike } from '../contract/orm.ts'
import { resolveByIdentity } from '../instrument/identity.ts'
import type { PostLoad } from '../query/plan.ts'
import { stateOf } from '../state/state.ts'
import type { LoadContext, LoadFlight, LoadItem, ScheduledLoad } from './context.ts'
import { assignMembers, readWholeRows } from './instances.ts'

/** What is known of a scheduled load before its statement is sent. */
interface Request {
  readonly load: PostLoad
  readonly states: readonly StateLike[]
  readonly item: LoadItem | null
  /** Members that need no statement. */
  readonly known: Map<unknown, object[]>
}

/** Loads all that is scheduled, level by level. */
export async function runScheduled(context: LoadContext, flight: LoadFlight): Promise<void> {
  for (let level = context.takeScheduled(); level.length > 0; level = context.takeScheduled())
    await loadMembers(level.map(unloadedOnly), context, flight, (state, load, members) => {
      assignMembers(state, load.relationship, members)
      if (context.isWeak) tieToOwner(state, load.relationship, members)
    })
}

/** What is found through the identity map elsewhere is not to depend on whether the owner was collected by then: members hold it. */
function tieToOwner(owner: StateLike, { direction, reverse }: RelationshipLike, members: readonly object[]): void {
  if (direction !== 'oneToMany' || reverse === null) return
  for (const member of members) {
    const state = stateOf(member)
    if (state === null || state.values[reverse.slot] !== undefined) continue
    if (resolveByIdentity(state, reverse, false) === owner.entity) state.values[reverse.slot] = owner.entity
  }
}

/** Objects whose relationship is loaded already keep it. */
function unloadedOnly({ load, states }: ScheduledLoad): ScheduledLoad {
  const { slot } = load.relationship
  return { load, states: states.filter((state) => state.values[slot] === undefined) }
}

/**
 * Finds the members of relationships in the database, in one flight for all.
 *
 * @param found is told the members of each object, in the order of the relationship.
 */
export async function loadMembers(
  level: readonly ScheduledLoad[],
  context: LoadContext,
  flight: LoadFlight,
  found: (state: StateLike, load: PostLoad, members: readonly object[]) => void,
): Promise<void> {
  const requests = level.filter(({ states }) => states.length > 0).map((scheduled) => prepare(scheduled, context))
  const items = requests.flatMap(({ item }) => item ?? [])
  const results = items.length === 0 ? [] : await flight(items)
  let next = 0
  for (const request of requests) {
    const rows = request.item === null ? [] : (results[next++]?.rows ?? [])
    const members = membersByKey(request, rows, context)
    for (const state of request.states) found(state, request.load, members.get(keyOf(state, request.load)) ?? [])
  }
}

function prepare({ load, states }: ScheduledLoad, context: LoadContext): Request {
  const known: Map<unknown, object[]> = new Map()
  const wanted: Map<unknown, StateLike> = new Map()
  for (const state of states) {
    const key = keyOf(state, load)
    if (key === null || wanted.has(key) || known.has(key)) continue
    const present = load.byIdentity ? presentTarget(state, load, context) : null
    if (present === null) wanted.set(key, state)
    else known.set(key, [present.entity])
  }
  if (load.byIdentity && known.size > 0) scheduleFurther(load, known, context)
  if (wanted.size === 0) return { load, states, item: null, known }
  const owners = [...wanted.values()]
  const parameters: Record<string, unknown> = {}
  for (const [index, { slot }] of load.keys.entries())
    parameters[`p${index}`] = owners.map((owner) => owner.values[slot])
  return { load, states, item: { statement: load.statement, parameters }, known }
}

/** The object referred to, if the session holds it with all its columns. */
function presentTarget(state: StateLike, load: PostLoad, context: LoadContext): StateLike | null {
  if (context.populateExisting) return null
  const { mapper } = load.target
  const values: unknown[] = []
  for (const [index, { slot }] of load.keys.entries()) {
    const target = mapper.primaryKey[index]
    if (target !== undefined) values[target.slot] = state.values[slot]
  }
  const key: IdentityKey | null = mapper.identityKey(values)
  const target = key === null ? null : context.identities.get(mapper, key)
  if (target === null) return null
  for (let slot = 0; slot < mapper.columns.length; slot++) if (target.values[slot] === undefined) return null
  return target
}

/** What was to be loaded for the members is loaded for those too that the session held already. */
function scheduleFurther(load: PostLoad, known: ReadonlyMap<unknown, object[]>, context: LoadContext): void {
  if (load.target.later.length === 0) return
  const present = new Set([...known.values()].flat())
  const states: StateLike[] = []
  for (const state of context.identities.statesOf(load.target.mapper)) if (present.has(state.entity)) states.push(state)
  for (const further of load.target.later) context.schedule(further, states)
}

function membersByKey(request: Request, rows: unknown[][], context: LoadContext): Map<unknown, object[]> {
  const { load, known } = request
  const keys = rows.map((row) => rowKey(row, load.matches))
  if (load.surplus > 0) for (const row of rows) row.length -= load.surplus
  const states = rows.length === 0 ? [] : readWholeRows(load.target, rows, context)
  // Collections joined to the members repeat the members' rows.
  const seen: Map<unknown, Set<object>> | null = load.target.joined.length > 0 ? new Map() : null
  for (let i = 0; i < states.length; i++) {
    const entity = states[i]?.entity
    if (entity === undefined) continue
    const key = keys[i]
    if (seen !== null && isRepeated(seen, key, entity)) continue
    const members = known.get(key)
    if (members === undefined) known.set(key, [entity])
    else members.push(entity)
  }
  return known
}

function isRepeated(seen: Map<unknown, Set<object>>, key: unknown, entity: object): boolean {
  let entities = seen.get(key)
  if (entities === undefined) {
    entities = new Set()
    seen.set(key, entities)
  }
  if (entities.has(entity)) return true
  entities.add(entity)
  return false
}

/** The values of an object by which its members are found, as a Map key; null where one is missing or NULL. */
function keyOf(state: StateLike, load: PostLoad): unknown {
  const [only] = load.keys
  if (only !== undefined && load.keys.length === 1) return mapKey(state.values[only.slot])
  const values: unknown[] = []
  for (const { slot } of load.keys) {
    const value = state.values[slot]
    if (value === undefined || value === null) return null
    values.push(value)
  }
  return joinedKey(values)
}

function rowKey(row: readonly unknown[], positions: readonly number[]): unknown {
  const [only] = positions
  if (only !== undefined && positions.length === 1) return mapKey(row[only])
  return joinedKey(positions.map((position) => row[position]))
}

/** A value as a Map key that is equal where the database says so, whatever integer type either side has. */
function mapKey(value: unknown): unknown {
  switch (typeof value) {
    case 'undefined':
      return null
    case 'bigint':
      return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
    case 'object':
      return value === null ? null : joinedKey([value])
    default:
      return value
  }
}

function joinedKey(values: readonly unknown[]): string {
  return values
    .map((value) => {
      const text =
        value instanceof Date ? value.toISOString() : value instanceof Uint8Array ? value.join() : String(value)
      return `${typeof value === 'bigint' ? 'number' : typeof value} ${text.length} ${text}`
    })
    .join(';')
}
