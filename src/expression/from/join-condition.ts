// The ON clause that foreign keys imply, or why they imply none.
import { AmbiguousForeignKeysError, NoForeignKeysError } from '../../errors.ts'
import { Role } from '../base/role.ts'
import { and } from '../comparator/conjunction.ts'
import type { ColumnElement, NamedElement } from '../element/column-element.ts'
import type { Name } from '../element/name.ts'

/** A foreign key as joins see it: a column here that refers to a column there. */
export interface ForeignKeyLink {
  /** The referring column, of the FROM element that was asked. */
  readonly column: NamedElement
  /** The schema column referred to; null while its table is not known. */
  readonly referred: ColumnElement | null
  /** Links of one constraint share this object. */
  readonly constraint: object
}

/** One side of a join, as far as foreign keys are concerned; `FromClause` is one. */
export interface JoinSide {
  readonly roles: number
  foreignKeyLinks(): readonly ForeignKeyLink[]
  corresponding(column: ColumnElement): NamedElement | null
  /** The right side, of a join. */
  readonly right?: JoinSide
  readonly left?: JoinSide
  readonly name?: Name
}

/** A foreign key constraint that links two sides, column by column. */
interface Path {
  readonly constraint: object
  readonly referring: unknown
  readonly pairs: [referred: NamedElement, referring: NamedElement][]
}

/** Whether a foreign key links the two sides. */
export function isLinked(left: JoinSide, right: JoinSide): boolean {
  return pathsBetween(left, right).length > 0
}

/**
 * The condition on which two FROM elements are joined: the referred columns equal the referring ones.
 * @throws NoForeignKeysError no foreign key leads from one to the other
 * @throws AmbiguousForeignKeysError several do
 */
export function conditionBetween(left: JoinSide, right: JoinSide): ColumnElement<boolean> {
  const paths = pathsBetween(left, right)
  const [path] = paths
  if (path === undefined) throw withoutPath(left, right)
  if (paths.length > 1) throw withSeveralPaths(left, right, paths)
  return and(...path.pairs.map(([referred, referring]) => referred.eq(referring)))
}

/** The right-most table of a join comes first: what was joined last is what the next join most likely goes on from. */
function pathsBetween(left: JoinSide, right: JoinSide): readonly Path[] {
  if (left.right !== undefined) {
    const paths = directPaths(left.right, right)
    if (paths.length > 0) return paths
  }
  return directPaths(left, right)
}

/** What was found between tables, which stay as they are. */
const known: WeakMap<JoinSide, WeakMap<JoinSide, readonly Path[]>> = new WeakMap()

function directPaths(left: JoinSide, right: JoinSide): readonly Path[] {
  const found = known.get(left)?.get(right)
  if (found !== undefined) return found
  const paths: Path[] = []
  collect(paths, right, left)
  if (left !== right) collect(paths, left, right)
  const lasting = left.roles & right.roles & Role.table
  // A table that a foreign key refers to may be yet to come, and be another path.
  if (lasting && ![...left.foreignKeyLinks(), ...right.foreignKeyLinks()].some((link) => link.referred === null)) {
    const ofLeft = known.get(left) ?? new WeakMap<JoinSide, readonly Path[]>()
    known.set(left, ofLeft.set(right, paths))
  }
  return paths
}

/** The foreign keys of one side that lead to the other. */
function collect(paths: Path[], from: JoinSide, to: JoinSide): void {
  for (const link of from.foreignKeyLinks()) {
    const referred = link.referred === null ? null : to.corresponding(link.referred)
    if (referred === null) continue
    const referring = tableOf(link.column)
    const path = paths.find((each) => each.constraint === link.constraint && each.referring === referring)
    if (path === undefined) paths.push({ constraint: link.constraint, referring, pairs: [[referred, link.column]] })
    else path.pairs.push([referred, link.column])
  }
}

function tableOf(column: NamedElement): unknown {
  return (column as { readonly table?: unknown }).table
}

/** A side in words: its name, or the names of what it joins. */
export function describeSide(side: JoinSide): string {
  if (side.left !== undefined && side.right !== undefined)
    return `${describeSide(side.left)} JOIN ${describeSide(side.right)}`
  if (side.name === undefined) return 'a FROM element'
  return `'${typeof side.name === 'string' ? side.name : side.name.base}'`
}

function withoutPath(left: JoinSide, right: JoinSide): NoForeignKeysError {
  const isOpen = [...left.foreignKeyLinks(), ...right.foreignKeyLinks()].find((link) => link.referred === null)
  const hint =
    isOpen === undefined ? '' : `; the table that '${isOpen.column.key}' refers to is not defined in its MetaData yet`
  return new NoForeignKeysError(
    `Cannot tell on what to join ${describeSide(left)} and ${describeSide(right)}: no foreign key leads from one to the other${hint}. Write the condition: join(target, condition)`,
  )
}

function withSeveralPaths(left: JoinSide, right: JoinSide, paths: readonly Path[]): AmbiguousForeignKeysError {
  const ways = paths.map((path) => path.pairs.map(([, referring]) => `'${referring.key}'`).join(' and ')).join(', ')
  return new AmbiguousForeignKeysError(
    `Cannot tell on what to join ${describeSide(left)} and ${describeSide(right)}: several foreign keys link them, by ${ways}. Write the condition: join(target, condition)`,
  )
}
