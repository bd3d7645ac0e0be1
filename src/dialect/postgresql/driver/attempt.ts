// One attempt at one server: with TLS and without, as the mode asks, and with the password for it.
import type { ConnectionOptions } from 'node:tls'
import { type DriverConnection, DriverError } from '../../contract/driver.ts'
import type { ConnectPlan } from './connect-options.ts'
import { type Endpoint, socketTo } from './hosts.ts'
import { passwordFromFile } from './pass-file.ts'
import { openSession } from './session.ts'

/** How an attempt ended. */
export type Attempt =
  | { readonly connection: DriverConnection }
  | {
      readonly connection: null
      readonly error: DriverError
      /** Whether another server would say the same: this one was reached, and refused. */
      readonly final: boolean
    }

/**
 * Tries to open a session at one place.
 *
 * @param tls the options for TLS; null where it is not to be used.
 */
export async function attempt(
  plan: ConnectPlan,
  endpoint: Endpoint,
  tls: ConnectionOptions | null,
  signal: AbortSignal | undefined,
): Promise<Attempt> {
  const { host } = endpoint
  // A socket in the file system has no TLS.
  let ways = tls === null || host.isLocal ? [false] : plan.tls.attempts
  if (host.hasNoTls && ways.length > 1) ways = [false, true]
  let told = false
  for (const [index, encrypted] of ways.entries()) {
    const notes = { final: false, fromFile: false }
    try {
      const connection = await open(plan, endpoint, encrypted ? tls : null, signal, notes)
      if (encrypted) host.hasNoTls = false
      else if (told) host.hasNoTls = true
      return { connection }
    } catch (thrown) {
      if (!(thrown instanceof DriverError)) throw thrown
      const error = notes.fromFile ? naming(plan.passFile, thrown) : thrown
      told = refusesTheWay(error)
      const other = told || (encrypted && failedToEncrypt(error))
      if (index === ways.length - 1 || !other) return { connection: null, error, final: notes.final }
    }
  }
  throw new DriverError('there is no way to connect')
}

/** What is learnt on the way. */
interface Notes {
  /** Whether another server would say the same. */
  final: boolean
  /** Whether the password is that of the pass file. */
  fromFile: boolean
}

/** With a hint where the password that was refused comes from: nobody may have thought of that file. */
function naming(passFile: string | null, error: DriverError): DriverError {
  const { fields } = error
  if (fields?.sqlState !== '28P01') return error
  return error.with({ fields: { ...fields, hint: `The password is from the pass file ${passFile}` } })
}

function open(
  plan: ConnectPlan,
  endpoint: Endpoint,
  tls: ConnectionOptions | null,
  signal: AbortSignal | undefined,
  notes: Notes,
): Promise<DriverConnection> {
  const { host } = endpoint
  const refused = (): void => {
    notes.final = true
  }
  return openSession({
    host: host.name,
    port: host.port,
    where: host.toString(),
    user: plan.user,
    database: plan.database,
    password: () => {
      // pg asks also where the method has just been refused: nobody is to be troubled for nothing.
      if (notes.final) return Promise.resolve('')
      return passwordFor(plan, endpoint, notes).catch((error: unknown) => {
        refused()
        throw error
      })
    },
    tls,
    direct: plan.tls.direct,
    serverNameIndication: plan.tls.serverNameIndication,
    channelBinding: plan.channelBinding,
    requireAuth: plan.requireAuth,
    scramMaxIterations: plan.scramMaxIterations,
    startup: plan.startup,
    keepAlive: plan.keepAlive,
    keepAliveDelayMs: plan.keepAliveDelayMs,
    stream: (onread) => socketTo(endpoint, onread),
    connectTimeoutMs: plan.connectTimeoutMs,
    statementCacheSize: plan.statementCacheSize,
    types: plan.types,
    cancelGraceMs: plan.cancelGraceMs,
    signal,
    cancellable: true,
    onRefusal: refused,
  })
}

async function passwordFor(plan: ConnectPlan, { host }: Endpoint, notes: Notes): Promise<string> {
  const { password, passFile, user, database } = plan
  const request = { host: host.name, port: host.port, user, database }
  const given = typeof password === 'function' ? await password(request) : password
  if (typeof given === 'string' && given !== '') return checkedPassword(given)
  const found = passFile === null ? null : await passwordFromFile(passFile, request)
  notes.fromFile = found !== null
  if (found !== null) return found
  throw new DriverError('the server asks for a password and none was given', { disconnected: true, sent: false })
}

/** The server would take another password for one that it cannot read. */
function checkedPassword(password: string): string {
  if (/[\0\uD800-\uDFFF]/u.test(password))
    throw new DriverError('the password has a NUL character or half a character, which no server can know', {
      disconnected: true,
      sent: false,
    })
  return password
}

/** Whether the server said that it has no TLS, or no sessions of this user with it or without. */
function refusesTheWay(error: DriverError): boolean {
  if (error.canceled) return false
  if (error.fields !== null) return error.fields.sqlState === '28000'
  return (error.cause as { message?: unknown } | undefined)?.message === 'The server does not support SSL connections'
}

/** A failure of TLS itself, or a server that hangs up in the middle of its beginning. */
const TLS_FAILURE = /^(ERR_SSL|ERR_TLS|EPROTO$|ECONNRESET$)/

/** Whether TLS could not be begun, for reasons that may be gone the next time. */
function failedToEncrypt({ canceled, fields, cause }: DriverError): boolean {
  const code = (cause as { code?: unknown } | undefined)?.code
  return !canceled && fields === null && typeof code === 'string' && TLS_FAILURE.test(code)
}
