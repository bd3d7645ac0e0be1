// Whether a server is what `target_session_attrs` asks for: one that takes writes or one that does not, a primary or a standby.
import { type DriverConnection, DriverError } from '../../contract/driver.ts'
import type { TargetSessionAttributes } from './connect-options.ts'

/** What a server is. */
interface ServerState {
  readonly inRecovery: boolean
  /** Whether transactions are read-only unless they ask for more. */
  readonly readOnly: boolean
}

/**
 * Why a server is not what is looked for; null where it is.
 *
 * @param timeoutMs how long a server may take that has to be asked (before PostgreSQL 14); 0 for no limit.
 */
export async function misfit(
  connection: DriverConnection,
  target: TargetSessionAttributes,
  timeoutMs: number,
): Promise<string | null> {
  let state: ServerState | null
  try {
    state = reported(connection) ?? (await asked(connection, timeoutMs))
  } catch (error) {
    if (!(error instanceof DriverError)) throw error
    return `it does not say whether it takes writes: ${error.message}`
  }
  const { inRecovery, readOnly } = state
  const wanted = `, and target_session_attrs is ${target}`
  switch (target) {
    case 'read-write':
      if (inRecovery) return `it is a standby${wanted}`
      return readOnly ? `its transactions are read-only by default${wanted}` : null
    case 'read-only':
      return inRecovery || readOnly ? null : `it takes writes${wanted}`
    case 'primary':
      return inRecovery ? `it is a standby${wanted}` : null
    case 'standby':
      return inRecovery ? null : `it is a primary${wanted}`
    default:
      return null
  }
}

/** What the server said when the session began, and each time that it changed since; null where it says nothing of it. */
function reported({ serverSettings }: DriverConnection): ServerState | null {
  const inRecovery = serverSettings.get('in_hot_standby')
  const readOnly = serverSettings.get('default_transaction_read_only')
  if (inRecovery === undefined || readOnly === undefined) return null
  return { inRecovery: inRecovery === 'on', readOnly: readOnly === 'on' }
}

const QUESTION = "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only')"

async function asked(connection: DriverConnection, timeoutMs: number): Promise<ServerState> {
  const statement = { sql: QUESTION, parameters: [], columns: null, prepare: false }
  const options = timeoutMs === 0 ? {} : { signal: AbortSignal.timeout(timeoutMs) }
  const [result] = await connection.run([{ statement, parameters: [] }], options)
  const [inRecovery, readOnly] = result?.rows[0] ?? []
  return { inRecovery: inRecovery === true, readOnly: readOnly === 'on' }
}
