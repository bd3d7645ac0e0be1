// Order by dependency: each thing after those it depends on; cycles are found and named. Used for tables and by the unit of work.
import { CircularDependencyError } from '../../errors.ts'

/** `[before, after]`: the first must come before the second. */
export type Edge<T> = readonly [before: T, after: T]

/**
 * Things in levels: those of one level depend only on those of the levels before it. Within a level they stand in the order
 * in which they were given, so the outcome does not vary between runs. Edges to things that were not given do not count.
 *
 * @throws CircularDependencyError with a cycle, in order.
 * @example
 * topologicalLevels(['c', 'b', 'a'], [['a', 'c'], ['b', 'c']])   // [['b', 'a'], ['c']]
 */
export function topologicalLevels<T>(things: Iterable<T>, edges: Iterable<Edge<T>>): T[][] {
  const { waiting, followers } = connect(things, edges)
  const levels: T[][] = []
  let level = [...waiting].filter(([, count]) => count === 0).map(([thing]) => thing)
  let left = waiting.size
  const positions = new Map([...waiting.keys()].map((thing, position) => [thing, position]))
  while (level.length > 0) {
    levels.push(level)
    left -= level.length
    const next: T[] = []
    for (const thing of level)
      for (const follower of followers.get(thing) ?? []) {
        const count = (waiting.get(follower) ?? 0) - 1
        waiting.set(follower, count)
        if (count === 0) next.push(follower)
      }
    level = next.sort((one, other) => (positions.get(one) ?? 0) - (positions.get(other) ?? 0))
  }
  if (left > 0) throw circular(things, edges)
  return levels
}

/** {@link topologicalLevels} in one list. */
export function topologicalSort<T>(things: Iterable<T>, edges: Iterable<Edge<T>>): T[] {
  return topologicalLevels(things, edges).flat()
}

/** Counts for each thing how many different others it waits for, and who waits for it. */
function connect<T>(things: Iterable<T>, edges: Iterable<Edge<T>>) {
  const waiting = new Map<T, number>()
  for (const thing of things) waiting.set(thing, 0)
  const followers = new Map<T, Set<T>>()
  for (const [before, after] of edges) {
    if (!waiting.has(before) || !waiting.has(after)) continue
    let known = followers.get(before)
    if (known === undefined) {
      known = new Set()
      followers.set(before, known)
    }
    if (known.has(after)) continue
    known.add(after)
    waiting.set(after, (waiting.get(after) ?? 0) + 1)
  }
  return { waiting, followers }
}

function circular<T>(things: Iterable<T>, edges: Iterable<Edge<T>>): CircularDependencyError {
  const group = findCycles(things, edges)[0] ?? []
  const cycle = oneCycle(group, edges)
  const names = [...cycle, cycle[0]].map((thing) => nameOf(thing)).join(' -> ')
  return new CircularDependencyError(`These depend on each other in a circle: ${names}`, cycle)
}

function nameOf(thing: unknown): string {
  if (typeof thing === 'object' && thing !== null && 'name' in thing && typeof thing.name === 'string')
    return thing.name
  return String(thing)
}

/**
 * The groups of things that depend on each other in circles, each in the order given; things outside of circles are in none.
 * A thing that depends on itself is a group of one.
 */
export function findCycles<T>(things: Iterable<T>, edges: Iterable<Edge<T>>): T[][] {
  const given = [...things]
  const followers = new Map<T, T[]>(given.map((thing) => [thing, []]))
  const ownFollowers = new Set<T>()
  for (const [before, after] of edges) {
    if (!followers.has(after)) continue
    followers.get(before)?.push(after)
    if (before === after) ownFollowers.add(before)
  }
  const position = new Map(given.map((thing, index) => [thing, index]))
  return strongComponents(given, followers)
    .filter((group) => group.length > 1 || ownFollowers.has(group[0] as T))
    .map((group) => group.sort((one, other) => (position.get(one) ?? 0) - (position.get(other) ?? 0)))
    .sort((one, other) => (position.get(one[0] as T) ?? 0) - (position.get(other[0] as T) ?? 0))
}

interface Visit<T> {
  readonly thing: T
  readonly next: Iterator<T>
}

/** Tarjan's algorithm with its own stack: chains of many thousand things are no deeper for the interpreter. */
function strongComponents<T>(given: readonly T[], followers: ReadonlyMap<T, readonly T[]>): T[][] {
  const index = new Map<T, number>()
  const low = new Map<T, number>()
  const open: T[] = []
  const isOpen = new Set<T>()
  const groups: T[][] = []
  const enter = (thing: T): Visit<T> => {
    index.set(thing, index.size)
    low.set(thing, index.size - 1)
    open.push(thing)
    isOpen.add(thing)
    return { thing, next: (followers.get(thing) ?? [])[Symbol.iterator]() }
  }
  const lower = (thing: T, to: number): void => {
    if (to < (low.get(thing) ?? 0)) low.set(thing, to)
  }
  for (const start of given) {
    if (index.has(start)) continue
    const path = [enter(start)]
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const step = visit.next.next()
      if (step.done !== true) {
        if (!index.has(step.value)) path.push(enter(step.value))
        else if (isOpen.has(step.value)) lower(visit.thing, index.get(step.value) ?? 0)
        continue
      }
      path.pop()
      const parent = path.at(-1)
      if (parent !== undefined) lower(parent.thing, low.get(visit.thing) ?? 0)
      if (low.get(visit.thing) === index.get(visit.thing)) {
        const group = open.splice(open.indexOf(visit.thing))
        for (const thing of group) isOpen.delete(thing)
        groups.push(group)
      }
    }
  }
  return groups
}

/** A walk along edges within a group until a thing is met again. */
function oneCycle<T>(group: readonly T[], edges: Iterable<Edge<T>>): T[] {
  const members = new Set(group)
  const next = new Map<T, T>()
  for (const [before, after] of edges)
    if (members.has(before) && members.has(after) && !next.has(before)) next.set(before, after)
  const walk: T[] = []
  for (let at = group[0]; at !== undefined; at = next.get(at)) {
    const met = walk.indexOf(at)
    if (met >= 0) return walk.slice(met)
    walk.push(at)
  }
  return walk
}
