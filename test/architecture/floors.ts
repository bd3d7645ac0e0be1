// Which floor of the house each source file stands on, as data, and the rules of who may import whom.

import type { SourceTree } from './source-tree.ts'

/**
 * The floors, lowest first. A room is a folder (`dialect/contract/`) or a file (`errors.ts`), of which the longest that
 * fits a file counts. Rooms of one floor may import each other as long as no circle arises and they are not siblings.
 */
export const FLOORS: readonly (readonly string[])[] = [
  ['abort.ts', 'errors.ts', 'database-errors.ts', 'log.ts', 'nearest.ts', 'show.ts'],
  ['events.ts', 'inspect.ts'],
  ['expression/types/'],
  ['expression/base/'],
  ['expression/operator/'],
  ['expression/element/'],
  ['expression/coerce/'],
  ['expression/from/', 'expression/comparator/'],
  ['expression/select/', 'expression/dml/', 'expression/function/'],
  ['expression/'],
  ['expression/schema/'],
  ['expression/index.ts'],
  ['dialect/contract/'],
  ['dialect/compile/'],
  ['dialect/'],
  ['dialect/postgresql/', 'dialect/sqlite/'],
  ['dialect/registry.ts', 'dialect/index.ts'],
  ['pool/'],
  ['engine/result/'],
  ['engine/'],
  ['opentelemetry/'],
  ['orm/errors.ts', 'orm/options.ts', 'orm/events.ts', 'orm/contract/'],
  ['orm/state/'],
  ['orm/instrument/'],
  ['orm/map/'],
  ['orm/declare/', 'orm/query/', 'orm/persist/'],
  ['orm/load/'],
  ['orm/session/'],
  ['orm/', 'migrate/'],
  ['cli/'],
  ['index.ts'],
]

/** Rooms that never import each other, in either direction. */
export const SIBLINGS: readonly (readonly [string, string])[] = [
  ['dialect/postgresql/', 'dialect/sqlite/'],
  ['orm/', 'migrate/'],
]

/** Rooms that see only a part of what is below them. */
export const NARROW: Readonly<Record<string, readonly string[]>> = {
  'pool/': ['pool/', 'dialect/contract/', 'abort.ts', 'errors.ts', 'events.ts', 'log.ts', 'nearest.ts', 'show.ts'],
}

/** Databases are loaded through the registry: no file outside `dialect/` names one by import. */
export const DATABASES: readonly string[] = ['dialect/postgresql/', 'dialect/sqlite/']

/** Packages, and the only rooms that may import them; whatever is not listed may not be imported at all. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  pg: ['dialect/postgresql/'],
  '@electric-sql/pglite': ['dialect/postgresql/'],
  'better-sqlite3': ['dialect/sqlite/'],
  'pg-pool': ['pool/'],
  '@opentelemetry/api': ['opentelemetry/'],
  'reflect-metadata': ['orm/declare/'],
}

/** Rooms that only turn data into data: no module of Node's either. */
export const PURE: readonly string[] = ['expression/', 'dialect/contract/', 'dialect/compile/']

const RANKS = new Map(FLOORS.flatMap((rooms, rank) => rooms.map((room) => [room, rank] as const)))

/** The room of a file; null where the table has none. */
export function roomOf(path: string): string | null {
  const fitting = [...RANKS.keys()].filter((room) => within(path, room))
  return fitting.sort((a, b) => b.length - a.length)[0] ?? null
}

function within(path: string, room: string): boolean {
  return path === room || (room.endsWith('/') && path.startsWith(room))
}

function rankOf(path: string): number {
  const room = roomOf(path)
  return room === null ? -1 : (RANKS.get(room) ?? -1)
}

/** Every import that goes up a floor, to a sibling, past a narrow room's view, or to a file or package that is not there. */
export function forbiddenImports(tree: SourceTree): string[] {
  const violations: string[] = []
  for (const { path, imports } of tree.values()) {
    if (roomOf(path) === null)
      violations.push(`${path} stands on no floor: give its room one in test/architecture/floors.ts`)
    for (const { specifier, target } of imports) {
      const reason = target === null ? whyNotPackage(path, specifier) : whyNotFile(path, target, tree)
      if (reason !== null) violations.push(`${path} imports ${target ?? specifier}: ${reason}`)
    }
  }
  return violations
}

function whyNotFile(path: string, target: string, tree: SourceTree): string | null {
  if (!tree.has(target)) return 'there is no such file'
  if (rankOf(target) > rankOf(path)) return 'that is a floor above'
  for (const [one, other] of SIBLINGS)
    if ((within(path, one) && within(target, other)) || (within(path, other) && within(target, one)))
      return 'siblings never meet'
  for (const [room, view] of Object.entries(NARROW))
    if (within(path, room) && !view.some((part) => within(target, part))) return `${room} sees only ${view.join(', ')}`
  if (!within(path, 'dialect/') && DATABASES.some((database) => within(target, database)))
    return 'databases are reached through dialect/registry.ts'
  return null
}

function whyNotPackage(path: string, specifier: string): string | null {
  if (specifier.startsWith('node:'))
    return PURE.some((room) => within(path, room)) ? 'this room computes and does nothing else' : null
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  const rooms = Object.hasOwn(PACKAGES, name) ? PACKAGES[name] : undefined
  if (rooms === undefined) return 'not a package this library uses'
  return rooms.some((room) => within(path, room)) ? null : `${name} is for ${rooms.join(', ')} only`
}

/** Every circle of imports, type imports included, as one path each. */
export function circles(tree: SourceTree): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const trail: string[] = []
  const visit = (path: string): void => {
    const start = trail.indexOf(path)
    if (start >= 0) {
      found.push([...trail.slice(start), path].join(' > '))
      return
    }
    const file = tree.get(path)
    if (done.has(path) || file === undefined) return
    trail.push(path)
    for (const target of new Set(file.imports.map((each) => each.target))) if (target !== null) visit(target)
    trail.pop()
    done.add(path)
  }
  for (const path of tree.keys()) visit(path)
  return found
}

/** The files that loading `entry` loads; `import()` counts too. */
export function reachable(tree: SourceTree, entry: string): Set<string> {
  const seen = new Set<string>()
  const queue = [entry]
  for (const path of queue) {
    if (seen.has(path)) continue
    seen.add(path)
    for (const { target } of tree.get(path)?.imports ?? []) if (target !== null) queue.push(target)
  }
  return seen
}
