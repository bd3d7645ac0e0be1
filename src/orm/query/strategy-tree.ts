// How the relationships of a statement's classes are loaded: by options along paths, otherwise as the relationships themselves say.
import { InvalidRequestError } from '../../errors.ts'
import type { MapperLike, RelationshipLike } from '../contract/orm.ts'

/** How a relationship is loaded. `none` leaves it to be loaded on request, or refused. */
export type Strategy = 'joined' | 'selectin' | 'none'

/** The options below one entity. */
export interface StrategyTree {
  readonly branches: Map<RelationshipLike, StrategyBranch>
}

/** One relationship with an option of its own. */
export interface StrategyBranch {
  readonly strategy: Strategy
  readonly tree: StrategyTree
}

/** No options at all. */
export const NO_OPTIONS: StrategyTree = { branches: new Map() }

/** A new tree to be filled. */
export function newTree(): StrategyTree {
  return { branches: new Map() }
}

/**
 * Notes an option, and gives the tree below it.
 *
 * @throws InvalidRequestError the same relationship was given another strategy before.
 */
export function branch(tree: StrategyTree, relationship: RelationshipLike, strategy: Strategy): StrategyTree {
  const known = tree.branches.get(relationship)
  if (known === undefined) {
    const below = newTree()
    tree.branches.set(relationship, { strategy, tree: below })
    return below
  }
  if (known.strategy !== strategy)
    throw new InvalidRequestError(
      `${relationship.mapper.className}.${relationship.key} is given two loader options in one statement, ${known.strategy} and ${strategy}: keep one of them`,
    )
  return known.tree
}

/** A relationship that is loaded along, with the options below it. */
export interface EagerRelationship {
  readonly relationship: RelationshipLike
  readonly tree: StrategyTree
}

/**
 * The relationships of a class to be loaded by one strategy.
 *
 * @param path the classes on the way to this one: what a relationship says of itself ends where it would come back to one of them.
 */
export function eagerRelationships(
  mapper: MapperLike,
  tree: StrategyTree,
  path: readonly MapperLike[],
  strategy: Strategy,
): EagerRelationship[] {
  const found: EagerRelationship[] = []
  for (const relationship of mapper.relationships) {
    const option = tree.branches.get(relationship)
    if (option !== undefined) {
      if (option.strategy === strategy) found.push({ relationship, tree: option.tree })
      continue
    }
    if (relationship.lazy !== strategy) continue
    const { target } = relationship
    if (target !== mapper && !path.includes(target)) found.push({ relationship, tree: NO_OPTIONS })
  }
  return found
}

/** Whether joining what is to be joined repeats the rows of the class. */
export function joinsCollections(mapper: MapperLike, tree: StrategyTree, path: readonly MapperLike[]): boolean {
  return eagerRelationships(mapper, tree, path, 'joined').some(
    ({ relationship, tree: below }) =>
      relationship.isCollection || joinsCollections(relationship.target, below, [...path, mapper]),
  )
}
