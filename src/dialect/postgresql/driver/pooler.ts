// A transaction pooler in front of the server (PgBouncer): how it is known, and what is done otherwise where one is there.
import { type DriverConnection, DriverError } from '../../contract/driver.ts'
import type { ConnectPlan, PoolerMode } from './connect-options.ts'
import { PostgresConnection } from './connection.ts'
import { CODEC_SETTINGS } from './session.ts'

/** The largest process id that a system gives; poolers put random numbers in its place, because they answer for many processes. */
const LARGEST_PROCESS_ID = 2 ** 22
/** What PgBouncer keeps for each of its clients and sets for them where it lends a session. */
const KEPT_BY_POOLERS: readonly string[] = ['application_name', 'client_encoding', 'datestyle', 'timezone']

/** Whether a session is not with a process of the server itself. */
function isProxied({ processId }: DriverConnection): boolean {
  return processId < 0 || processId > LARGEST_PROCESS_ID
}

/** Whether a connection was refused for a setting in its first message. */
function isRefusedSetting(error: unknown): boolean {
  return error instanceof DriverError && /unsupported startup parameter/.test(error.message)
}

/** Opens connections as what stands in front of the server wants them. */
export class PoolerWatch {
  readonly #plan: ConnectPlan
  #mode: PoolerMode
  /** Whether the settings that the codecs rely on were found to be so. */
  #verified = false

  constructor(plan: ConnectPlan) {
    this.#plan = plan
    this.#mode = plan.pooler
    if (plan.pooler === 'transaction') checkSettings(plan)
  }

  /** @param open opens a connection by a plan. */
  async connect(open: (plan: ConnectPlan) => Promise<DriverConnection>): Promise<DriverConnection> {
    if (this.#mode === 'none') return open(this.#plan)
    if (this.#mode === 'detect') {
      try {
        const connection = await open(this.#plan)
        if (!isProxied(connection)) return connection
        // That the settings were taken does not say that they were kept.
        this.#mode = 'transaction'
        return await this.#pooled(connection)
      } catch (error) {
        if (!isRefusedSetting(error)) throw error
        checkSettings(this.#plan, error)
        this.#mode = 'transaction'
      }
    }
    return this.#pooled(await open(pooledPlan(this.#plan)))
  }

  async #pooled(connection: DriverConnection): Promise<DriverConnection> {
    // Who declares a pooler may say that it knows prepared statements.
    const keepsStatements = this.#plan.pooler === 'transaction' && this.#plan.statementCacheGiven
    if (connection instanceof PostgresConnection) connection.behindPooler(keepsStatements)
    if (this.#verified) return connection
    try {
      await verify(connection, this.#plan)
      this.#verified = true
      return connection
    } catch (error) {
      void connection.close()
      throw error
    }
  }
}

/** Without what a pooler would refuse or forget. */
function pooledPlan(plan: ConnectPlan): ConnectPlan {
  const startup = [...plan.startup].filter(([name]) => KEPT_BY_POOLERS.includes(name.toLowerCase()))
  return {
    ...plan,
    startup: new Map(startup),
    statementCacheSize: plan.statementCacheGiven ? plan.statementCacheSize : 0,
  }
}

/** The caller's own settings that a pooler does not keep. */
function lostSettings({ startup }: ConnectPlan): string[] {
  return [...startup.keys()].filter(
    (name) => !CODEC_SETTINGS.has(name) && !KEPT_BY_POOLERS.includes(name.toLowerCase()),
  )
}

function checkSettings(plan: ConnectPlan, cause?: unknown): void {
  const lost = lostSettings(plan)
  if (lost.length === 0) return
  throw new DriverError(
    `a transaction pooler in front of the server does not keep settings of the session (${lost.join(', ')}): ` +
      `set them for the role, ALTER ROLE ${plan.user} SET ..., or for each transaction, SET LOCAL`,
    { sent: false, disconnected: true, cause },
  )
}

/**
 * Makes sure that the sessions behind the pooler have the settings that the codecs rely on.
 * @throws DriverError naming those that they do not have.
 */
async function verify(connection: DriverConnection, plan: ConnectPlan): Promise<void> {
  const wanted = [...plan.startup].filter(([name]) => name !== 'application_name' && name !== 'options')
  const sql = `SELECT ${wanted.map(([name]) => `pg_catalog.current_setting('${name.replaceAll("'", "''")}', true)`).join(', ')}`
  const statement = { sql, parameters: [], columns: null, prepare: false }
  const options = plan.connectTimeoutMs === 0 ? {} : { signal: AbortSignal.timeout(plan.connectTimeoutMs) }
  const [result] = await connection.run([{ statement, parameters: [] }], options)
  const found = result?.rows[0] ?? []
  const wrong = wanted.flatMap(([name, value], index) => {
    const is = String(found[index])
    return isSetting(name, is, value) ? [] : [`${name} is ${is} instead of ${value}`]
  })
  if (wrong.length === 0) return
  throw new DriverError(
    `the sessions behind the pooler do not have the settings that are needed (${wrong.join('; ')}), and a pooler does not ` +
      `keep them: set them for the role, ALTER ROLE ${plan.user} SET ...`,
    { sent: false, disconnected: true },
  )
}

function isSetting(name: string, found: string, wanted: string): boolean {
  // From 1 on all digits come that tell a number from its neighbours.
  if (name === 'extra_float_digits') return Number(found) >= Number(wanted)
  if (name === 'DateStyle') return found.startsWith('ISO')
  return found.toLowerCase() === wanted.toLowerCase()
}
