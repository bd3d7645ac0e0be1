// Dates and bytes, also those of another realm: what a REPL, Jest or `node:vm` made is of classes of its own.

/** Whether a value is a Date. */
export function isDate(value: unknown): value is Date {
  return value instanceof Date || isForeign(value, '[object Date]')
}

/** Whether a value is a Uint8Array; a Buffer is one. */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || (ArrayBuffer.isView(value) && isForeign(value, '[object Uint8Array]'))
}

function isForeign(value: unknown, tag: string): boolean {
  if (typeof value !== 'object' || value === null || Object.prototype.toString.call(value) !== tag) return false
  // An object may call itself what it is not; these are called so without a word of theirs.
  return ArrayBuffer.isView(value) || !(Symbol.toStringTag in value)
}
