// How two mapped tables are joined: by which foreign key, in which direction, which columns hold the same value.
import { AmbiguousForeignKeysError, NoForeignKeysError } from '../../errors.ts'
import type { ForeignKeyLink } from '../../expression/from/from-clause.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import type { Table } from '../../expression/schema/table.ts'
import { quoteName } from '../../nearest.ts'
import type { ColumnPair, Direction } from '../contract/orm.ts'
import { MappingError } from '../errors.ts'

/** What a relationship says of its join. */
export interface JoinRequest {
  /** The relationship, for messages: `User.addresses`. */
  readonly place: string
  readonly local: Table
  readonly remote: Table
  readonly secondary: Table | null
  /** The columns to be taken as foreign keys; null takes those of the tables' constraints. */
  readonly foreignKeys: readonly SchemaColumn[] | null
  /** Columns on the far side of a table joined with itself; null where not told. */
  readonly remoteSide: readonly SchemaColumn[] | null
  /** Whether the property is known to hold a collection; null where it is not known. */
  readonly isList: boolean | null
  /** The same two of the relationship that mirrors this one; null where there is none. */
  readonly mirror: Pick<JoinRequest, 'remoteSide' | 'isList'> | null
}

/** How a relationship joins. */
export interface JoinPlan {
  readonly direction: Direction
  readonly pairs: readonly ColumnPair[]
  readonly secondaryPairs: readonly ColumnPair[]
}

/** A foreign key between the two sides. */
interface KeyBetween {
  readonly constraint: object
  readonly links: readonly ForeignKeyLink[]
}

/**
 * Finds the join of a relationship.
 *
 * @throws NoForeignKeysError no foreign key links the tables.
 * @throws AmbiguousForeignKeysError several do.
 * @throws MappingError a table joined with itself does not say which side is which.
 */
export function planJoin(request: JoinRequest): JoinPlan {
  return request.secondary === null ? planDirect(request) : planThrough(request, request.secondary)
}

function planDirect(request: JoinRequest): JoinPlan {
  const { local, remote } = request
  const outgoing = keysBetween(local, remote, request.foreignKeys)
  const incoming = local === remote ? [] : keysBetween(remote, local, request.foreignKeys)
  const key = theOne(request, [...outgoing, ...incoming], local, remote)
  const pairs = pairsOf(key)
  if (local === remote) return { direction: directionWithin(request, pairs), pairs, secondaryPairs: [] }
  const direction = outgoing.includes(key) ? 'manyToOne' : 'oneToMany'
  return { direction, pairs, secondaryPairs: [] }
}

function planThrough(request: JoinRequest, secondary: Table): JoinPlan {
  const { local, remote, foreignKeys, place } = request
  if (local === remote && foreignKeys === null)
    throw new MappingError(
      `${place} joins table ${quoteName(local.key)} with itself through ${quoteName(secondary.key)}: name the columns of ${quoteName(secondary.key)} that refer to this side, { foreignKeys: [...] }`,
    )
  const near = keysBetween(secondary, local, foreignKeys)
  const far = keysBetween(secondary, remote, null).filter(
    (key) => foreignKeys === null || !key.links.some((link) => foreignKeys.includes(link.column as SchemaColumn)),
  )
  return {
    direction: 'manyToMany',
    pairs: pairsOf(theOne(request, near, secondary, local)),
    secondaryPairs: pairsOf(theOne(request, far, secondary, remote)),
  }
}

/** The foreign keys that lead from one table to another. */
function keysBetween(from: Table, to: Table, only: readonly SchemaColumn[] | null): KeyBetween[] {
  const byConstraint = new Map<object, ForeignKeyLink[]>()
  for (const link of from.foreignKeyLinks()) {
    const referred = link.referred as SchemaColumn | null
    if (referred === null || (referred.table as object) !== to) continue
    const links = byConstraint.get(link.constraint) ?? []
    links.push(link)
    byConstraint.set(link.constraint, links)
  }
  const keys = [...byConstraint].map(([constraint, links]) => ({ constraint, links }))
  return only === null
    ? keys
    : keys.filter((key) => key.links.every((link) => only.includes(link.column as SchemaColumn)))
}

function theOne(request: JoinRequest, keys: readonly KeyBetween[], one: Table, other: Table): KeyBetween {
  const [key] = keys
  const between = `${quoteName(one.key)} and ${quoteName(other.key)}`
  if (key === undefined)
    throw new NoForeignKeysError(
      `${request.place}: no foreign key links the tables ${between}${whyNone(request, one, other)}`,
    )
  if (keys.length > 1) {
    const names = keys.map((each) => each.links.map((link) => quoteName(link.column.key)).join(' with '))
    throw new AmbiguousForeignKeysError(
      `${request.place}: several foreign keys link the tables ${between}, over ${names.join(' and over ')}; name the columns of the one that is meant, { foreignKeys: ['...'] }`,
    )
  }
  return key
}

function whyNone(request: JoinRequest, one: Table, other: Table): string {
  if (request.foreignKeys !== null) return ' over the columns that foreignKeys names'
  const open = [...one.foreignKeyLinks(), ...other.foreignKeyLinks()].find((link) => link.referred === null)
  const example = `@Column(Integer, { foreignKey: '${other.key}.id' })`
  return open === undefined
    ? `; give one of them a column such as ${example}`
    : `; the foreign key of column ${quoteName(open.column.key)} refers to a table that is not defined (yet)`
}

function pairsOf(key: KeyBetween): ColumnPair[] {
  return key.links.map((link) => ({ source: link.referred as SchemaColumn, target: link.column as SchemaColumn }))
}

/** Which side of a table joined with itself is the far one: as it says, or its mirror, or as what it holds tells. */
function directionWithin(request: JoinRequest, pairs: readonly ColumnPair[]): Direction {
  const { place, remoteSide, mirror } = request
  if (remoteSide !== null) {
    const direction = directionTo(remoteSide, pairs)
    if (direction !== null) return direction
    const names = remoteSide.map((column) => quoteName(column.key)).join(', ')
    throw new MappingError(`${place}: remoteSide is ${names}, which is no side of the foreign key`)
  }
  const mirrored = mirror === null || mirror.remoteSide === null ? null : directionTo(mirror.remoteSide, pairs)
  if (mirrored !== null) return mirrored === 'manyToOne' ? 'oneToMany' : 'manyToOne'
  if (request.isList === true) return 'oneToMany'
  if (mirror?.isList === true) return 'manyToOne'
  const sources = pairs.map((pair) => `'${pair.source.key}'`).join(', ')
  throw new MappingError(
    `${place} joins table ${quoteName(request.local.key)} with itself, so it must say which side it is: { remoteSide: [${sources}] } where it holds the one object that is referred to, { useList: true } where it holds the collection of those that refer`,
  )
}

/** The direction of a relationship whose far side has these columns; null where no side has just these. */
function directionTo(remoteSide: readonly SchemaColumn[], pairs: readonly ColumnPair[]): Direction | null {
  const covers = (columns: readonly SchemaColumn[]): boolean =>
    columns.length === remoteSide.length && columns.every((column) => remoteSide.includes(column))
  if (covers(pairs.map((pair) => pair.source))) return 'manyToOne'
  return covers(pairs.map((pair) => pair.target)) ? 'oneToMany' : null
}
