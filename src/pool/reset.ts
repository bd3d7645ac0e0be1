// What a pool does to connections between two borrowers, and in the end: end what is open, test whether one lives, cut what is late.
import {
  type CommandResult,
  type DriverConnection,
  DriverError,
  type DriverNotice,
  type DriverStatement,
} from '../dialect/contract/driver.ts'
import { LONGEST_TIMER_MS } from './wait-queue.ts'

/** A server that does not answer a command that costs nothing within this time is taken for dead. */
const ANSWER_MS = 5_000

export const ROLLBACK: DriverStatement = { sql: 'ROLLBACK', parameters: [], columns: null, prepare: false }
const COMMIT: DriverStatement = { sql: 'COMMIT', parameters: [], columns: null, prepare: false }
const PING: DriverStatement = { sql: 'SELECT 1', parameters: [], columns: null, prepare: true }

/** Is told what the server said beside the answer to what a pool sends. */
export type NoticeListener = (sql: string, notices: readonly DriverNotice[]) => void

/** Who is told of a round trip; absent where nobody is. */
interface Told {
  /** Is given the error where there is one. */
  readonly failed?: (error: unknown) => void
  readonly noticed?: NoticeListener | undefined
}

/** Rolls back; whether the connection may be used again. */
export function rollBack(connection: DriverConnection, noticed?: NoticeListener): Promise<boolean> {
  return answers(connection, ROLLBACK, ANSWER_MS, { noticed })
}

/** Ends what is open, in the way asked for; whether the connection may be lent again. */
export async function clean(
  connection: DriverConnection,
  how: 'rollback' | 'commit' | null,
  noticed?: NoticeListener,
): Promise<boolean> {
  const status = connection.transactionStatus
  if (status === 'idle') return true
  if (status === 'lost' || how === null) return false
  return how === 'commit' ? answers(connection, COMMIT, ANSWER_MS, { noticed }) : rollBack(connection, noticed)
}

/** What listeners of an event have begun on a connection is not for its borrower: rolls it back. @throws DriverError it is lost. */
export async function settled(connection: DriverConnection, event: string, noticed?: NoticeListener): Promise<void> {
  const { transactionStatus } = connection
  if (transactionStatus === 'idle' || (transactionStatus !== 'lost' && (await rollBack(connection, noticed)))) return
  throw new DriverError(`the connection was lost while listeners of ${event} prepared it`, {
    disconnected: true,
    sent: false,
  })
}

/** Makes a round trip that may take so many milliseconds; whether the connection may be used. One that does not answer is cut. */
export function ping(connection: DriverConnection, timeoutMs: number, told: Told): Promise<boolean> {
  return answers(connection, PING, timeoutMs, told)
}

async function answers(
  connection: DriverConnection,
  statement: DriverStatement,
  timeoutMs: number,
  { failed, noticed }: Told,
): Promise<boolean> {
  try {
    const run = (): Promise<CommandResult[]> => connection.run([{ statement, parameters: [] }])
    const [result] = await inTime(connection, run, timeoutMs)
    if (result?.notices !== undefined) noticed?.(statement.sql, result.notices)
    return connection.transactionStatus === 'idle'
  } catch (error) {
    if (error instanceof DriverError && error.notices.length > 0) noticed?.(statement.sql, error.notices)
    failed?.(error)
    return false
  }
}

/** Runs what costs the server nothing, and cuts the connection where it does not answer in time. */
export async function inTime<T>(
  connection: DriverConnection,
  run: () => Promise<T>,
  timeoutMs: number = ANSWER_MS,
): Promise<T> {
  let answered = false
  // A process that was busy for too long sees its timers before its sockets: the answer may be there, unread.
  const expire = (): void => {
    afterReading(() => {
      if (!answered) connection.terminate()
    })
  }
  const limit = Number.isFinite(timeoutMs) ? setTimeout(expire, timeoutMs) : null
  try {
    return await run()
  } finally {
    answered = true
    if (limit !== null) clearTimeout(limit)
  }
}

/** Waits until all have come back, and cuts those that are late. Whoever has them keeps them, for what that is worth. */
export async function cutAfter(
  timeoutMs: number,
  had: readonly ReadonlySet<{ readonly connection: DriverConnection }>[],
  drained: Promise<void>,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    if (Number.isFinite(timeoutMs)) timer = setTimeout(resolve, Math.min(timeoutMs, LONGEST_TIMER_MS))
  })
  await Promise.race([drained, late])
  clearTimeout(timer)
  const held = had.flatMap((places) => [...places])
  const gone = held.map(({ connection }) => new Promise<void>((resolve) => connection.onceClosed(() => resolve())))
  for (const { connection } of held) connection.terminate()
  await Promise.all(gone)
}

/** Why a connection that is gone was lost; null where nobody knows. */
export function lossOf(connection: DriverConnection): Error | null {
  let loss: Error | null = null
  connection.onceClosed((reason) => {
    loss = reason
  })
  return loss
}

/** Runs something when all sockets of the process have been read: once for what came, once for what is closed by it. */
export function afterReading(next: () => void): void {
  setImmediate(() => setImmediate(next))
}
