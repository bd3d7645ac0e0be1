// The servers that a driver may connect to: their addresses, their sockets, and which of them to try first.
import { lookup } from 'node:dns/promises'
import {
  type IpcNetConnectOpts,
  isIP,
  type OnReadOpts,
  Socket,
  type SocketConstructorOpts,
  type TcpNetConnectOpts,
} from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { DriverError } from '../../contract/driver.ts'
import type { WireStream } from './pg-internals.ts'

/** One server, as the options name it. */
export interface HostOptions {
  /** Name, address, or the directory of a Unix socket (begins with `/`, or with `@` in Linux's abstract namespace). Default `localhost`. */
  readonly host?: string
  /** The address to connect to in place of looking `host` up; the certificate is still checked for `host`. */
  readonly address?: string
  /** Default 5432. */
  readonly port?: number
}

/** What is known of one server. */
export class Host {
  /** What the certificate is checked for, and what messages and the password function are told. */
  readonly name: string
  readonly port: number
  /** Where the name is not to be looked up. */
  readonly address: string | null
  /** It was asked for TLS and had none: asking it again at each connect would cost a connection each time. */
  hasNoTls = false
  /** Moment of `performance.now()` until which it is tried last: it did not answer, or was not what was looked for. */
  shunnedUntil = 0

  constructor(name: string, port: number, address: string | null) {
    this.name = name
    this.port = port
    this.address = address
  }

  /** Whether it is a socket in the file system, or beside it. */
  get isLocal(): boolean {
    return this.name.startsWith('/') || this.name.startsWith('@')
  }

  toString(): string {
    const { name, port } = this
    if (this.isLocal) return `${name} (port ${port})`
    return name.includes(':') ? `[${name}]:${port}` : `${name}:${port}`
  }
}

/** One place to connect to; where the host has no address yet, the socket looks its name up. */
export interface Endpoint {
  readonly host: Host
  readonly address: string | null
}

/** How long a server is tried after the others once it has failed. */
const SHUN_MS = 30_000

/** Remembers that a server was of no use. */
export function shun(host: Host): void {
  host.shunnedUntil = performance.now() + SHUN_MS
}

/**
 * Where to try, in order: servers that failed lately come last.
 *
 * @param random whether to shuffle, so that many clients spread over the servers.
 * @param each whether every address that a name stands for is tried by itself; else the socket takes the first that answers.
 * @param timeoutMs how long looking up a name may take; 0 for no limit.
 */
export async function endpoints(
  hosts: readonly Host[],
  random: boolean,
  each: boolean,
  timeoutMs = 0,
): Promise<Endpoint[]> {
  const now = performance.now()
  const order = random ? shuffled(hosts) : hosts
  const sorted = [
    ...order.filter((host) => host.shunnedUntil <= now),
    ...order.filter((host) => host.shunnedUntil > now),
  ]
  if (!random && !each) return sorted.map((host) => ({ host, address: host.address }))
  const found = await Promise.all(sorted.map((host) => addressesOf(host, timeoutMs)))
  return found.flatMap((list) => (random ? shuffled(list) : list))
}

async function addressesOf(host: Host, timeoutMs: number): Promise<Endpoint[]> {
  const alone = [{ host, address: host.address }]
  if (host.isLocal || host.address !== null || isIP(host.name) !== 0) return alone
  const clock = new AbortController()
  const late = timeoutMs === 0 ? [] : [pause(timeoutMs, [], { ref: false, signal: clock.signal }).catch(() => [])]
  const looked = lookup(host.name, { all: true, verbatim: true }).catch(() => [])
  const found = await Promise.race([looked, ...late])
  clock.abort()
  // The socket will say why there is none.
  return found.length === 0 ? alone : found.map(({ address }) => ({ host, address }))
}

function shuffled<T>(list: readonly T[]): T[] {
  const copy = [...list]
  for (let last = copy.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1))
    const kept = copy[last] as T
    copy[last] = copy[other] as T
    copy[other] = kept
  }
  return copy
}

/**
 * Of a name with several addresses each has so long before the next is tried. Node.js gives a quarter of a second, which a
 * distant server, or a process that was busy, misses.
 */
const ADDRESS_MS = 2000

/** A socket that connects to one place, whatever it is told. */
class EndpointSocket extends Socket {
  readonly #target: TcpNetConnectOpts | IpcNetConnectOpts

  constructor({ host, address }: Endpoint, onread: OnReadOpts | null) {
    // Declared for connect() alone, which leaves it to this constructor.
    super(onread === null ? {} : ({ onread } as SocketConstructorOpts))
    const { name, port } = host
    if (!host.isLocal) this.#target = { host: address ?? name, port, autoSelectFamilyAttemptTimeout: ADDRESS_MS }
    else this.#target = { path: socketPath(host) }
  }

  override connect(): this {
    return super.connect(this.#target)
  }
}

/** A socket, not connected yet, that leads to one place; with `onread`, what it receives goes there, and is no event. */
export function socketTo(endpoint: Endpoint, onread: OnReadOpts | null): WireStream {
  return new EndpointSocket(endpoint, onread) as unknown as WireStream
}

/**
 * The servers of the options.
 *
 * @throws DriverError a name, address or port that cannot be.
 */
export function hostsOf(given: readonly HostOptions[]): Host[] {
  if (!Array.isArray(given) || given.length === 0) throw refusal('hosts', 'a list of { host, address, port }')
  return given.map(({ host, address, port = 5432 }) => {
    const name = host ?? address ?? 'localhost'
    if (typeof name !== 'string' || name === '' || name.includes('\0'))
      throw refusal('host', 'a string without NUL characters, and not empty')
    if (!Number.isInteger(port) || port < 1 || port > 65535) throw refusal('port', 'a whole number from 1 to 65535')
    if (address !== undefined && isIP(address) === 0) throw refusal('address', 'an IP address')
    const made = new Host(name, port, address ?? null)
    if (made.isLocal && Buffer.byteLength(socketPath(made)) > LONGEST_PATH) {
      const socket = socketPath(made).replace('\0', '@')
      throw refusal(
        'host',
        `a folder whose socket has a path of at most ${LONGEST_PATH} bytes, which ${socket} has not`,
      )
    }
    return made
  })
}

/** What the address of a socket in the file system has room for: others cut what is longer, and ask for a socket that nobody named. */
const LONGEST_PATH = process.platform === 'linux' ? 107 : 103

function socketPath({ name, port }: Host): string {
  return `${name.replace(/^@/, '\0')}/.s.PGSQL.${port}`
}

function refusal(name: string, what: string): DriverError {
  return new DriverError(`the option ${name} must be ${what}`, { sent: false })
}
