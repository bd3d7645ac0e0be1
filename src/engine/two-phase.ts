// Transactions in two phases: their names, and how the dialect speaks of them.
import { randomBytes } from 'node:crypto'
import type { Command } from '../dialect/contract/driver.ts'
import type { TwoPhaseSpelling } from '../dialect/contract/transactions.ts'
import type { Dialect } from '../dialect/dialect.ts'
import { ArgumentError, InvalidRequestError } from '../errors.ts'

/** A name that nobody else has. */
export function randomXid(): string {
  return `_sa_${randomBytes(16).toString('hex')}`
}

/**
 * How the dialect speaks of prepared transactions.
 *
 * @throws InvalidRequestError it has none.
 */
export function twoPhaseOf({ name, transactions }: Dialect): TwoPhaseSpelling {
  const spelling = transactions?.twoPhase ?? null
  if (spelling === null) throw new InvalidRequestError(`The dialect ${name} has no transactions in two phases`)
  return spelling
}

const twoPhaseBegins: WeakSet<Command> = new WeakSet()

/** BEGIN of a transaction in two phases: the same words, and the log can tell it from others. */
export function twoPhaseBegin(begin: Command): Command {
  const own = { ...begin }
  twoPhaseBegins.add(own)
  return own
}

/** Whether a command begins a transaction in two phases. */
export function beginsTwoPhase(command: Command): boolean {
  return twoPhaseBegins.has(command)
}

/** @throws ArgumentError it cannot be the name of a transaction. */
export function checkXid(dialect: Dialect, xid: unknown): string {
  const { nameBytes } = twoPhaseOf(dialect)
  const right =
    typeof xid === 'string' && xid !== '' && Buffer.byteLength(xid) <= nameBytes && !/[\0\ud800-\udfff]/u.test(xid)
  if (right) return xid
  throw new ArgumentError(
    `The name of a transaction in two phases is a text of 1 to ${nameBytes} bytes without NUL, got ${typeof xid === 'string' ? `one of ${Buffer.byteLength(xid)} bytes` : typeof xid}`,
  )
}
