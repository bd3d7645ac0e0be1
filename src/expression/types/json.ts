// JSON documents.
import { checkKeys } from '../../nearest.ts'
import { type Affinity, SqlType, type TypeHost, type ValueProcessor } from './type.ts'

/** Whether two parsed documents are equal, key order aside. */
function sameDocument(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const keys = Object.keys(one)
  if (keys.length !== Object.keys(other).length) return false
  return keys.every(
    (key) =>
      Object.hasOwn(other, key) &&
      sameDocument((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]),
  )
}

/**
 * The JSON value `null`, where null itself is SQL's NULL. It is a value of its own and typed as null, as it reads back as one.
 * @example
 * insert(docs).values({ body: jsonNull })   // the document null, not NULL
 */
export const jsonNull: null = Symbol('tsalchemy.jsonNull') as unknown as null

/** Options of {@link JSON}. */
export interface JsonOptions {
  /** Whether null is SQL's NULL. Default true; false sends null as the JSON value `null`, and `sqlNull` is SQL's. */
  readonly noneAsNull?: boolean
}

/** See {@link JSON}. */
export class JsonType<V = unknown> extends SqlType<V> {
  readonly kind: string
  readonly affinity: Affinity = 'json'
  readonly noneAsNull: boolean
  constructor(kind: 'json' | 'jsonb' = 'json', options: JsonOptions = {}) {
    super()
    checkKeys(kind === 'json' ? 'JSON()' : 'JSONB()', options, [], ['noneAsNull'])
    this.kind = kind
    this.noneAsNull = options.noneAsNull ?? true
  }
  override shape(): readonly boolean[] {
    return [this.noneAsNull]
  }
  override bindProcessor(_host: TypeHost): ValueProcessor | null {
    return this.noneAsNull ? null : (value) => (value === null ? jsonNull : value)
  }
  override sameValue(one: V | null | undefined, other: V | null | undefined): boolean {
    return sameDocument(one, other)
  }
}
// Without a type argument nothing is inferred: among other generic calls that would be `never`.
/**
 * JSON; the parsed document, typed by the caller: `JSON<{ dark: boolean }>()`.
 * @example
 * Column(JSON<Settings>())                       // JSON; Settings
 * Column(JSON<Settings>({ noneAsNull: false }))  // null is the document null
 */
export function JSON(options?: JsonOptions): JsonType
export function JSON<V>(options?: JsonOptions): JsonType<V>
export function JSON<V>(options: JsonOptions = {}): JsonType<V> {
  return new JsonType<V>('json', options)
}

/** A key of a document. @internal */
export class JsonKeyType extends SqlType<string> {
  readonly kind: string = 'jsonKey'
  readonly affinity: Affinity = 'string'
}
/** Keys from the outside to the inside. @internal */
export class JsonPathType extends SqlType<readonly string[]> {
  readonly kind: string = 'jsonPath'
  readonly affinity: Affinity = 'other'
}
/** A path in the language of SQL/JSON, such as `$.a[*] ? (@ > 5)`. */
export class JsonPathQueryType extends SqlType<string> {
  readonly kind: string = 'jsonPathQuery'
  readonly affinity: Affinity = 'other'
}
