// How a relationship copies keys from one row to another, resolved from columns to attributes once for each relationship.
import type { SchemaColumn } from '../../expression/schema/column.ts'
import type { ColumnAttributeLike, MapperLike, RelationshipLike } from '../contract/orm.ts'
import { MappingError } from '../errors.ts'

/** One value that goes from the row that has it first to the row that refers to it. */
export interface KeyCopy {
  /** On the object referred to. */
  readonly source: ColumnAttributeLike
  /** The foreign key, on the object that refers. */
  readonly target: ColumnAttributeLike
}

/** One value that goes from an object to an association row. */
export interface AssociationKey {
  readonly source: ColumnAttributeLike
  readonly column: SchemaColumn
}

const copies: WeakMap<RelationshipLike, readonly KeyCopy[]> = new WeakMap()

/**
 * The copies of a one-to-many or many-to-one relationship. Both directions of one pair of relationships give the same array,
 * so that a link seen from both ends is known to be one.
 */
export function keyCopies(relationship: RelationshipLike): readonly KeyCopy[] {
  const known = copies.get(relationship)
  if (known !== undefined) return known
  const fromHere = relationship.direction === 'oneToMany'
  const source = fromHere ? relationship.mapper : relationship.target
  const target = fromHere ? relationship.target : relationship.mapper
  const made = relationship.pairs.map((pair) => ({
    source: attributeFor(source, pair.source, relationship),
    target: attributeFor(target, pair.target, relationship),
  }))
  copies.set(relationship, made)
  const reverse = relationship.reverse
  if (reverse !== null && reverse.direction !== 'manyToMany' && samePairs(relationship, reverse))
    copies.set(reverse, made)
  return made
}

/** The association table's columns that this side of a many-to-many fills. */
export function nearKeys(relationship: RelationshipLike): readonly AssociationKey[] {
  return relationship.pairs.map((pair) => ({
    source: attributeFor(relationship.mapper, pair.source, relationship),
    column: pair.target,
  }))
}

/** The association table's columns that the other side of a many-to-many fills. */
export function farKeys(relationship: RelationshipLike): readonly AssociationKey[] {
  return relationship.secondaryPairs.map((pair) => ({
    source: attributeFor(relationship.target, pair.source, relationship),
    column: pair.target,
  }))
}

function samePairs(one: RelationshipLike, other: RelationshipLike): boolean {
  return (
    one.pairs.length === other.pairs.length &&
    one.pairs.every((pair, index) => {
      const twin = other.pairs[index]
      return twin !== undefined && twin.source === pair.source && twin.target === pair.target
    })
  )
}

function attributeFor(mapper: MapperLike, column: SchemaColumn, relationship: RelationshipLike): ColumnAttributeLike {
  const attribute = mapper.attributeOfColumn(column)
  if (attribute === null)
    throw new MappingError(
      `${relationship.mapper.className}.${relationship.key} copies the column '${column.name}', which no attribute of ${mapper.className} holds: map it`,
    )
  return attribute
}
