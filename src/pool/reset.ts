// What a pool does to a connection between two borrowers: roll back what is open, test whether it lives.
import type { DriverConnection, DriverStatement } from '../dialect/contract/driver.ts'

/** A server that does not answer a command that costs nothing within this time is taken for dead. */
const ANSWER_MS = 5_000

const ROLLBACK: DriverStatement = { sql: 'ROLLBACK', parameters: [], columns: null, prepare: false }
const PING: DriverStatement = { sql: 'SELECT 1', parameters: [], columns: null, prepare: true }

/** Rolls back; whether the connection may be used again. */
export function rollBack(connection: DriverConnection): Promise<boolean> {
  return answers(connection, ROLLBACK)
}

/** Makes a round trip; whether the connection may be used. */
export function ping(connection: DriverConnection): Promise<boolean> {
  return answers(connection, PING)
}

async function answers(connection: DriverConnection, statement: DriverStatement): Promise<boolean> {
  const limit = setTimeout(() => connection.terminate(), ANSWER_MS)
  try {
    await connection.run([{ statement, parameters: [] }])
    return connection.transactionStatus === 'idle'
  } catch {
    return false
  } finally {
    clearTimeout(limit)
  }
}
