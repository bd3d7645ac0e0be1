// `Relationship`: a property that holds another object or a collection of them; settled once all classes are known.
import { ArgumentError, InvalidRequestError } from '../../errors.ts'
import { and } from '../../expression/comparator/conjunction.ts'
import { Binary } from '../../expression/element/binary.ts'
import type { ColumnElement, NamedElement } from '../../expression/element/column-element.ts'
import type { FromClause } from '../../expression/from/from-clause.ts'
import { eq } from '../../expression/operator/catalog.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import type { Table } from '../../expression/schema/table.ts'
import { Boolean as BooleanType } from '../../expression/types/scalar.ts'
import { quoteName, suggestion } from '../../nearest.ts'
import type {
  Cascade,
  ColumnAttributeLike,
  ColumnPair,
  Direction,
  MapperLike,
  RelationshipJoin,
  RelationshipLike,
} from '../contract/orm.ts'
import { MappingError } from '../errors.ts'
import { parseCascade } from './cascade.ts'
import { pairsOfJoin, readJoin } from './explicit-join.ts'
import { type JoinPlan, type JoinRequest, planJoin } from './join-condition.ts'
import { findMapper } from './mapped-class.ts'
import type { Mapper } from './mapper.ts'
import { namedColumns, type RelationshipSettings, secondaryOf } from './relationship-settings.ts'

/** A property with `@Relationship`. */
export interface RelationshipConfig {
  readonly key: string
  readonly target: () => unknown
  readonly settings: RelationshipSettings
  /** Whether the property's type is an array; null where that is not known. */
  readonly isList: boolean | null
}

/** All that is known once the classes are. */
interface Settled extends JoinPlan {
  readonly target: Mapper
  readonly secondary: Table | null
  readonly isCollection: boolean
  readonly identityAttributes: readonly ColumnAttributeLike[] | null
}

/** A relationship. Everything but its options is known after `settleJoin()`. */
export class Relationship implements RelationshipLike {
  readonly kind = 'relationship'
  readonly mapper: MapperLike
  readonly key: string
  readonly slot: number
  readonly parentKey: string
  readonly cascade: Cascade
  readonly passiveDeletes: boolean | 'all'
  readonly viewOnly: boolean
  readonly lazy: RelationshipLike['lazy']
  readonly #config: RelationshipConfig
  #settled: Settled | null = null
  #reverse: Relationship | null = null

  constructor(mapper: MapperLike, config: RelationshipConfig, slot: number) {
    const { settings, key } = config
    this.mapper = mapper
    this.key = key
    this.slot = slot
    this.parentKey = `${mapper.id}:${slot}`
    this.viewOnly = settings.viewOnly ?? false
    this.passiveDeletes = settings.passiveDeletes ?? false
    this.lazy = settings.lazy ?? 'select'
    this.#config = config
    this.cascade = parseCascade(this.place, settings.cascade, this.viewOnly)
  }

  /** As messages name it. */
  get place(): string {
    return `${this.mapper.className}.${this.key}`
  }
  get target(): Mapper {
    return this.#known.target
  }
  get direction(): Direction {
    return this.#known.direction
  }
  get isCollection(): boolean {
    return this.#known.isCollection
  }
  get secondary(): Table | null {
    return this.#known.secondary
  }
  get pairs(): readonly ColumnPair[] {
    return this.#known.pairs
  }
  get secondaryPairs(): readonly ColumnPair[] {
    return this.#known.secondaryPairs
  }
  get identityAttributes(): readonly ColumnAttributeLike[] | null {
    return this.#known.identityAttributes
  }
  get reverse(): Relationship | null {
    return this.#reverse
  }
  get primaryJoin(): ColumnElement<boolean> {
    return this.joinCondition(null, null, null).primary
  }
  get secondaryJoin(): ColumnElement<boolean> | null {
    return this.joinCondition(null, null, null).secondary
  }
  get orderBy(): readonly ColumnElement[] {
    return this.orderingOf(null)
  }

  get #known(): Settled {
    if (this.#settled === null)
      throw new InvalidRequestError(`${this.place} is used before the mapped classes were configured`)
    return this.#settled
  }

  orderingOf(target: FromClause | null): readonly ColumnElement[] {
    const { orderBy } = this.#config.settings
    if (orderBy === undefined) return []
    const from = target ?? this.target.table
    if (typeof orderBy === 'function') {
      const order = orderBy(from.columns as never)
      return Array.isArray(order) ? order : [order as ColumnElement]
    }
    const names: readonly string[] = typeof orderBy === 'string' ? [orderBy] : orderBy
    return names.map((name) => {
      const column = from.columns[name]
      if (column !== undefined) return column
      throw new ArgumentError(
        `${this.place}: orderBy names ${quoteName(name)}, which is no column of ${this.target.className}${suggestion(name, Object.keys(from.columns))}`,
      )
    })
  }

  joinCondition(left: FromClause | null, right: FromClause | null, secondary: FromClause | null): RelationshipJoin {
    const { target, direction, pairs, secondaryPairs } = this.#known
    const { primaryJoin, secondaryJoin } = this.#config.settings
    const near = left ?? this.mapper.table
    const far = right ?? target.table
    const between = this.secondary === null ? null : (secondary ?? this.secondary)
    const next = between ?? far
    const equated = (source: FromClause, list: readonly ColumnPair[], foreign: FromClause): ColumnElement<boolean> =>
      and(...list.map((pair) => equal(columnIn(source, pair.source), columnIn(foreign, pair.target))))
    const primary =
      primaryJoin !== undefined
        ? (primaryJoin(near.columns as never, next.columns as never) as ColumnElement<boolean>)
        : direction === 'manyToOne'
          ? equated(far, pairs, near)
          : equated(near, pairs, next)
    if (between === null) return { primary, secondary: null }
    const second =
      secondaryJoin !== undefined
        ? (secondaryJoin(far.columns as never, between.columns as never) as ColumnElement<boolean>)
        : equated(far, secondaryPairs, between)
    return { primary, secondary: second }
  }

  /**
   * First phase: target, join and direction.
   *
   * @throws MappingError, NoForeignKeysError, AmbiguousForeignKeysError, ArgumentError
   */
  settleJoin(): void {
    if (this.#settled !== null) return
    const { settings, isList } = this.#config
    const target = this.#findTarget()
    const secondary = secondaryOf(this.place, settings.secondary)
    const local = this.mapper.table
    const remote = target.table
    const tables = secondary === null ? [local, remote] : [secondary]
    const foreignKeys = namedColumns(this.place, 'foreignKeys', settings.foreignKeys, tables)
    const remoteSide = namedColumns(this.place, 'remoteSide', settings.remoteSide, [remote])
    const known = settings.useList ?? isList
    const plan =
      settings.primaryJoin === undefined
        ? planJoin({
            place: this.place,
            local,
            remote,
            secondary,
            foreignKeys,
            remoteSide,
            isList: known,
            mirror: this.#mirrorSide(target),
          })
        : this.#planExplicit(remote, secondary, foreignKeys)
    const isCollection = this.#isCollection(plan.direction)
    const identityAttributes = this.#identityOf(target, plan)
    this.#settled = { ...plan, target, secondary, isCollection, identityAttributes }
    this.#checkCascade()
    this.orderingOf(null)
  }

  /** Second phase: the mirror. @throws MappingError */
  settleReverse(): void {
    const name = this.#config.settings.backPopulates
    if (name === undefined) return
    const { target } = this
    const other = target.attributes.get(name)
    const known = target.relationships.map((relationship) => relationship.key)
    if (other === undefined)
      throw new MappingError(
        `${this.place}: backPopulates is ${quoteName(name)}, but ${target.className} has no such relationship${suggestion(name, known)}`,
      )
    if (!(other instanceof Relationship))
      throw new MappingError(
        `${this.place}: backPopulates is ${quoteName(name)}, but ${target.className}.${name} is a column; it names the relationship that leads back`,
      )
    if (other.#reverse !== null && other.#reverse !== this)
      throw new MappingError(
        `${this.place} and ${other.#reverse.place} both say that ${other.place} is their reverse; a relationship mirrors one other`,
      )
    this.#reverse = other
    other.#reverse = this
  }

  /** Third phase: whether both sides fit. @throws MappingError */
  checkReverse(): void {
    const other = this.#reverse
    if (other === null) return
    if (other.target !== this.mapper)
      throw new MappingError(
        `${this.place}: backPopulates is ${quoteName(other.key)}, but ${other.place} leads to ${other.target.className}, not back to ${this.mapper.className}`,
      )
    const theirs = other.#config.settings.backPopulates
    if (theirs !== undefined && theirs !== this.key)
      throw new MappingError(
        `${this.place}: backPopulates is ${quoteName(other.key)}, but ${other.place} says that its reverse is ${quoteName(theirs)}`,
      )
    const bothMany = this.direction === 'manyToMany' && other.direction === 'manyToMany'
    if (bothMany && this.secondary !== other.secondary)
      throw new MappingError(`${this.place} and ${other.place} mirror each other, but go through different tables`)
    if (!bothMany && this.direction === other.direction)
      throw new MappingError(
        `${this.place} and ${other.place} mirror each other, but both are ${this.direction}; one of a table joined with itself needs { remoteSide }`,
      )
    if (bothMany !== (this.direction === 'manyToMany' || other.direction === 'manyToMany'))
      throw new MappingError(
        `${this.place} and ${other.place} mirror each other, but only one of them has a secondary table`,
      )
  }

  /** What the relationship that leads back says of its side. */
  #mirrorSide(target: Mapper): Pick<JoinRequest, 'remoteSide' | 'isList'> | null {
    const name = this.#config.settings.backPopulates
    const named = name === undefined ? undefined : target.attributes.get(name)
    const other =
      named ??
      target.relationships.find(
        (each) => each instanceof Relationship && each.#config.settings.backPopulates === this.key && each !== this,
      )
    if (!(other instanceof Relationship)) return null
    const { settings, isList } = other.#config
    const remoteSide = namedColumns(other.place, 'remoteSide', settings.remoteSide, [this.mapper.table])
    return { remoteSide, isList: settings.useList ?? isList }
  }

  #findTarget(): Mapper {
    let given: unknown
    try {
      given = this.#config.target()
    } catch (cause) {
      throw new MappingError(
        `${this.place}: the class it refers to could not be found; are all modules of mapped classes loaded before the first use?`,
        { cause },
      )
    }
    const mapper = findMapper(given)
    if (mapper !== null) return mapper
    const what =
      typeof given === 'function' ? `class ${given.name}, which is not mapped: put @Entity() before it` : String(given)
    throw new MappingError(
      given === undefined
        ? `${this.place} refers to a class that is undefined; are all modules of mapped classes loaded before the first use?`
        : `${this.place} refers to ${what}`,
    )
  }

  #planExplicit(remote: Table, secondary: Table | null, foreignKeys: readonly SchemaColumn[] | null): JoinPlan {
    const { primaryJoin, secondaryJoin } = this.#config.settings
    if (primaryJoin === undefined) throw new ArgumentError(`${this.place} has no primaryJoin`)
    const first = pairsOfJoin(readJoin(primaryJoin, this.mapper.table, secondary ?? remote), foreignKeys)
    const second =
      secondary === null || secondaryJoin === undefined
        ? []
        : pairsOfJoin(readJoin(secondaryJoin, remote, secondary), foreignKeys)
    const needed = secondary === null ? [first] : [first, second]
    if (needed.some((pairs) => pairs.length === 0) && !this.viewOnly)
      throw new MappingError(
        `${this.place}: the join equates no foreign key with the column it refers to; name it by { foreignKeys }, or say { viewOnly: true }`,
      )
    const isNear = first.every((each) => each.foreignIsNear) && first.length > 0
    const direction = secondary !== null ? 'manyToMany' : isNear ? 'manyToOne' : 'oneToMany'
    return { direction, pairs: first.map((each) => each.pair), secondaryPairs: second.map((each) => each.pair) }
  }

  #isCollection(direction: Direction): boolean {
    const { settings, isList } = this.#config
    const known = settings.useList ?? isList
    if (direction === 'manyToOne') {
      if (known === true)
        throw new MappingError(
          `${this.place} is a collection, but the foreign key is on ${this.mapper.className}, so there is one object at most: give the property the class's type, or put the foreign key on the other side`,
        )
      return false
    }
    return known ?? true
  }

  #identityOf(target: Mapper, plan: JoinPlan): readonly ColumnAttributeLike[] | null {
    const { primaryJoin } = this.#config.settings
    if (plan.direction !== 'manyToOne' || plan.pairs.length !== target.primaryKey.length) return null
    if (primaryJoin !== undefined && !readJoin(primaryJoin, this.mapper.table, target.table).onlyEqual) return null
    const attributes = target.primaryKey.map(({ column }) => {
      const pair = plan.pairs.find((each) => each.source === column)
      return pair === undefined ? null : this.mapper.attributeOfColumn(pair.target)
    })
    return attributes.every((attribute) => attribute !== null) ? attributes : null
  }

  #checkCascade(): void {
    if (this.cascade.deleteOrphan && this.direction !== 'oneToMany')
      throw new MappingError(
        `${this.place} is ${this.direction}, and the cascade 'delete-orphan' belongs to the one-to-many side: put it on the relationship of ${this.target.className} that leads here`,
      )
  }
}

function equal(one: NamedElement, other: NamedElement): ColumnElement<boolean> {
  return new Binary<boolean>(one, eq, other, BooleanType)
}

/** The column of a FROM element that stands for a column of the table. */
function columnIn(from: FromClause, column: SchemaColumn): NamedElement {
  const found = from.corresponding(column)
  if (found === null)
    throw new InvalidRequestError(
      `Column ${quoteName(`${column.table.key}.${column.key}`)} is not offered by what stands for its table in this statement`,
    )
  return found
}
