// The driver for a PostgreSQL server: which of its servers to connect to, and how often to try.
import { setTimeout as pause } from 'node:timers/promises'
import type { ConnectionOptions } from 'node:tls'
import { type ConnectOptions, type Driver, type DriverConnection, DriverError } from '../../contract/driver.ts'
import { type Attempt, attempt } from './attempt.ts'
import {
  type ConnectPlan,
  type PostgresConnectOptions,
  planConnect,
  type TargetSessionAttributes,
} from './connect-options.ts'
import { type Endpoint, endpoints, shun } from './hosts.ts'
import { PoolerWatch } from './pooler.ts'
import { misfit } from './session-target.ts'

/** Between two rounds through servers none of which will do. */
const SHORTEST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 1000

/**
 * The driver for a PostgreSQL server, or for several of which one is taken; connects nothing yet.
 *
 * @example
 *     const driver = createPostgresDriver({ host: 'db.example.com', user: 'scott', password: 'tiger', ssl: 'verify-full' })
 *     const connection = await driver.connect()
 * @throws DriverError for an option that is unknown or cannot be right.
 */
export function createPostgresDriver(options: PostgresConnectOptions = {}): Driver {
  const plan = planConnect(options)
  const pooler = new PoolerWatch(plan)
  let disposed = false
  return {
    name: 'postgresql',
    maxConnections: null,
    async connect({ signal }: ConnectOptions = {}): Promise<DriverConnection> {
      if (disposed) throw new DriverError('the driver was disposed of', { disconnected: true, sent: false })
      const connection = await pooler.connect((own) => connectPatiently(own, signal))
      // What other programs have altered meanwhile is not known for longer than the connections are old.
      plan.types.forgetComposites()
      return connection
    },
    async dispose(): Promise<void> {
      disposed = true
    },
  }
}

/** Goes through the servers, and again while one of them may become what is looked for. */
async function connectPatiently(plan: ConnectPlan, signal: AbortSignal | undefined): Promise<DriverConnection> {
  const deadline = performance.now() + plan.failoverTimeoutMs
  // The files of certificates are the same for all servers.
  const wanted = plan.tls.attempts.includes(true) && !plan.hosts.every((host) => host.isLocal)
  const tls = wanted ? await plan.tls.options() : null
  for (let wait = SHORTEST_PAUSE_MS; ; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
    const failures: Failure[] = []
    const connection = await connectOnce(plan, tls, signal, failures)
    if (connection !== null) return connection
    const mayChange = failures.some(({ changing }) => changing) && !failures.some(({ final }) => final)
    if (!mayChange || performance.now() + wait > deadline) throw summary(plan, failures)
    await pause(wait, undefined, { signal }).catch(() => {
      const cause = signal?.reason
      throw new DriverError('the attempt was aborted', { cause, canceled: true, disconnected: true, sent: false })
    })
  }
}

/** Why one server was not taken. */
interface Failure {
  readonly endpoint: Endpoint
  readonly error: DriverError
  /** Whether the others would say the same. */
  readonly final: boolean
  /** Whether it is there, and may be what is looked for in a moment. */
  readonly changing: boolean
}

/** One round through the servers; null where none of them will do. */
async function connectOnce(
  plan: ConnectPlan,
  tls: ConnectionOptions | null,
  signal: AbortSignal | undefined,
  failures: Failure[],
): Promise<DriverConnection | null> {
  const { target, random } = plan
  const places = await endpoints(plan.hosts, random, target !== 'any', plan.connectTimeoutMs)
  const wishes: readonly TargetSessionAttributes[] = target === 'prefer-standby' ? ['standby', 'any'] : [target]
  for (const wish of wishes) {
    failures.length = 0
    for (const endpoint of places) {
      const found = await attempt(plan, endpoint, tls, signal)
      if (found.connection === null) {
        if (found.error.canceled) throw found.error
        if (!found.final) shun(endpoint.host)
        failures.push({ ...found, endpoint, changing: target !== 'any' && found.error.refusedForNow })
        if (found.final) return null
        continue
      }
      const refusal = await whyNot(plan, endpoint, found, wish)
      if (refusal === null) {
        endpoint.host.shunnedUntil = 0
        return found.connection
      }
      if (wish === target) shun(endpoint.host)
      failures.push({ endpoint, error: refusal, final: false, changing: true })
    }
  }
  return null
}

/** Whether a connection is what is looked for; closed and why not where it is not. */
async function whyNot(
  plan: ConnectPlan,
  { host }: Endpoint,
  { connection }: Attempt & { readonly connection: DriverConnection },
  wish: TargetSessionAttributes,
): Promise<DriverError | null> {
  if (wish === 'any') return null
  const why = await misfit(connection, wish, plan.connectTimeoutMs)
  if (why === null) return null
  void connection.close()
  const message = `${prefix(plan, host.toString())}: ${why}`
  return new DriverError(message, { disconnected: true, sent: false, refusedForNow: true })
}

/** The error of a round: the one failure, or one whose cause is the list of them all. */
function summary(plan: ConnectPlan, failures: readonly Failure[]): DriverError {
  const [first] = failures
  if (first !== undefined && failures.length === 1) return first.error
  const reasons = failures.map(({ endpoint: { host, address }, error }) => {
    const place = address === null || address === host.name ? `${host}` : `${host} [${address}]`
    return `${place}: ${error.message.slice(prefix(plan, host.toString()).length + 2)}`
  })
  const told = failures.findLast(({ error }) => error.fields !== null)?.error
  return new DriverError(
    `cannot connect to PostgreSQL as ${plan.user}, database ${plan.database}: ${reasons.join('; ')}`,
    {
      disconnected: true,
      sent: false,
      fields: told?.fields ?? null,
      refusedForNow: failures.some(({ error, changing }) => changing || error.refusedForNow),
      cause: failures.map(({ error }) => error),
    },
  )
}

function prefix({ user, database }: ConnectPlan, where: string): string {
  return `cannot connect to PostgreSQL at ${where} as ${user}, database ${database}`
}
