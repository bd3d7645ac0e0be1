// What is within the values of documents, arrays and ranges: types only.
import type { Range } from './range.ts'

/** What `.at()` takes: places of an array, keys of a document; anything of a document without a type. */
export type Subscript<V> = unknown extends V
  ? string | number
  : V extends readonly unknown[]
    ? number
    : V extends object
      ? Extract<keyof V, string>
      : never

/** What `.at()` gives. */
export type Subscripted<V, K> = unknown extends V
  ? unknown
  : V extends readonly (infer T)[]
    ? T | null
    : V extends object
      ? K extends keyof V
        ? Exclude<V[K], undefined> | (undefined extends V[K] ? null : never)
        : never
      : null

/** What `.path()` gives. */
export type AtPath<V, P extends readonly (string | number)[]> = P extends readonly [
  infer K,
  ...infer R extends readonly (string | number)[],
]
  ? AtPath<Subscripted<V, K>, R>
  : P extends readonly []
    ? V
    : unknown

/** A part of a document: objects with some of the keys, arrays with some of the members. */
export type PartOf<V> = V extends readonly (infer T)[]
  ? readonly PartOf<T>[]
  : V extends object
    ? { readonly [K in keyof V]?: PartOf<V[K]> }
    : V

/** A value of a type that has something in it. */
export type Container<V> = unknown extends V
  ? unknown
  : V extends Range<infer T>
    ? Range<T>
    : V extends object
      ? PartOf<V>
      : never

/** What a document, an array or a range can have in it. */
export type Containable<V> =
  | Container<V>
  | (V extends Range<infer T> | readonly Range<infer T>[] ? T | Range<T> : never)
