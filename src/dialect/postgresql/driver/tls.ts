// The modes of TLS, as libpq defines them, as options of node:tls.
import { createPrivateKey } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ConnectionOptions, PeerCertificate, SecureVersion } from 'node:tls'
import { DriverError } from '../../contract/driver.ts'

/**
 * How much the connection is protected, with libpq's names: `disable` no TLS; `allow` TLS without checks where the server takes
 * nothing else; `prefer` TLS without checks where the server has it, else none; `require` and `no-verify` TLS without checks
 * (but `require` with authorities to trust is `verify-ca`); `verify-ca` checks who signed the certificate; `verify-full` also
 * that it is for this host.
 */
export type SslMode = 'disable' | 'allow' | 'prefer' | 'require' | 'no-verify' | 'verify-ca' | 'verify-full'

/** libpq's names of the modes; `no-verify` is node-postgres's. */
export const SSL_MODES: readonly SslMode[] = [
  'disable',
  'allow',
  'prefer',
  'require',
  'no-verify',
  'verify-ca',
  'verify-full',
]

/** TLS with certificates of one's own. Files are read at each connect, so that a certificate that was renewed is taken up. */
export interface SslOptions {
  readonly mode: SslMode
  /** The authorities to trust, in PEM; none in the list, or nothing given: those that Node trusts. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[]
  /** A file with the authorities to trust, in place of `ca`. */
  readonly caFile?: string
  /** The client's certificate, in PEM. */
  readonly cert?: string | Buffer
  /** A file with the client's certificate, in place of `cert`. */
  readonly certFile?: string
  /** The key of the client's certificate, in PEM. */
  readonly key?: string | Buffer
  /** A file with the key, in place of `key`; nobody but its owner, and root's group where root owns it, may read it. */
  readonly keyFile?: string
  /** What opens the key. */
  readonly passphrase?: string
  /** Sends no client certificate, even where the default one is there. Default false. */
  readonly withoutCertificate?: boolean
  /** Certificates that were revoked, in PEM. */
  readonly crl?: string | Buffer
  /** A file with the certificates that were revoked, in place of `crl`. */
  readonly crlFile?: string
  /** The folder in which `root.crt`, `root.crl`, `postgresql.crt` and `postgresql.key` are taken where nothing else is said. Default none. */
  readonly defaultFolder?: string
  /** Default `TLSv1.2`. */
  readonly minVersion?: SecureVersion
  /** Default: the newest that both know. */
  readonly maxVersion?: SecureVersion
  /** Whether the server is told the host's name before the encryption begins (SNI): proxies choose by it. Default true. */
  readonly serverNameIndication?: boolean
  /** `direct` begins with TLS at once (PostgreSQL 17), which saves a round trip; the mode is `require` or stricter then. Default `postgres`. */
  readonly negotiation?: 'postgres' | 'direct'
}

const KNOWN: readonly (keyof SslOptions)[] = [
  'mode',
  'ca',
  'caFile',
  'cert',
  'certFile',
  'key',
  'keyFile',
  'passphrase',
  'withoutCertificate',
  'crl',
  'crlFile',
  'defaultFolder',
  'minVersion',
  'maxVersion',
  'serverNameIndication',
  'negotiation',
]

const VERSIONS: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']

/** How to try. */
export interface TlsPlan {
  /** Whether each attempt, in order, is made with TLS. */
  readonly attempts: readonly boolean[]
  readonly direct: boolean
  readonly serverNameIndication: boolean
  /** The options of node:tls, from files as they are now; they cannot be printed with the key. */
  options(): Promise<ConnectionOptions>
}

/**
 * What a mode means for node:tls.
 * @throws DriverError for an unknown mode or option, and for what contradicts itself.
 */
export function planTls(ssl: SslMode | SslOptions): TlsPlan {
  const given: SslOptions = typeof ssl === 'string' ? { mode: ssl } : ssl
  const { mode, negotiation = 'postgres' } = given
  check('mode', mode, SSL_MODES)
  for (const key of Object.keys(given)) if (!KNOWN.includes(key as keyof SslOptions)) throw unknown(key)
  check('minVersion', given.minVersion ?? 'TLSv1.2', VERSIONS)
  check('maxVersion', given.maxVersion ?? 'TLSv1.3', VERSIONS)
  if (VERSIONS.indexOf(given.minVersion ?? 'TLSv1') > VERSIONS.indexOf(given.maxVersion ?? 'TLSv1.3'))
    throw new DriverError('the TLS minVersion is above the maxVersion', { sent: false })
  check('negotiation', negotiation, ['postgres', 'direct'])
  const direct = negotiation === 'direct'
  if (direct && ['disable', 'allow', 'prefer'].includes(mode))
    throw new DriverError(
      `direct negotiation of TLS needs the ssl mode require, verify-ca or verify-full, not ${mode}`,
      { sent: false },
    )
  return {
    attempts: ATTEMPTS[mode] ?? [true],
    direct,
    serverNameIndication: given.serverNameIndication ?? true,
    options: () => tlsOptions(given),
  }
}

const ATTEMPTS: { readonly [mode in SslMode]?: readonly boolean[] } = {
  disable: [false],
  allow: [false, true],
  prefer: [true, false],
}

function check(name: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return
  throw new DriverError(`unknown ssl ${name} ${JSON.stringify(value)}; it is one of ${known.join(', ')}`, {
    sent: false,
  })
}

function unknown(key: string): DriverError {
  return new DriverError(`ssl has no option ${JSON.stringify(key)}; it has ${KNOWN.join(', ')}`, { sent: false })
}

async function tlsOptions(given: SslOptions): Promise<ConnectionOptions> {
  const { defaultFolder } = given
  const byDefault = (name: string): string | null => (defaultFolder === undefined ? null : join(defaultFolder, name))
  const ca = given.ca ?? (await contents('caFile', given.caFile, byDefault('root.crt')))
  const mode = given.mode === 'require' && ca !== undefined ? 'verify-ca' : given.mode
  const verifies = mode === 'verify-ca' || mode === 'verify-full'
  const tls: ConnectionOptions = { rejectUnauthorized: verifies }
  if (ca !== undefined && verifies && !(Array.isArray(ca) && ca.length === 0))
    tls.ca = ca as string | Buffer | (string | Buffer)[]
  // A list of revoked certificates says nothing of the authorities of Node.js, each of which would need one.
  const ownList = tls.ca === undefined ? null : byDefault('root.crl')
  const crl = given.crl ?? (await contents('crlFile', given.crlFile, ownList))
  if (crl !== undefined) tls.crl = crl
  if (mode === 'verify-ca') tls.checkServerIdentity = acceptAnyName
  if (given.minVersion !== undefined) tls.minVersion = given.minVersion
  if (given.maxVersion !== undefined) tls.maxVersion = given.maxVersion
  if (given.withoutCertificate) return tls
  const cert = given.cert ?? (await contents('certFile', given.certFile, byDefault('postgresql.crt')))
  if (cert === undefined) return tls
  tls.cert = cert
  const locked = given.key ?? (await privateKey(given.keyFile, byDefault('postgresql.key')))
  if (locked === undefined)
    throw new DriverError('there is a client certificate, but no key for it (sslkey)', {
      disconnected: true,
      sent: false,
    })
  // Not enumerable, so that no log of the options shows it; pg treats it alike.
  Object.defineProperty(tls, 'key', { value: openedKey(locked, given.passphrase), enumerable: false })
  return tls
}

function openedKey(key: string | Buffer, passphrase: string | undefined): string | Buffer {
  if (passphrase === undefined) {
    // Both forms of locked PEM say so; OpenSSL itself would speak of being interrupted.
    if (!key.includes('ENCRYPTED')) return key
    throw new DriverError('the key of the client certificate is locked, and no passphrase is given (sslpassword)', {
      disconnected: true,
      sent: false,
    })
  }
  try {
    return createPrivateKey({ key, passphrase }).export({ type: 'pkcs8', format: 'pem' })
  } catch (cause) {
    throw new DriverError('the key of the client certificate cannot be opened with the passphrase given', {
      disconnected: true,
      sent: false,
      cause,
    })
  }
}

/** A file is not there; nor is its folder, as where the home of a service is `/dev/null`. */
const ABSENT: readonly string[] = ['ENOENT', 'ENOTDIR']

/** A file's contents; undefined where neither one is named nor the default one there. */
async function contents(name: string, file: string | undefined, byDefault: string | null): Promise<Buffer | undefined> {
  const path = file ?? byDefault
  if (path === null) return undefined
  try {
    return await readFile(path)
  } catch (cause) {
    if (file === undefined && ABSENT.includes((cause as NodeJS.ErrnoException).code ?? '')) return undefined
    throw unreadable(name, path, (cause as Error).message, cause)
  }
}

async function privateKey(file: string | undefined, byDefault: string | null): Promise<Buffer | undefined> {
  const path = file ?? byDefault
  const key = await contents('keyFile', file, byDefault)
  if (key === undefined || path === null || process.platform === 'win32') return key
  const { mode, uid } = await stat(path)
  // Who starts as root to become another may own it by root, and read it by its group.
  const forbidden = uid === 0 ? 0o027 : 0o077
  if ((mode & forbidden) === 0) return key
  throw unreadable('keyFile', path, 'others may read it; its permissions should be u=rw (0600) or less')
}

function unreadable(name: string, path: string, why: string, cause?: unknown): DriverError {
  return new DriverError(`the ${name} ${path} cannot be used: ${why}`, { disconnected: true, sent: false, cause })
}

function acceptAnyName(_host: string, _certificate: PeerCertificate): undefined {
  return undefined
}
