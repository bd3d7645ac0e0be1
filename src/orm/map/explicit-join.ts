// Joins that the user wrote: which columns they equate, and so which foreign key a flush has to fill.

import { Binary } from '../../expression/element/binary.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import { Grouping } from '../../expression/element/grouping.ts'
import { BooleanList } from '../../expression/element/list.ts'
import { Alias, ProxyColumn } from '../../expression/from/alias.ts'
import { and, eq } from '../../expression/operator/catalog.ts'
import { SchemaColumn } from '../../expression/schema/column.ts'
import type { Table } from '../../expression/schema/table.ts'
import type { ColumnPair } from '../contract/orm.ts'

/** What a user's join equates. */
export interface ExplicitJoin {
  /** Columns of the near and of the far side that hold the same value. */
  readonly equal: readonly { readonly near: SchemaColumn; readonly far: SchemaColumn }[]
  /** Whether it says nothing else. */
  readonly onlyEqual: boolean
}

/** Reads a join that the user wrote as a function of its two sides. */
export function readJoin(
  join: (near: never, far: never) => ColumnElement<boolean | null>,
  near: Table,
  far: Table,
): ExplicitJoin {
  // The far side is an alias, so that the sides of a table joined with itself can be told apart.
  const alias = new Alias(far, null)
  const criterion = join(near.columns as never, alias.columns as never)
  const parts = partsOf(criterion)
  const equal = parts.flatMap((part) => equality(part, near, alias))
  return { equal, onlyEqual: equal.length === parts.length }
}

/** Equated columns of which one refers to the other. */
export interface JoinPair {
  readonly pair: ColumnPair
  readonly foreignIsNear: boolean
}

/** Which of the equated columns refer to which. */
export function pairsOfJoin(join: ExplicitJoin, foreignKeys: readonly SchemaColumn[] | null): JoinPair[] {
  const pairs: JoinPair[] = []
  for (const { near, far } of join.equal)
    if (refers(near, far, foreignKeys)) pairs.push({ pair: { source: far, target: near }, foreignIsNear: true })
    else if (refers(far, near, foreignKeys)) pairs.push({ pair: { source: near, target: far }, foreignIsNear: false })
  return pairs
}

function refers(from: SchemaColumn, to: SchemaColumn, foreignKeys: readonly SchemaColumn[] | null): boolean {
  return foreignKeys === null ? from.foreignKeys.some((link) => link.referred === to) : foreignKeys.includes(from)
}

function partsOf(criterion: ColumnElement): readonly ColumnElement[] {
  if (criterion instanceof Grouping) return partsOf(criterion.element)
  return criterion instanceof BooleanList && criterion.operator === and
    ? criterion.clauses.flatMap(partsOf)
    : [criterion]
}

function equality(part: ColumnElement, near: Table, far: Alias): { near: SchemaColumn; far: SchemaColumn }[] {
  if (!(part instanceof Binary) || part.operator !== eq) return []
  for (const [one, other] of [
    [part.left, part.right],
    [part.right, part.left],
  ]) {
    if (!(one instanceof SchemaColumn) || (one.table as object) !== near) continue
    if (!(other instanceof ProxyColumn) || other.table !== far) continue
    if (other.original instanceof SchemaColumn) return [{ near: one, far: other.original }]
  }
  return []
}
