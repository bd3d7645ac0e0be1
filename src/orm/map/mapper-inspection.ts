// `MapperInspection`: what can be told of a mapped class: `inspect(User)`.
import type { ColumnElement } from '../../expression/element/column-element.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import type { Table } from '../../expression/schema/table.ts'
import type {
  Cascade,
  ColumnAttributeLike,
  Direction,
  EntityConstructor,
  MapperLike,
  RelationshipLike,
} from '../contract/orm.ts'

/** A property that holds a column's value. */
export interface ColumnInspection {
  readonly kind: 'column'
  /** The property's name. */
  readonly key: string
  readonly column: SchemaColumn
  readonly primaryKey: boolean
}

/** A property that holds another object, or a collection of them. */
export interface RelationshipInspection {
  readonly kind: 'relationship'
  /** The property's name. */
  readonly key: string
  /** The class at the other end. */
  readonly target: MapperInspection
  readonly direction: Direction
  readonly isCollection: boolean
  /** The association table of a many-to-many; null for others. */
  readonly secondary: Table | null
  readonly primaryJoin: ColumnElement<boolean>
  readonly secondaryJoin: ColumnElement<boolean> | null
  /** Columns that hold the same value, this side's first; of a many-to-many those of either table with those of the association. */
  readonly localRemotePairs: readonly (readonly [SchemaColumn, SchemaColumn])[]
  /** The property of the other class that mirrors this one; null where there is none. */
  readonly backPopulates: string | null
  readonly cascade: Cascade
  /** How it is loaded where no option says otherwise. */
  readonly lazy: 'select' | 'joined' | 'selectin' | 'raise'
  readonly viewOnly: boolean
  readonly passiveDeletes: boolean | 'all'
  readonly orderBy: readonly ColumnElement[]
}

/**
 * What can be told of a mapped class; it changes nothing. SQLAlchemy: "Inspection of Mapped classes".
 *
 * @example
 * inspect(User).table.name                                   // user_account
 * Array.from(inspect(User).relationships.keys())              // ['addresses', 'orders']
 * inspect(User).relationships.get('addresses')?.target === inspect(Address)   // true
 */
export class MapperInspection {
  /** The class, as `@Entity` has replaced it. */
  readonly entityClass: EntityConstructor
  readonly className: string
  readonly table: Table
  /** The properties that hold columns, by name, in the order of the table. */
  readonly columns: ReadonlyMap<string, ColumnInspection>
  readonly relationships: ReadonlyMap<string, RelationshipInspection>
  /** Columns and relationships. */
  readonly attributes: ReadonlyMap<string, ColumnInspection | RelationshipInspection>
  /** In the order of the table's primary key. */
  readonly primaryKey: readonly ColumnInspection[]

  /** @internal `inspect(User)` */
  constructor(mapper: MapperLike) {
    this.entityClass = mapper.entityClass
    this.className = mapper.className
    this.table = mapper.table
    this.columns = new Map(mapper.columns.map((attribute) => [attribute.key, columnInspection(attribute)]))
    this.relationships = new Map(mapper.relationships.map((each) => [each.key, relationshipInspection(each)]))
    this.attributes = new Map<string, ColumnInspection | RelationshipInspection>([
      ...this.columns,
      ...this.relationships,
    ])
    this.primaryKey = mapper.primaryKey.map(({ key }) => this.columns.get(key) as ColumnInspection)
  }
}

const inspections: WeakMap<MapperLike, MapperInspection> = new WeakMap()

/** What can be told of a mapper whose relationships are settled; always the same object. */
export function inspectionOfMapper(mapper: MapperLike): MapperInspection {
  let inspection = inspections.get(mapper)
  if (inspection === undefined) {
    inspection = new MapperInspection(mapper)
    inspections.set(mapper, inspection)
  }
  return inspection
}

function columnInspection({ key, column, primaryKey }: ColumnAttributeLike): ColumnInspection {
  return Object.freeze({ kind: 'column', key, column, primaryKey })
}

function relationshipInspection(relationship: RelationshipLike): RelationshipInspection {
  const { key, direction, isCollection, secondary, primaryJoin, secondaryJoin } = relationship
  const { reverse, cascade, lazy, viewOnly, passiveDeletes, orderBy, pairs, secondaryPairs, target } = relationship
  const isReferring = direction === 'manyToOne'
  return Object.freeze({
    kind: 'relationship',
    key,
    // Classes lead to each other in circles.
    get target() {
      return inspectionOfMapper(target)
    },
    direction,
    isCollection,
    secondary,
    primaryJoin,
    secondaryJoin,
    localRemotePairs: [
      ...pairs.map((pair) =>
        isReferring ? ([pair.target, pair.source] as const) : ([pair.source, pair.target] as const),
      ),
      ...secondaryPairs.map((pair) => [pair.source, pair.target] as const),
    ],
    backPopulates: reverse?.key ?? null,
    cascade,
    lazy,
    viewOnly,
    passiveDeletes,
    orderBy: [...orderBy],
  })
}
