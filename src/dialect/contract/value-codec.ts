// How an application wants values of a type where nothing else says it: an option of engines.

/**
 * How the values of one of the database's types are read and written where the statement declares no type of this library:
 * rows of SQL given as a string, of `text()` without columns, columns whose type is not known; parameters of SQL given as a
 * string. Arrays, composite types and domains of the type go by it too. Typed columns keep their type's values. SQLite, whose
 * values tell their own types, minds none of them.
 */
export interface ValueCodec<V = unknown> {
  /** The type as the database names it (`numeric`, `timestamptz`, `shop.price`), or its number. */
  readonly type: string | number
  /** What the server's text becomes. Default: what it becomes without this. */
  readonly decode?: (text: string) => V
  /** Instances of this class are taken as parameters where no type is declared. */
  readonly class?: abstract new (
    ...args: never[]
  ) => V
  /** The text that an instance of {@link class} is sent as. Default `String(value)`. */
  encode?(value: V): string
}
