// `@Relationship`: a property that holds an object of another class, or a collection of them.

import { ArgumentError } from '../../errors.ts'
import type { ColumnElement } from '../../expression/element/column-element.ts'
import type { TableClause } from '../../expression/from/table-clause.ts'
import type { EntityInstance } from '../../expression/from/typed.ts'
import type {
  PropertyKeyOrContext,
  PropertyResult,
  RelatedProperty,
} from '../../expression/schema/property-decorator.ts'
import type { CascadeOption } from '../map/cascade.ts'
import { type ColumnNames, checkSettings, type RelationshipSettings } from '../map/relationship-settings.ts'
import type { AttributeKeys } from '../map/typed.ts'
import type { Mapped } from '../query/aliased.ts'
import type { EntityClass } from './base.ts'
import { declare } from './declaration.ts'

/** Options of {@link Relationship}; `E` is the related class. */
export interface RelationshipOptions<E> {
  /** The relationship of the related class that leads back; both are kept in step. Default: none, or the one that names this. */
  readonly backPopulates?: AttributeKeys<E> & string
  /** What follows an object along the relationship. Default `'save-update, merge'`; a parent's parts: `'all, delete-orphan'`. */
  readonly cascade?: CascadeOption
  /**
   * How it is loaded where a query says nothing. `'select'` (default): on request, `await user.awaitable.addresses`. `'joined'`, `'selectin'`: with
   * every object. `'raise'`: only where a query asks for it.
   */
  readonly lazy?: RelationshipSettings['lazy']
  /** The association table of a many-to-many, or a function that gives it. */
  readonly secondary?: TableClause | (() => TableClause)
  /** The foreign key columns to follow, by property name, where the tables have several; of a many-to-many: those that refer to this side. */
  readonly foreignKeys?: ColumnNames
  /** Of a table joined with itself: the columns of the far side. The one object referred to: `'id'`. */
  readonly remoteSide?: ColumnNames
  /**
   * The join, as a function of the columns of this side and of the far side (or of the association table). Default: along the foreign key.
   *
   * @example { primaryJoin: (user: Mapped<User>, mail) => user.id.eq(mail.userId).and(mail.kind.eq('home')) }
   */
  readonly primaryJoin?: (near: never, far: Mapped<E>) => ColumnElement<boolean | null>
  /** With `secondary` and `primaryJoin`: the join of the related class, the first argument, with the association table, the second. */
  readonly secondaryJoin?: (near: Mapped<E>, far: never) => ColumnElement<boolean | null>
  /** The order of a collection: properties of the related class, or a function that gives expressions of its columns. */
  readonly orderBy?:
    | AttributeKeys<E>
    | readonly AttributeKeys<E>[]
    | ((related: Mapped<E>) => ColumnElement | readonly ColumnElement[])
  /** The database deletes related rows itself (`ON DELETE CASCADE`), so that they need not be loaded; `'all'` leaves loaded ones to it too. Default false. */
  readonly passiveDeletes?: boolean | 'all'
  /** Only loaded; changes are never written. Default false. */
  readonly viewOnly?: boolean
  /** Whether it is a collection. Default: what the property's type or the foreign key's side says. False makes a one-to-one. */
  readonly useList?: boolean
}

/** What {@link Relationship} makes: a decorator of properties that hold `E` objects, in both dialects of decorators. */
export type RelationshipDef<E> = <T, const K extends PropertyKeyOrContext>(
  target: T,
  property: RelatedProperty<T, K, E>,
  descriptor?: PropertyDescriptor,
) => PropertyResult<T>

/**
 * A property that holds an object of another mapped class, or a collection of them.
 *
 * The join follows the one foreign key between the two tables. Whether it is a collection is told by the property's type where the compiler emits it,
 * else by the side that has the foreign key: there one object, on the other side a collection.
 *
 * @param related a function that gives the class, which may be declared later.
 * @throws ArgumentError an unknown option or word; what depends on the other class is found at first use.
 * @example
 * ```ts
 * @Relationship(() => Address, { backPopulates: 'user', cascade: 'all, delete-orphan' }) addresses!: Address[]
 * ```
 */
export function Relationship<E extends EntityInstance>(
  related: () => EntityClass<E>,
  options: RelationshipOptions<E> = {},
): RelationshipDef<E> {
  if (typeof related !== 'function' || isClass(related))
    throw new ArgumentError('@Relationship takes a function that gives the class: @Relationship(() => Address)')
  const settings = checkSettings('@Relationship()', options)
  const decorate = (first: unknown, second: unknown): void => {
    declare('@Relationship', first, second, { kind: 'relationship', target: related, settings })
  }
  return decorate as unknown as RelationshipDef<E>
}

/** A class is a function too, but calling it throws. */
function isClass(value: (...args: never) => unknown): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value))
}

/**
 * The type of a property that holds one object of a class that is declared later in the module, or in a module of a circle: compilers that emit
 * property types would read the class before it exists.
 *
 * @example
 * ```ts
 * @Relationship(() => User, { backPopulates: 'addresses' }) user!: Related<User>
 * ```
 */
export type Related<E> = E
