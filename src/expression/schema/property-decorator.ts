// The type of property decorators that check the property they stand before, in both dialects of decorators. Types only.

/** The second argument of a property decorator: the property's name (legacy) or its context (standard). */
export type PropertyKeyOrContext = string | ClassFieldDecoratorContext | ClassAccessorDecoratorContext

/** The type of the property. */
type Held<T, K> =
  K extends ClassFieldDecoratorContext<unknown, infer F>
    ? F
    : K extends ClassAccessorDecoratorContext<unknown, infer F>
      ? F
      : K extends keyof T
        ? T[K]
        : never

/** Stands in the message of the compiler where a property and its decorator do not fit: no decorator call has such an argument. */
export interface Mismatch<M> {
  readonly '~mismatch': M
}

/** `unknown` where a property of type `F` can hold exactly what the column yields. */
type FitsColumn<F, V> = [V] extends [F]
  ? [F] extends [V | undefined]
    ? unknown
    : Mismatch<{ property: F; column: V }>
  : Mismatch<{ property: F; column: V }>

/** The second argument where the property can hold the column's values, and a {@link Mismatch} where it cannot. */
export type ColumnProperty<T, K, V> = K & FitsColumn<Held<T, K>, V>

/** `unknown` where a property of type `F` can hold an `E`, or a collection of them. */
type FitsRelated<F, E> = [F] extends [E | null | undefined]
  ? unknown
  : [F] extends [readonly E[]]
    ? unknown
    : Mismatch<{ property: F; related: E }>

/** The second argument where the property can hold related objects, and a {@link Mismatch} where it cannot. */
export type RelatedProperty<T, K, E> = K & FitsRelated<Held<T, K>, E>

/** What a property decorator returns: for an `accessor` of standard decorators what replaces it, else nothing. */
export type PropertyResult<T> =
  // biome-ignore lint/suspicious/noConfusingVoidType: what TypeScript wants of a decorator that replaces nothing
  T extends ClassAccessorDecoratorTarget<infer This, infer F> ? ClassAccessorDecoratorResult<This, F> : void
