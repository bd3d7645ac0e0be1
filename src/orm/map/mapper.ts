// `Mapper`: a class mapped to a table: its attributes, their slots, the key of its objects.

import { nextIdentity } from '../../expression/base/identity.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import type { Table } from '../../expression/schema/table.ts'
import { isBytes, isDate } from '../../expression/types/dates-and-bytes.ts'
import type {
  AttributeLike,
  ColumnAttributeLike,
  EntityConstructor,
  IdentityKey,
  MapperLike,
  RelationshipLike,
} from '../contract/orm.ts'
import { MappingError } from '../errors.ts'
import { carryState, InstanceState } from '../state/state.ts'

/** A property that holds a column's value. */
export class ColumnAttribute implements ColumnAttributeLike {
  readonly kind = 'column'
  readonly mapper: MapperLike
  readonly key: string
  readonly slot: number
  readonly column: SchemaColumn
  readonly primaryKey: boolean

  constructor(mapper: MapperLike, key: string, slot: number, column: SchemaColumn) {
    this.mapper = mapper
    this.key = key
    this.slot = slot
    this.column = column
    this.primaryKey = column.primaryKey
  }
}

/** What a mapper is made of. */
export interface MapperConfig {
  readonly entityClass: EntityConstructor
  readonly className: string
  readonly table: Table
  /** Makes the relationships, once the mapper has its columns. */
  relationships(mapper: Mapper, firstSlot: number): readonly RelationshipLike[]
  /** Settles the relationships of all classes of the registry. */
  configure(): void
}

/** A mapped class. */
export class Mapper implements MapperLike {
  readonly id: number = nextIdentity()
  readonly className: string
  readonly entityClass: EntityConstructor
  readonly table: Table
  readonly columns: readonly ColumnAttribute[]
  readonly relationships: readonly RelationshipLike[]
  readonly primaryKey: readonly ColumnAttribute[]
  readonly attributes: ReadonlyMap<string, AttributeLike>
  readonly #byColumn: ReadonlyMap<SchemaColumn, ColumnAttribute>
  readonly #settle: () => void
  readonly #instance: new () => object
  readonly #keySlot: number

  constructor(config: MapperConfig) {
    this.className = config.className
    this.entityClass = config.entityClass
    this.table = config.table
    this.#settle = () => config.configure()
    this.columns = this.table.columnList.map((column, slot) => new ColumnAttribute(this, column.key, slot, column))
    this.#byColumn = new Map(this.columns.map((attribute) => [attribute.column, attribute]))
    this.primaryKey = this.table.primaryKey.columns.map((column) => this.#ofPrimaryKey(column))
    if (this.primaryKey.length === 0)
      throw new MappingError(
        `${this.className} has no primary key: mark its column or columns with { primaryKey: true }`,
      )
    this.relationships = config.relationships(this, this.columns.length)
    this.attributes = new Map<string, AttributeLike>(
      [...this.columns, ...this.relationships].map((attribute) => [attribute.key, attribute]),
    )
    this.#keySlot = this.primaryKey.length === 1 ? (this.primaryKey[0]?.slot ?? -1) : -1
    this.#instance = instancesOf(this.entityClass)
  }

  #ofPrimaryKey(column: SchemaColumn): ColumnAttribute {
    const attribute = this.#byColumn.get(column)
    if (attribute === undefined) throw new MappingError(`${this.className} does not map its key '${column.name}'`)
    return attribute
  }

  attributeOfColumn(column: SchemaColumn): ColumnAttribute | null {
    return this.#byColumn.get(column) ?? null
  }

  identityKey(values: readonly unknown[]): IdentityKey | null {
    if (this.#keySlot >= 0) return keyPart(values[this.#keySlot])
    let key = ''
    for (const { slot } of this.primaryKey) {
      const part = keyPart(values[slot])
      if (part === null) return null
      const text = String(part)
      key += `${typeof part} ${text.length} ${text};`
    }
    return key
  }

  instantiate(values: unknown[]): InstanceState {
    const entity = new this.#instance()
    const state = new InstanceState(this, entity, values, 'persistent')
    carryState(entity, state)
    return state
  }

  configure(): void {
    this.#settle()
  }
}

/** One value of a primary key as (part of) a Map key: what Maps compare by identity becomes text. */
function keyPart(value: unknown): IdentityKey | null {
  if (value === null || value === undefined) return null
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
      return value
    default:
      if (isDate(value)) return `date ${value.getTime()}`
      if (isBytes(value)) return `bytes ${Array.from(value).join(' ')}`
      return `json ${JSON.stringify(value)}`
  }
}

/** Makes bare objects of a class: its prototype, none of its constructors. */
function instancesOf(entityClass: EntityConstructor): new () => object {
  const Instance = function Instance(): void {} as unknown as new () => object
  Instance.prototype = entityClass.prototype
  return Instance
}
