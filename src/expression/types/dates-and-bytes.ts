// Dates and bytes, also those of another realm: what a REPL, Jest or `node:vm` made is of classes of its own.

/** Whether a value is a Date. */
export function isDate(value: unknown): value is Date {
  // What has no such method is asked no further: each object of a document comes by here.
  return value instanceof Date || (hasGetTime(value) && isForeign(value, '[object Date]'))
}

/** Whether a value is a Uint8Array; a Buffer is one. */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || (ArrayBuffer.isView(value) && isForeign(value, '[object Uint8Array]'))
}

function hasGetTime(value: unknown): boolean {
  return typeof value === 'object' && value !== null && typeof (value as { getTime?: unknown }).getTime === 'function'
}

function isForeign(value: unknown, tag: string): boolean {
  if (typeof value !== 'object' || value === null || Object.prototype.toString.call(value) !== tag) return false
  // An object may call itself what it is not; these are called so without a word of theirs.
  return ArrayBuffer.isView(value) || !(Symbol.toStringTag in value)
}
