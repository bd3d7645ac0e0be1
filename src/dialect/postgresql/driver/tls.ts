// The modes of TLS, as libpq defines them, as options of node:tls.
import type { ConnectionOptions, PeerCertificate } from 'node:tls'
import { DriverError } from '../../contract/driver.ts'

/**
 * How much the connection is protected, with libpq's names: `disable` no TLS; `prefer` TLS without checks where the server
 * has it, else none; `require` and `no-verify` TLS without checks (but `require` with a `ca` is `verify-ca`); `verify-ca`
 * checks who signed the certificate; `verify-full` also that it is for this host.
 */
export type SslMode = 'disable' | 'prefer' | 'require' | 'no-verify' | 'verify-ca' | 'verify-full'

const MODES: readonly SslMode[] = ['disable', 'prefer', 'require', 'no-verify', 'verify-ca', 'verify-full']

/** TLS with certificates of one's own. */
export interface SslOptions {
  readonly mode: SslMode
  /** The authorities to trust, in PEM; by default those that Node trusts. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[]
  /** The client's certificate, in PEM. */
  readonly cert?: string | Buffer
  /** The key of the client's certificate, in PEM. */
  readonly key?: string | Buffer
  /** What opens the key. */
  readonly passphrase?: string
}

/** How to try: with which TLS options, and whether to go on without where the server has none. */
export interface TlsPlan {
  readonly tls: ConnectionOptions | null
  readonly fallback: boolean
}

/**
 * What a mode means for node:tls.
 * @throws DriverError for an unknown mode.
 */
export function planTls(ssl: SslMode | SslOptions): TlsPlan {
  const given: SslOptions = typeof ssl === 'string' ? { mode: ssl } : ssl
  if (!MODES.includes(given.mode)) {
    throw new DriverError(`unknown ssl mode ${JSON.stringify(given.mode)}; it is one of ${MODES.join(', ')}`, {
      sent: false,
    })
  }
  const mode = given.mode === 'require' && given.ca !== undefined ? 'verify-ca' : given.mode
  if (mode === 'disable') return { tls: null, fallback: false }
  const tls: ConnectionOptions = { rejectUnauthorized: mode === 'verify-ca' || mode === 'verify-full' }
  if (given.ca !== undefined) tls.ca = given.ca as string | Buffer | (string | Buffer)[]
  if (given.cert !== undefined) tls.cert = given.cert
  if (given.passphrase !== undefined) tls.passphrase = given.passphrase
  // Not enumerable, so that no log of the options shows the key; pg treats it alike.
  if (given.key !== undefined) Object.defineProperty(tls, 'key', { value: given.key, enumerable: false })
  if (mode === 'verify-ca') tls.checkServerIdentity = acceptAnyName
  return { tls, fallback: mode === 'prefer' }
}

function acceptAnyName(_host: string, _certificate: PeerCertificate): undefined {
  return undefined
}
