// How the tests reach the run's server: TCP, a unix socket, or TLS with every check. TRANSPORT in the environment chooses.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tlsFolder } from './tls.ts'

/** `tcp` is the default. */
export type Transport = 'tcp' | 'unix' | 'tls'

/** What a transport needs: settings of the server, and another URL than the one that it prints. */
export interface TransportPlan {
  readonly settings: Readonly<Record<string, string>>
  url(printed: string): string
  /** Removes its files, once the server is gone. */
  end(): void
}

/** The transport that the environment asks for. */
export function chosenTransport(): Transport {
  const { TRANSPORT: chosen = 'tcp' } = process.env
  if (chosen === 'tcp' || chosen === 'unix' || chosen === 'tls') return chosen
  throw new Error(`TRANSPORT is tcp, unix or tls, not ${chosen}`)
}

/** Prepares a transport. */
export function planTransport(transport: Transport): TransportPlan {
  switch (transport) {
    case 'tcp':
      return { settings: {}, url: (printed) => printed, end: () => undefined }
    case 'unix': {
      const folder = mkdtempSync(join(tmpdir(), 'tsalchemy-sockets-'))
      // The server may run as another account.
      chmodSync(folder, 0o777)
      return {
        settings: { unix_socket_directories: folder },
        url: (printed) => printed.replace('@127.0.0.1:', `@${encodeURIComponent(folder)}:`),
        end: () => rmSync(folder, { recursive: true, force: true }),
      }
    }
    case 'tls': {
      const files = tlsFolder()
      const query = new URLSearchParams({ sslmode: 'verify-full', sslrootcert: files.file('authority.crt') })
      return {
        settings: files.settings(),
        url: (printed) => `${printed.replace('@127.0.0.1:', '@localhost:')}?${query}`,
        end: () => files.remove(),
      }
    }
  }
}

/** The same database over TCP, in the clear: for tests whose proxies look at what passes, or stop it. */
export function plainTcp(given: string): string {
  const url = new URL(given)
  if (url.hostname.startsWith('%2F') || url.searchParams.has('sslrootcert')) url.hostname = '127.0.0.1'
  else return given
  url.search = '?sslmode=disable'
  return url.href
}
