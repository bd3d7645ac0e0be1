// Whether a statement can only have read: then nobody has to wait for the end of its transaction.
import type { DriverStatement } from '../dialect/contract/driver.ts'

const READS = /^\s*(?:select|show|values|table|with|\()/i
/** What locks or writes; as part of other words too, which costs no more than a wait. */
const MORE = /\b(?:for|into|insert|update|delete|merge)\b|lock/i

const known: WeakMap<DriverStatement, boolean> = new WeakMap()

/** Whether a statement takes no lock that others could wait for, apart from what its functions do. */
export function onlyReads(statement: DriverStatement): boolean {
  let reads = known.get(statement)
  if (reads === undefined) {
    reads = READS.test(statement.sql) && !MORE.test(statement.sql)
    known.set(statement, reads)
  }
  return reads
}
