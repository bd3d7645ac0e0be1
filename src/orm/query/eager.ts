// What is loaded along with the objects of a statement: LEFT OUTER JOINs to anonymous aliases, and statements that follow.
import type { ColumnElement } from '../../expression/element/column-element.ts'
import { Alias } from '../../expression/from/alias.ts'
import type { FromClause } from '../../expression/from/from-clause.ts'
import { Join } from '../../expression/from/join.ts'
import type { MapperLike, RelationshipLike } from '../contract/orm.ts'
import type { EntityPlan, JoinedPlan, PostLoad } from './plan.ts'
import { eagerRelationships, type StrategyTree } from './strategy-tree.ts'

/** Makes the statement that loads a relationship by itself. */
export type PostLoadMaker = (
  relationship: RelationshipLike,
  tree: StrategyTree,
  path: readonly MapperLike[],
) => PostLoad

/** An object of a class in a statement. */
export interface EntityPlace {
  readonly mapper: MapperLike
  /** The FROM element that its columns are taken from. */
  readonly from: FromClause
  readonly tree: StrategyTree
  /** The classes on the way to this one. */
  readonly path: readonly MapperLike[]
}

/** Gathers the columns, joins and order of a statement that loads objects. */
export class EagerBuilder {
  readonly columns: ColumnElement[] = []
  froms: FromClause[]
  readonly orderBy: ColumnElement[] = []
  readonly #postLoad: PostLoadMaker

  constructor(froms: readonly FromClause[], postLoad: PostLoadMaker) {
    this.froms = [...froms]
    this.#postLoad = postLoad
  }

  /** Selects columns. @returns the position of the first. */
  select(columns: readonly ColumnElement[]): number {
    const offset = this.columns.length
    for (const column of columns) this.columns.push(column)
    return offset
  }

  /** What is loaded along with an object whose columns stand at `offset`. */
  entity(place: EntityPlace, offset: number): EntityPlan {
    const { mapper, tree, path } = place
    const joined = eagerRelationships(mapper, tree, path, 'joined').map(({ relationship, tree: below }) =>
      this.#join(place, relationship, below),
    )
    return { mapper, offset, joined, later: this.later(place) }
  }

  /** The statements that follow for an object. */
  later({ mapper, tree, path }: Omit<EntityPlace, 'from'>): PostLoad[] {
    return eagerRelationships(mapper, tree, path, 'selectin').map(({ relationship, tree: below }) =>
      this.#postLoad(relationship, below, [...path, mapper]),
    )
  }

  #join(owner: EntityPlace, relationship: RelationshipLike, tree: StrategyTree): JoinedPlan {
    const { target } = relationship
    const right = new Alias(target.table, null)
    const secondary = relationship.secondary === null ? null : new Alias(relationship.secondary, null)
    const on = relationship.joinCondition(owner.from, right, secondary)
    this.#attach(owner.from, secondary === null ? right : new Join(secondary, right, on.secondary), on.primary)
    this.orderBy.push(...relationship.orderingOf(right))
    const offset = this.select(columnsIn(target, right))
    const place = { mapper: target, from: right, tree, path: [...owner.path, owner.mapper] }
    return { relationship, entity: this.entity(place, offset) }
  }

  /** Joins to the FROM element that has `left` in it. */
  #attach(left: FromClause, right: FromClause, on: ColumnElement<boolean>): void {
    const index = this.froms.findIndex((from) => from.containedFroms().includes(left))
    const joined = new Join(this.froms[index] ?? left, right, on, true)
    if (index < 0) this.froms.push(joined)
    else this.froms[index] = joined
  }
}

/** The columns of a class as those of a FROM element. */
export function columnsIn(mapper: MapperLike, from: FromClause): readonly ColumnElement[] {
  return mapper.columns.map(({ column }) => from.corresponding(column) ?? column)
}
