// In which order a flush writes: a list of steps, made before anything is sent. Classes are put in order as wholes; only where they refer to each other in a circle, object by object.
import { CircularDependencyError } from '../../errors.ts'
import { type Edge, findCycles, topologicalLevels, topologicalSort } from '../../expression/schema/topological.ts'
import type { IdentityKey, MapperLike, StateLike } from '../contract/orm.ts'
import { type KeyCopy, keyCopies } from './key-copy.ts'
import { linkedParent } from './sync.ts'
import type { Work } from './work.ts'

/** Objects of one class that are written together: the changed ones first, then the new ones. */
export interface SaveStep {
  readonly mapper: MapperLike
  readonly updates: StateLike[]
  readonly inserts: StateLike[]
}

/** Objects of one class that are deleted together. */
export interface DeleteStep {
  readonly mapper: MapperLike
  readonly states: StateLike[]
}

/** What is written, in order. Association rows go between the two. */
export interface FlushPlan {
  readonly saves: readonly SaveStep[]
  readonly deletes: readonly DeleteStep[]
}

/**
 * Puts work in order.
 *
 * @throws CircularDependencyError objects refer to each other in a circle, so that none can be written first.
 */
export function planFlush(work: Work): FlushPlan {
  return { saves: planSaves(work), deletes: planDeletes(work) }
}

function planSaves(work: Work): SaveStep[] {
  if (work.inserts.size === 0 && work.updates.size === 0) return []
  const steps: Map<MapperLike, SaveStep> = new Map()
  for (const state of work.updates) stepFor(steps, state.mapper).updates.push(state)
  for (const state of work.inserts) stepFor(steps, state.mapper).inserts.push(state)
  for (const step of steps.values()) if (step.updates.length > 1) sortByKey(step.updates)
  if (steps.size === 1 && work.links.size === 0) return [...steps.values()]
  const members = (mapper: MapperLike): SaveStep[] => {
    const step = steps.get(mapper)
    return step === undefined ? [] : [step]
  }
  return ordered(byDeclaration(steps.keys()), members, (group) => saveLevels(work, group.flatMap(members)))
}

function stepFor(steps: Map<MapperLike, SaveStep>, mapper: MapperLike): SaveStep {
  let step = steps.get(mapper)
  if (step === undefined) {
    step = { mapper, updates: [], inserts: [] }
    steps.set(mapper, step)
  }
  return step
}

/** Persistent objects are written in the order of their keys, so that flushes that meet lock rows in one order. */
function sortByKey(states: StateLike[]): void {
  states.sort((one, other) => compareKeys(one.key, other.key))
}

function compareKeys(one: IdentityKey | null, other: IdentityKey | null): number {
  if (one === null || other === null || typeof one !== typeof other) return 0
  return one < other ? -1 : one > other ? 1 : 0
}

function planDeletes(work: Work): DeleteStep[] {
  if (work.deletes.size === 0) return []
  const steps: Map<MapperLike, DeleteStep> = new Map()
  for (const state of work.deletes) {
    const step = steps.get(state.mapper)
    if (step === undefined) steps.set(state.mapper, { mapper: state.mapper, states: [state] })
    else step.states.push(state)
  }
  for (const step of steps.values()) sortByKey(step.states)
  const members = (mapper: MapperLike): DeleteStep[] => {
    const step = steps.get(mapper)
    return step === undefined ? [] : [step]
  }
  const parentsFirst = ordered(byDeclaration(steps.keys()), members, (group) => deleteLevels(group.flatMap(members)))
  return parentsFirst.reverse()
}

function byDeclaration(mappers: Iterable<MapperLike>): MapperLike[] {
  return [...mappers].sort((one, other) => one.id - other.id)
}

/**
 * Steps of classes in order of dependency, parents first.
 *
 * @param whole the steps of a class that stands in no circle.
 * @param split the steps of classes that do.
 */
function ordered<S extends SaveStep | DeleteStep>(
  mappers: readonly MapperLike[],
  whole: (mapper: MapperLike) => S[],
  split: (group: readonly MapperLike[]) => S[],
): S[] {
  return unitsOf(mappers).flatMap(({ mappers: unit, isCycle }) =>
    isCycle ? split(unit) : unit.flatMap((mapper) => whole(mapper)),
  )
}

/** Classes that are put in order together. */
interface Unit {
  readonly mappers: readonly MapperLike[]
  /** They refer to each other in a circle, or to themselves. */
  readonly isCycle: boolean
}

/** The orders found before, by the first class and the numbers of all: programs flush few combinations of classes. */
const orders: WeakMap<MapperLike, Map<string, readonly Unit[]>> = new WeakMap()

/** Classes in order of dependency. @param mappers in order of declaration. */
function unitsOf(mappers: readonly MapperLike[]): readonly Unit[] {
  const [first] = mappers
  if (first === undefined) return []
  const known = orders.get(first) ?? new Map<string, readonly Unit[]>()
  const name = mappers.map(({ id }) => id).join()
  let units = known.get(name)
  if (units === undefined) {
    units = findUnits(mappers)
    known.set(name, units)
    orders.set(first, known)
  }
  return units
}

function findUnits(mappers: readonly MapperLike[]): Unit[] {
  const edges = mapperEdges(mappers)
  const cycles = findCycles(mappers, edges)
  const unitOf: Map<MapperLike, readonly MapperLike[]> = new Map()
  for (const mapper of mappers) unitOf.set(mapper, [mapper])
  for (const group of cycles) for (const mapper of group) unitOf.set(mapper, group)
  const units = new Set(unitOf.values())
  const unitEdges: Edge<readonly MapperLike[]>[] = []
  for (const [before, after] of edges) {
    const [one, other] = [unitOf.get(before), unitOf.get(after)]
    if (one !== undefined && other !== undefined && one !== other) unitEdges.push([one, other])
  }
  const circles = new Set<readonly MapperLike[]>(cycles)
  return topologicalSort(units, unitEdges).map((unit) => ({ mappers: unit, isCycle: circles.has(unit) }))
}

/** Which class must be written before which: by relationships, and by the tables' foreign keys where there is none. */
function mapperEdges(mappers: readonly MapperLike[]): Edge<MapperLike>[] {
  const edges: Edge<MapperLike>[] = []
  for (const mapper of mappers) {
    for (const relationship of mapper.relationships) {
      if (relationship.viewOnly) continue
      if (relationship.direction === 'oneToMany') edges.push([mapper, relationship.target])
      else if (relationship.direction === 'manyToOne') edges.push([relationship.target, mapper])
    }
    const referred = new Set(mapper.table.foreignKeyLinks().map((link) => tableOf(link.referred)))
    for (const other of mappers) if (referred.has(other.table)) edges.push([other, mapper])
  }
  return edges
}

function tableOf(column: unknown): unknown {
  return (column as { readonly table?: unknown } | null)?.table ?? null
}

/** New objects level by level: those of one level refer only to those of levels before it. */
function saveLevels(work: Work, steps: readonly SaveStep[]): SaveStep[] {
  const states = steps.flatMap((step) => [...step.updates, ...step.inserts])
  const edges: Edge<StateLike>[] = []
  for (const state of states)
    for (let link = work.links.get(state) ?? null; link !== null; link = link.next) {
      const parent = linkedParent(work, link)
      if (parent === null || !work.inserts.has(parent)) continue
      if (parent !== state || !hasKeys(parent, link.copies)) edges.push([parent, state])
    }
  return levels(states, edges).flatMap((level) => {
    const byMapper: Map<MapperLike, SaveStep> = new Map()
    for (const state of level) {
      const step = stepFor(byMapper, state.mapper)
      if (work.inserts.has(state)) step.inserts.push(state)
      else step.updates.push(state)
    }
    return [...byMapper.values()].sort((one, other) => one.mapper.id - other.mapper.id)
  })
}

function hasKeys(state: StateLike, copies: readonly KeyCopy[]): boolean {
  return copies.every(({ source }) => state.values[source.slot] !== undefined)
}

/** Deleted objects level by level, parents first: the caller turns the order around. */
function deleteLevels(steps: readonly DeleteStep[]): DeleteStep[] {
  const states = steps.flatMap((step) => step.states)
  const byKey: Map<MapperLike, Map<IdentityKey, StateLike>> = new Map()
  for (const { mapper, states: own } of steps)
    byKey.set(mapper, new Map(own.flatMap((state) => (state.key === null ? [] : [[state.key, state] as const]))))
  const edges: Edge<StateLike>[] = []
  for (const { mapper } of steps)
    for (const relationship of mapper.relationships) {
      if (relationship.viewOnly || relationship.direction === 'manyToMany') continue
      const isParentHere = relationship.direction === 'oneToMany'
      const [parents, children] = isParentHere
        ? [relationship.mapper, relationship.target]
        : [relationship.target, relationship.mapper]
      const copies = keyCopies(relationship)
      const index = byKey.get(parents)
      for (const child of steps.find((step) => step.mapper === children)?.states ?? []) {
        const parent = index === undefined ? undefined : referredBy(child, parents, copies, index)
        if (parent !== undefined && parent !== child) edges.push([parent, child])
      }
    }
  return levels(states, edges).flatMap((level) => {
    const byMapper: Map<MapperLike, DeleteStep> = new Map()
    for (const state of level) {
      const step = byMapper.get(state.mapper)
      if (step === undefined) byMapper.set(state.mapper, { mapper: state.mapper, states: [state] })
      else step.states.push(state)
    }
    return [...byMapper.values()].sort((one, other) => other.mapper.id - one.mapper.id)
  })
}

/** The object whose key the row of `child` holds; undefined where it is not among those that are deleted. */
function referredBy(
  child: StateLike,
  parents: MapperLike,
  copies: readonly KeyCopy[],
  index: ReadonlyMap<IdentityKey, StateLike>,
): StateLike | undefined {
  const values: unknown[] = []
  for (const { source, target } of copies) values[source.slot] = child.committedValue(target.slot)
  const key = parents.identityKey(values)
  return key === null ? undefined : index.get(key)
}

function levels(states: readonly StateLike[], edges: readonly Edge<StateLike>[]): StateLike[][] {
  try {
    return topologicalLevels(states, edges)
  } catch (error) {
    if (!(error instanceof CircularDependencyError)) throw error
    const cycle = error.cycle as readonly StateLike[]
    const names = [...cycle, ...cycle.slice(0, 1)].map((state) => state.mapper.className).join(' -> ')
    throw new CircularDependencyError(
      `The flush cannot begin anywhere: these objects refer to each other in a circle: ${names}. Leave one reference empty, flush, and set it then`,
      cycle.map((state) => state.entity),
      { cause: error },
    )
  }
}
