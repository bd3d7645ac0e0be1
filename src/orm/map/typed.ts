// What TypeScript knows of mapped classes: their attributes, and what their constructors take. Types only.
import type { EntityInstance } from '../../expression/from/typed.ts'

/** What every entity has beside its own attributes. */
type BaseMember = keyof EntityInstance | '~inspection' | 'awaitable' | 'toJSON' | 'toObject'

/** The names of a class's attributes: columns and relationships, no methods. */
export type AttributeKeys<E> = keyof {
  [K in Exclude<keyof E, BaseMember> & string as E[K] extends (...args: never) => unknown ? never : K]: 0
}

/** What an attribute can be set to: a collection takes any array. */
type Settable<V> = V extends readonly (infer M extends EntityInstance)[] ? readonly M[] : V

/** What `new User({ ... })` takes: any of the attributes; `undefined` leaves one unset. */
export type Init<E> = {
  readonly [K in AttributeKeys<E> as K extends keyof E ? K : never]?: K extends keyof E
    ? Settable<E[K]> | undefined
    : never
}

/** The attributes of an object as promises, which load what is not there. */
export type Awaitable<E> = {
  readonly [K in AttributeKeys<E> as K extends keyof E ? K : never]: K extends keyof E ? Promise<E[K]> : never
}

/** An object's loaded attributes, as `toObject()` gives them. */
export type Plain<E> = {
  [K in AttributeKeys<E> as K extends keyof E ? K : never]?: K extends keyof E ? PlainValue<E[K]> : never
}

type PlainValue<V> = V extends readonly (infer M extends EntityInstance)[]
  ? Plain<M>[]
  : V extends EntityInstance
    ? Plain<V>
    : V

/** Whether an attribute holds other entities. */
export type IsRelationship<V> = [Exclude<V, null | undefined>] extends [EntityInstance | readonly EntityInstance[]]
  ? true
  : false

/** The class that a relationship's value is made of. */
export type RelatedOf<V> =
  NonNullable<V> extends readonly (infer E extends EntityInstance)[]
    ? E
    : NonNullable<V> extends EntityInstance
      ? NonNullable<V>
      : never
