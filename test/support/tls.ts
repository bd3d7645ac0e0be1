// TLS for test servers: settings that use the certificates of this repository, which were made by certificates/make.sh.
import { chmodSync, chownSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const COMMITTED = fileURLToPath(new URL('certificates/', import.meta.url))
/** The account that a server started by root runs as. */
const NOBODY = 65534

/** A folder of certificates and sockets for one server. */
export interface TlsFolder {
  /** Where the files are; sockets may be put here too. */
  readonly path: string
  /** The path of a file: `authority.crt`. */
  file(name: string): string
  /** A file's text. */
  text(name: string): string
  /** Settings of a server that has TLS with one of the certificates, and asks clients for theirs. */
  settings(certificate?: 'server' | 'server-rsa'): Record<string, string>
  /** A setting for rules of who is let in: lines of pg_hba.conf. */
  rules(...lines: readonly string[]): Record<string, string>
  remove(): void
}

/** Makes the folder, readable for a server that runs as another account; the clients' keys are readable for their owner only. */
export function tlsFolder(): TlsFolder {
  const path = mkdtempSync(join(tmpdir(), 'tsalchemy-tls-'))
  const file = (name: string): string => join(path, name)
  cpSync(COMMITTED, path, { recursive: true })
  chmodSync(path, 0o777)
  for (const key of ['client', 'client-locked', 'client-stranger']) chmodSync(file(`${key}.key`), 0o600)
  for (const key of ['server', 'server-rsa']) {
    chmodSync(file(`${key}.key`), 0o600)
    if (process.getuid?.() === 0) chownSync(file(`${key}.key`), NOBODY, NOBODY)
  }
  return {
    path,
    file,
    text: (name) => readFileSync(file(name), 'utf8'),
    settings: (certificate = 'server') => ({
      ssl: 'on',
      ssl_cert_file: file(`${certificate}.crt`),
      ssl_key_file: file(`${certificate}.key`),
      ssl_ca_file: file('authority.crt'),
    }),
    rules(...lines) {
      const rules = file('pg_hba.conf')
      writeFileSync(rules, lines.map((line) => `${line}\n`).join(''), { mode: 0o644 })
      return { hba_file: rules }
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}
