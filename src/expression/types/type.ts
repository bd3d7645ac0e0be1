// `SqlType<V>`: what a type knows of its values; how it is spelt and sent is the dialects' matter.

/** Which family a type belongs to: decides the operators and what two types give together. */
export type Affinity =
  | 'null'
  | 'string'
  | 'integer'
  | 'numeric'
  | 'float'
  | 'boolean'
  | 'date'
  | 'time'
  | 'datetime'
  | 'interval'
  | 'binary'
  | 'uuid'
  | 'json'
  | 'array'
  | 'range'
  | 'tuple'
  | 'other'

/** What a type may ask of the dialect that it is used with. */
export interface TypeHost {
  readonly name: string
}

/** Changes one value on its way to or from the driver. */
export type ValueProcessor = (value: unknown) => unknown

/** Registry of type shapes: equal types share one number, so that statements built anew have the same key. Process-wide, grows with the number of different types a program declares. */
const shapes: Map<string, number> = new Map()
let lastShape = 0

/** Numbers a type's shape. */
function shapeNumber(shape: string): number {
  const known = shapes.get(shape)
  if (known !== undefined) return known
  lastShape += 1
  shapes.set(shape, lastShape)
  return lastShape
}

let lastOpaque = 0

function shapeText(type: SqlType): string {
  const shape = type.shape()
  if (shape !== null)
    return JSON.stringify([type.kind, ...shape.map((part) => (part instanceof SqlType ? { type: part.id } : part))])
  lastOpaque += 1
  return JSON.stringify([type.kind, { opaque: lastOpaque }])
}

/** A SQL type whose values are `V` in TypeScript. */
export abstract class SqlType<V = unknown> {
  /** The TypeScript type of the values; declared only, nothing at run time. */
  declare readonly '~value'?: V
  /** The type's key in a dialect's tables of spellings and codecs: `integer`, `string`, `array`. */
  abstract readonly kind: string
  abstract readonly affinity: Affinity
  /** Arguments that tell this type from others of its kind: length, precision, element type; null makes every instance a type of its own. */
  shape(): readonly (string | number | boolean | SqlType | null)[] | null {
    return []
  }

  /** Number in cache keys; equal for equal types. */
  get id(): number {
    const id = shapeNumber(shapeText(this))
    // Kept where the next look finds it first, and out of sight, so that types that are equal look equal.
    Object.defineProperty(this, 'id', { value: id })
    return id
  }

  /** What a value becomes before the dialect's codec encodes it; null where nothing is to be done. */
  bindProcessor(_host: TypeHost): ValueProcessor | null {
    return null
  }

  /** What a decoded value becomes; null where nothing is to be done. */
  resultProcessor(_host: TypeHost): ValueProcessor | null {
    return null
  }

  /** Whether two values are the same in the database's eyes; decides whether an UPDATE is needed. */
  sameValue(one: V | null | undefined, other: V | null | undefined): boolean {
    return one === other
  }
}

/** The TypeScript type of a SQL type's values. */
export type ValueOf<T> = T extends SqlType<infer V> ? V : never
