// `mapped(User)`, `aliased(User)`: the typed handles on a class's attributes, and the relationships among these.
import { ArgumentError, InvalidRequestError } from '../../errors.ts'
import { CLAUSE_ELEMENT, type HasJoinTarget, JOIN_TARGET, type JoinStep } from '../../expression/base/protocol.ts'
import { not, or } from '../../expression/comparator/conjunction.ts'
import type { ColumnElement, NamedElement } from '../../expression/element/column-element.ts'
import { Alias } from '../../expression/from/alias.ts'
import type { EntityHandle, EntityInstance } from '../../expression/from/typed.ts'
import { quoteName, suggestion } from '../../nearest.ts'
import type { StateLike } from '../contract/orm.ts'
import { describe } from '../instrument/events.ts'
import { mapperOf } from '../map/mapped-class.ts'
import type { Relationship } from '../map/relationship.ts'
import type { AttributeKeys, IsRelationship, RelatedOf } from '../map/typed.ts'
import { stateOf } from '../state/state.ts'
import { aliasOfMapper, clauseOfMapper, EntityClause } from './entity-clause.ts'
import { existsRelated, foreignKeyIsNull, holdsMember, refersTo, refersToNone } from './relationship-criteria.ts'

/** The typed handle on a class's attributes: columns as expressions, relationships as {@link RelationshipAttribute}. */
export type Mapped<E, Source = E> = EntityHandle<E, Source> & {
  readonly [K in AttributeKeys<E> as K extends keyof E ? K : never]: K extends keyof E & string
    ? IsRelationship<E[K]> extends true
      ? RelationshipAttribute<E[K]>
      : NamedElement<K, E[K], Source>
    : never
}

/** Stands for an alias of a class, so that an outer join of the one makes nothing of the other nullable. */
export interface AliasOf<E, Name> {
  readonly '~aliasOf': E
  readonly '~name': Name
}

/** A class of entities, as handles take it. */
export type MappedClass<E> = abstract new (...args: never) => E

/** A criterion on related objects, or a function that makes it of their handle. */
export type RelatedCriterion<V> =
  | ColumnElement<boolean | null>
  | ((related: Mapped<RelatedOf<V>>) => ColumnElement<boolean | null>)

/**
 * The handle on the attributes of a mapped class; the same for each call.
 *
 * @throws UnmappedClassError
 * @throws MappingError a relationship of the registry contradicts itself or the tables.
 * @example
 * const u = mapped(User)
 * select(u).where(u.name.eq('ed'))
 * // SELECT user_account.id, user_account.name FROM user_account WHERE user_account.name = :name_1
 */
export function mapped<E extends EntityInstance>(entity: MappedClass<E>): Mapped<E> {
  return handleOf(clauseOfMapper(mapperOf(entity))) as Mapped<E>
}

/**
 * The handle on an alias of a mapped class, a new one each time.
 *
 * @param name the alias's name in SQL, and the object's key in rows; default: the compiler chooses.
 * @throws UnmappedClassError
 * @example
 * const manager = aliased(Employee, 'manager')
 * select(Employee).join(mapped(Employee).manager.ofType(manager))
 * // ... FROM employee JOIN employee AS manager ON manager.id = employee.manager_id
 */
export function aliased<E extends EntityInstance, Name extends string>(
  entity: MappedClass<E>,
  name?: Name,
): Mapped<E, AliasOf<E, Name>> {
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    throw new ArgumentError('aliased(Class, name): the name is a text that is not empty')
  return handleOf(aliasOfMapper(mapperOf(entity), name ?? null)) as Mapped<E, AliasOf<E, Name>>
}

const handles: WeakMap<EntityClause, object> = new WeakMap()

/** The handle on an entity of a statement. */
export function handleOf(clause: EntityClause): object {
  const known = handles.get(clause)
  if (known !== undefined) return known
  const handle: Record<string | symbol, unknown> = Object.create(unknownAttribute(clause))
  const hidden = { enumerable: false, configurable: false, writable: false }
  Object.defineProperty(handle, CLAUSE_ELEMENT, { value: () => clause, ...hidden })
  for (const [index, { key }] of clause.mapper.columns.entries()) handle[key] = clause.columns[index]
  for (const { key } of clause.mapper.relationships) {
    const relationship = clause.mapper.attributes.get(key) as Relationship
    handle[key] = new RelationshipAttribute(clause, relationship, null)
  }
  handles.set(clause, handle)
  return handle
}

/** The entity that a handle, a class or an element stands for; null where it is none. */
export function entityClauseIn(value: unknown): EntityClause | null {
  if (value instanceof EntityClause) return value
  const isCandidate = (typeof value === 'object' && value !== null) || typeof value === 'function'
  const element: unknown = isCandidate
    ? (value as { readonly [CLAUSE_ELEMENT]?: () => unknown })[CLAUSE_ELEMENT]?.()
    : null
  return element instanceof EntityClause ? element : null
}

/** Names that are asked of any object, by `await`, by printing, by test runners. */
const ASKED_OF_ANYTHING = /^(?:then|toJSON|asymmetricMatch|nodeType|tagName|hasAttribute|[$@]+.*)$/

/** Behind the own properties of a handle: an attribute that is asked for and is not there is a mistake. */
function unknownAttribute(clause: EntityClause): object {
  return new Proxy(Object.freeze({}), {
    get(_target, key) {
      if (typeof key === 'symbol' || ASKED_OF_ANYTHING.test(key)) return undefined
      if (key in Object.prototype) return Reflect.get(Object.prototype, key)
      throw new ArgumentError(
        `${clause.mapper.className} has no attribute ${quoteName(key)}${suggestion(key, clause.mapper.attributes.keys())}`,
      )
    },
  })
}

/** It is a target of joins; declared apart because a class body cannot declare a symbol key under isolated declarations. */
// biome-ignore lint/correctness/noUnusedVariables: merged declarations have the same parameters
export interface RelationshipAttribute<V = unknown, Source = RelatedOf<V>> extends HasJoinTarget {}

/**
 * A relationship in statements: `mapped(User).addresses`.
 *
 * It can be joined along, loaded along (`selectinload(u.addresses)`), and compared.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the merged member is defined in the static block
export class RelationshipAttribute<V = unknown, Source = RelatedOf<V>> {
  /** Declared only. */
  declare readonly '~related'?: V
  /** What a join along it brings into a statement; declared only. */
  declare readonly '~source': Source
  /** @internal What stands for the class that has it. */
  readonly parent: EntityClause
  /** @internal */
  readonly relationship: Relationship
  /** @internal The alias that stands for the related class; null for its table. */
  readonly of: EntityClause | null

  /** @internal */
  constructor(parent: EntityClause, relationship: Relationship, of: EntityClause | null) {
    this.parent = parent
    this.relationship = relationship
    this.of = of
  }

  /** The property's name. */
  get key(): string {
    return this.relationship.key
  }

  /**
   * The same relationship, led to an alias of the related class.
   *
   * @throws ArgumentError the alias is of another class.
   * @example
   * select(u).join(u.addresses.ofType(work)).where(work.email.like('%@work'))
   * // ... JOIN address AS work ON user_account.id = work.user_id WHERE work.email LIKE :email_1
   */
  ofType<S>(alias: EntityHandle<RelatedOf<V>, S>): RelationshipAttribute<V, S> {
    const of = entityClauseIn(alias)
    if (of === null || of.mapper !== this.relationship.target)
      throw new ArgumentError(
        `${this.relationship.place}.ofType() takes an alias of ${this.relationship.target.className}: aliased(${this.relationship.target.className})`,
      )
    return new RelationshipAttribute<V, S>(this.parent, this.relationship, of)
  }

  /**
   * Rows that have a related object, of a collection.
   *
   * @param criterion which related objects count; default all.
   * @throws InvalidRequestError the relationship is no collection: use {@link has}.
   * @example
   * select(u).where(u.addresses.any((a) => a.email.like('%@x')))
   * // ... WHERE EXISTS (SELECT 1 FROM address WHERE user_account.id = address.user_id AND address.email LIKE :email_1)
   */
  any(criterion?: RelatedCriterion<V>): ColumnElement<boolean> {
    if (!this.relationship.isCollection) throw this.#misuse('any', 'has')
    return this.#exists(criterion)
  }

  /**
   * Rows whose reference holds an object.
   *
   * @param criterion which objects count; default all.
   * @throws InvalidRequestError the relationship is a collection: use {@link any}.
   * @example
   * select(a).where(a.user.has((u) => u.name.eq('ed')))
   * // ... WHERE EXISTS (SELECT 1 FROM user_account WHERE user_account.id = address.user_id AND user_account.name = :name_1)
   */
  has(criterion?: RelatedCriterion<V>): ColumnElement<boolean> {
    if (this.relationship.isCollection) throw this.#misuse('has', 'any')
    return this.#exists(criterion)
  }

  /**
   * Rows whose collection has the object as a member.
   *
   * @throws InvalidRequestError the relationship is no collection: use {@link eq}.
   * @example
   * select(u).where(u.addresses.contains(address))
   * // ... WHERE user_account.id = :userId_1
   */
  contains(member: RelatedOf<V>): ColumnElement<boolean> {
    if (!this.relationship.isCollection) throw this.#misuse('contains', 'eq')
    return holdsMember(this.#place(), this.#stateOf(member, 'contains'))
  }

  /**
   * Rows whose reference is the object, or, with null, empty.
   *
   * @throws InvalidRequestError the relationship is a collection: use {@link contains}.
   * @example
   * select(a).where(a.user.eq(user))   // ... WHERE address.user_id = :id_1
   * select(a).where(a.user.eq(null))   // ... WHERE address.user_id IS NULL
   */
  eq(related: RelatedOf<V> | null): ColumnElement<boolean> {
    if (this.relationship.isCollection) throw this.#misuse('eq', 'contains')
    if (related === null) return refersToNone(this.#place(), this.#target().from)
    return refersTo(this.#place(), this.#stateOf(related, 'eq'))
  }

  /** Rows whose reference is not the object; those where it is empty too. With null: where it is not empty. */
  ne(related: RelatedOf<V> | null): ColumnElement<boolean> {
    const equal = this.eq(related)
    return related === null ? not(equal) : or(not(equal), ...foreignKeyIsNull(this.#place()))
  }

  static {
    Object.defineProperty(RelationshipAttribute.prototype, JOIN_TARGET, {
      value(this: RelationshipAttribute): readonly JoinStep[] {
        return this.#joinSteps()
      },
    })
  }

  #joinSteps(): readonly JoinStep[] {
    const { relationship, parent } = this
    const right = this.of?.from ?? relationship.target.table
    if (right === parent.from)
      throw new InvalidRequestError(
        `${relationship.place} joins ${quoteName(relationship.target.className)} with itself: join an alias, ${relationship.key}.ofType(aliased(${relationship.target.className}))`,
      )
    if (relationship.secondary === null)
      return [{ right, on: relationship.joinCondition(parent.from, right, null).primary }]
    const between = new Alias(relationship.secondary, null)
    const { primary, secondary } = relationship.joinCondition(parent.from, right, between)
    return secondary === null
      ? [{ right, on: primary }]
      : [
          { right: between, on: primary },
          { right, on: secondary },
        ]
  }

  #exists(criterion: RelatedCriterion<V> | undefined): ColumnElement<boolean> {
    const target = this.#target()
    const given =
      typeof criterion === 'function' ? criterion(handleOf(target) as Mapped<RelatedOf<V>>) : (criterion ?? null)
    return existsRelated(this.#place(), target.from, given)
  }

  /** What stands for the related class in a subquery: an alias where its table is that of this class. */
  #target(): EntityClause {
    if (this.of !== null) return this.of
    const { target } = this.relationship
    return target.table === this.parent.mapper.table ? aliasOfMapper(target, null) : clauseOfMapper(target)
  }

  #place(): { readonly relationship: Relationship; readonly from: EntityClause['from'] } {
    return { relationship: this.relationship, from: this.parent.from }
  }

  #stateOf(related: unknown, method: string): StateLike {
    const state = stateOf(related)
    if (state !== null && state.mapper === this.relationship.target) return state
    throw new ArgumentError(
      `${this.relationship.place}.${method}() takes an object of class ${this.relationship.target.className}${method === 'eq' ? ' or null' : ''}; got ${describe(related)}`,
    )
  }

  #misuse(asked: string, instead: string): InvalidRequestError {
    const sort = this.relationship.isCollection ? 'a collection' : 'a reference to one object'
    return new InvalidRequestError(`${this.relationship.place} is ${sort}: use ${instead}() in place of ${asked}()`)
  }
}
