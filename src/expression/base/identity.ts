// Numbers for objects that outlive statements: tables, columns, types, mappers.

let last = 0

/** The next number; numbers are never used again in this process. */
export function nextIdentity(): number {
  last += 1
  return last
}
