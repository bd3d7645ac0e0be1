// Objects that were written `{...}`, told from those of somebody's class.

/** An object that was written `{...}` or parsed from JSON: nothing that stands for one value. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype || isObjectPrototype(prototype as object)
}

/** Whether it is the end of a chain in another realm: objects that a REPL, Jest or `node:vm` made are plain as well. */
function isObjectPrototype(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}
