// Watches how a session is authenticated, and refuses what the options forbid before a password is sent.
import type { TLSSocket } from 'node:tls'
import { DriverError } from '../../contract/driver.ts'
import type { WireConnection } from './pg-internals.ts'

/** Whether the password's proof is bound to the certificate, so that nobody in the middle can pass it on: never, where the server can, or always. */
export type ChannelBinding = 'disable' | 'prefer' | 'require'

/** Ways in which a server may let a client in, by libpq's names; `none` asks for nothing, or for the client's certificate. */
export type AuthenticationMethod = 'none' | 'password' | 'md5' | 'scram-sha-256'

/** How sessions may be authenticated. */
export interface AuthenticationRules {
  readonly channelBinding: ChannelBinding
  /** Null allows all. */
  readonly methods: ReadonlySet<AuthenticationMethod> | null
  /** Whether TLS began at once, so that the server must have named the protocol. */
  readonly direct: boolean
  readonly encrypted: boolean
}

/** All methods that this driver knows. */
export const METHODS: readonly AuthenticationMethod[] = ['none', 'password', 'md5', 'scram-sha-256']

const PLUS = 'SCRAM-SHA-256-PLUS'

/**
 * Watches the authentication on a connection; called before `pg.Client` gets to see it. What is forbidden becomes an error of
 * the connection, and nothing is answered.
 *
 * @param refuse is told of each refusal, which another server would not change.
 */
export function watchAuthentication(connection: WireConnection, rules: AuthenticationRules, refuse: () => void): void {
  let asked: AuthenticationMethod = 'none'
  /** Whether the server has shown that it knows the password too, where the method has it do so. */
  let proven = true
  let over = false
  let refused = false
  const veto = (why: string): void => {
    if (refused) return
    refused = true
    refuse()
    connection.stream.destroy()
    connection.emit('error', new DriverError(why, { disconnected: true, sent: false }))
  }
  const checkMethod = (method: AuthenticationMethod): void => {
    const { alpnProtocol } = connection.stream as unknown as Partial<TLSSocket>
    if (rules.direct && alpnProtocol !== 'postgresql')
      veto('the server began TLS directly without saying that it speaks the protocol of PostgreSQL (ALPN)')
    if (rules.methods !== null && !rules.methods.has(method))
      veto(`${DESCRIPTIONS[method]}, which require_auth forbids`)
    if (rules.channelBinding === 'require' && (method === 'password' || method === 'md5'))
      veto(`${DESCRIPTIONS[method]}, which cannot be bound to the channel as channel_binding=require asks`)
  }
  const ask = (method: AuthenticationMethod): void => {
    if (asked !== 'none' || over) veto('the server asks for authentication a second time')
    asked = method
    checkMethod(method)
  }
  connection.on('authenticationCleartextPassword', () => ask('password'))
  connection.on('authenticationMD5Password', () => ask('md5'))
  connection.on('authenticationSASL', ({ mechanisms }: { mechanisms: readonly string[] }) => {
    proven = false
    ask('scram-sha-256')
    const bound = rules.encrypted && mechanisms.includes(PLUS)
    if (!bound && rules.channelBinding === 'require')
      veto(
        rules.encrypted
          ? 'channel_binding=require, but the server does not offer SCRAM-SHA-256-PLUS'
          : 'channel_binding=require, but the connection has no TLS that it could be bound to',
      )
  })
  connection.on('authenticationSASLFinal', () => {
    proven = true
  })
  connection.on('authenticationOk', () => {
    over = true
    if (!proven) veto('the server let us in without proving that it knows the password')
    else if (asked === 'none') {
      checkMethod(asked)
      if (rules.channelBinding === 'require') veto('channel_binding=require, but the server asked for no password')
    }
  })
}

const DESCRIPTIONS: Readonly<Record<AuthenticationMethod, string>> = {
  none: 'the server asks for no authentication',
  password: 'the server asks for the password in clear text',
  md5: 'the server asks for the password as MD5 hash',
  'scram-sha-256': 'the server asks for SCRAM-SHA-256',
}

/**
 * The methods that libpq's `require_auth` allows: names with commas between them, or all but those that have a `!` in front.
 *
 * @throws DriverError an unknown method, or a mixture of both forms.
 */
export function parseRequireAuth(given: string): ReadonlySet<AuthenticationMethod> | null {
  const names = given.split(',').map((name) => name.trim())
  if (given.trim() === '') return null
  const negated = names.filter((name) => name.startsWith('!'))
  if (negated.length !== 0 && negated.length !== names.length)
    throw refusal(given, 'it either names what is allowed, or, with ! in front of each, what is not')
  const listed = names.map((name) => name.replace(/^!/, ''))
  for (const name of listed)
    if (![...METHODS, ...FOREIGN].includes(name)) throw refusal(given, `${JSON.stringify(name)} is no method`)
  const allowed = METHODS.filter((method) => listed.includes(method) === (negated.length === 0))
  if (allowed.length === 0) throw refusal(given, 'it leaves no method that this driver has')
  return new Set(allowed)
}

/** Methods of libpq that this driver does not have: they may be named. */
const FOREIGN: readonly string[] = ['gss', 'sspi', 'oauth']

function refusal(given: string, why: string): DriverError {
  return new DriverError(
    `require_auth ${JSON.stringify(given)} cannot be obeyed: ${why}; methods: ${METHODS.join(', ')}`,
    {
      sent: false,
    },
  )
}
