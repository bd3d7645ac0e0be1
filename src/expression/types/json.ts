// JSON documents.
import { type Affinity, SqlType } from './type.ts'

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

/** See {@link JSON}. */
export class JsonType<V = unknown> extends SqlType<V> {
  readonly kind: string
  readonly affinity: Affinity = 'json'
  constructor(kind: 'json' | 'jsonb' = 'json') {
    super()
    this.kind = kind
  }
  override sameValue(one: V | null | undefined, other: V | null | undefined): boolean {
    return sameDocument(one, other)
  }
}
/** JSON; the parsed document, typed by the caller: `JSON<{ dark: boolean }>()`. */
export function JSON<V = unknown>(): JsonType<V> {
  return new JsonType<V>()
}
