// The criteria that relationships give: which rows have related rows, and which are related to a given object.
import { InvalidRequestError } from '../../errors.ts'
import { and, not } from '../../expression/comparator/conjunction.ts'
import { Binary } from '../../expression/element/binary.ts'
import { Bind } from '../../expression/element/bind.ts'
import { ColumnClause } from '../../expression/element/column.ts'
import type { ColumnElement, NamedElement } from '../../expression/element/column-element.ts'
import { NULL } from '../../expression/element/constant.ts'
import type { FromClause } from '../../expression/from/from-clause.ts'
import { eq, is } from '../../expression/operator/catalog.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import { Exists } from '../../expression/select/scalar.ts'
import { EMPTY_SELECT, Select } from '../../expression/select/select.ts'
import { Integer } from '../../expression/types/numeric.ts'
import { Boolean as BooleanType } from '../../expression/types/scalar.ts'
import type { StateLike } from '../contract/orm.ts'
import type { Relationship } from '../map/relationship.ts'

/** A relationship as it stands in a statement. */
export interface RelationshipPlace {
  readonly relationship: Relationship
  /** What stands for the class that has it. */
  readonly from: FromClause
}

const ONE = new ColumnClause('1', '1', Integer, null, true)

/** `EXISTS (SELECT 1 FROM related WHERE ...)`. */
export function existsRelated(
  { relationship, from }: RelationshipPlace,
  target: FromClause,
  criterion: ColumnElement<boolean | null> | null,
): Exists {
  const { secondary } = relationship
  const join = relationship.joinCondition(from, target, secondary)
  return exists(from, secondary === null ? [target] : [secondary, target], [join.primary, join.secondary, criterion])
}

/** `EXISTS (SELECT 1 FROM association WHERE ...)`: related through the association table to the object. */
function existsLink({ relationship, from }: RelationshipPlace, secondary: FromClause, member: StateLike): Exists {
  const { primary } = relationship.joinCondition(from, null, secondary)
  const links = relationship.secondaryPairs.map((pair) =>
    equal(columnIn(secondary, pair.target), valueOf(member, pair.source)),
  )
  return exists(from, [secondary], [primary, ...links])
}

function exists(
  from: FromClause,
  froms: readonly FromClause[],
  criteria: readonly (ColumnElement<boolean | null> | null)[],
): Exists {
  const where = and(...criteria.filter((each) => each !== null))
  return new Exists(new Select({ ...EMPTY_SELECT, items: [ONE], froms, where: [where], correlate: [from] }))
}

/** Rows whose collection has the object as a member. */
export function holdsMember(place: RelationshipPlace, member: StateLike): ColumnElement<boolean> {
  const { relationship, from } = place
  if (relationship.secondary !== null) return existsLink(place, relationship.secondary, member)
  return and(
    ...relationship.pairs.map(({ source, target }) => equal(columnIn(from, source), valueOf(member, target, true))),
  )
}

/** Rows whose reference is the object. */
export function refersTo(place: RelationshipPlace, member: StateLike): ColumnElement<boolean> {
  const { relationship, from } = place
  if (relationship.direction !== 'manyToOne') return holdsMember(place, member)
  return and(...relationship.pairs.map(({ source, target }) => equal(columnIn(from, target), valueOf(member, source))))
}

/** Rows whose reference is empty. */
export function refersToNone(place: RelationshipPlace, target: FromClause): ColumnElement<boolean> {
  const { relationship, from } = place
  if (relationship.direction !== 'manyToOne') return not(existsRelated(place, target, null))
  return and(...relationship.pairs.map((pair) => isNull(columnIn(from, pair.target))))
}

/** Whether the columns that refer are NULL; a reference that is not to some object may be to none. */
export function foreignKeyIsNull({ relationship, from }: RelationshipPlace): ColumnElement<boolean>[] {
  if (relationship.direction !== 'manyToOne') return []
  return relationship.pairs.map((pair) => isNull(columnIn(from, pair.target)))
}

/** The value of an object's column as a parameter, read when the statement is executed: a flush may come between. */
function valueOf(state: StateLike, column: SchemaColumn, mayBeMissing = false): Bind {
  const { mapper } = state
  const slot = mapper.attributeOfColumn(column)?.slot ?? -1
  const value = (): unknown => {
    const present = state.values[slot]
    if (present !== undefined) return present
    if (mayBeMissing) return null
    throw new InvalidRequestError(
      `A criterion compares with an object of class ${mapper.className} that has no ${column.key} yet: add it to the session and flush`,
    )
  }
  return new Bind(column.key, value, column.type, { anonymous: true })
}

function equal(column: NamedElement, value: ColumnElement): ColumnElement<boolean> {
  return new Binary<boolean>(column, eq, value, BooleanType)
}

function isNull(column: NamedElement): ColumnElement<boolean> {
  return new Binary<boolean>(column, is, NULL, BooleanType)
}

function columnIn(from: FromClause, column: SchemaColumn): NamedElement {
  const found = from.corresponding(column)
  if (found === null) throw new InvalidRequestError(`Column ${column.key} is not offered by what stands for its table`)
  return found
}
