// Objects that were written `{...}`, told from those of somebody's class.

/** An object that was written `{...}` or parsed from JSON: nothing that stands for one value. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
