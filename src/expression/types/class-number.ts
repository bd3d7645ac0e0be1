// Classes of users, numbered for cache keys.

const numbers: WeakMap<object, number> = new WeakMap()
let last = 0

/** The number of a class or prototype: the same for the same object. */
export function classNumber(of: object): number {
  let number = numbers.get(of)
  if (number === undefined) {
    last += 1
    number = last
    numbers.set(of, number)
  }
  return number
}
