// `entity.awaitable`: attributes as promises, which load what is not there, for all objects of one query at once.
import { ArgumentError } from '../../errors.ts'
import { quoteName, suggestion } from '../../nearest.ts'
import type { AttributeLike, RelationshipLike, SessionLike, StateLike } from '../contract/orm.ts'
import { notLoaded } from '../instrument/not-loaded.ts'
import { absentReference } from '../instrument/reading.ts'
import { hasRow, type InstanceState } from '../state/state.ts'

/** Loads under way, by the objects that they are for: a batch of siblings, or one object. */
const underWay: WeakMap<object, Map<string, Promise<void>>> = new WeakMap()

/** The last load of each session: a session is used by one flow at a time, so loads on request wait for each other. */
const queues: WeakMap<SessionLike, Promise<void>> = new WeakMap()

/** The attributes of an object as promises. */
export function awaitableOf(state: InstanceState): object {
  return new Proxy(state.entity, {
    get(entity, key) {
      if (typeof key === 'symbol' || key === 'then') return undefined
      const attribute = state.mapper.attributes.get(key)
      if (attribute === undefined)
        throw new ArgumentError(
          `${state.mapper.className} has no attribute ${quoteName(key)}${suggestion(key, state.mapper.attributes.keys())}`,
        )
      return read(state, attribute, entity as Readonly<Record<string, unknown>>)
    },
    set: () => false,
  })
}

async function read(
  state: InstanceState,
  attribute: AttributeLike,
  entity: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  if (!isThere(state, attribute)) await load(state, attribute)
  return entity[attribute.key]
}

function isThere(state: StateLike, attribute: AttributeLike): boolean {
  if (state.values[attribute.slot] !== undefined || !hasRow(state)) return true
  if (attribute.kind === 'column') return false
  const relationship = attribute as RelationshipLike
  if (state.madeHere && relationship.direction !== 'manyToOne') return true
  if (relationship.isCollection) return false
  try {
    absentReference(state, relationship)
    return true
  } catch {
    return false
  }
}

async function load(state: InstanceState, attribute: AttributeLike): Promise<void> {
  const { session } = state
  const isRefused = attribute.kind === 'relationship' && (attribute as RelationshipLike).lazy === 'raise'
  if (session === null || state.lifecycle !== 'persistent' || isRefused) throw notLoaded(state, attribute)
  const group: object = state.batch ?? state
  const loads = underWay.get(group) ?? new Map<string, Promise<void>>()
  underWay.set(group, loads)
  let one = loads.get(attribute.key)
  if (one === undefined) {
    one = enqueue(session, () => session.loadAttributes(siblings(state, session, attribute), [attribute.key]))
    loads.set(attribute.key, one)
    const done = (): boolean => loads.delete(attribute.key)
    one.then(done, done)
  }
  await one
  if (!isThere(state, attribute)) throw notLoaded(state, attribute)
}

/** The objects of the same query that lack the attribute too. */
function siblings(state: StateLike, session: SessionLike, attribute: AttributeLike): StateLike[] {
  const others = state.batch?.states ?? []
  const lacking = others.filter(
    (each) =>
      each !== state && each.session === session && each.lifecycle === 'persistent' && !isThere(each, attribute),
  )
  return [state, ...lacking]
}

function enqueue(session: SessionLike, task: () => Promise<void>): Promise<void> {
  const before = queues.get(session) ?? Promise.resolve()
  const mine = before.then(task, task)
  queues.set(session, mine)
  return mine
}
