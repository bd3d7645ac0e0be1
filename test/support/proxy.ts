// A proxy in front of a server that fails in every way a network can: cut, reset, silent, late, half a message, nobody there.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { plainTcp } from './transport.ts'

/** Whose bytes are counted: the client's, or the server's. */
export type Direction = 'requests' | 'answers'

/** The network between a program and its server. */
export interface Proxy {
  /** The server's URL, through the proxy. */
  readonly url: string
  /** Connections that are open now. */
  readonly open: number
  /** Connections that clients have opened so far. */
  readonly accepted: number
  /** Ends all connections in order (FIN). */
  cut(): void
  /** Ends all connections at once (RST). */
  reset(): void
  /** Ends all connections when the server answers next: what was asked has arrived, its answer has not. */
  cutAnswers(): void
  /** Ends all connections when the client sends next: what is asked does not arrive. */
  cutRequests(): void
  /** Lets so many bytes of the next answer pass, and ends the connection then. */
  truncateAt(bytes: number): void
  /** Lets so many bytes more pass in a direction, and ends all connections then. */
  cutAfter(bytes: number, direction: Direction): void
  /** From now on nothing passes on the connections that are open, and nobody hears of it. */
  blackHole(): void
  /** Whether new connections get nowhere: their bytes vanish. */
  swallow(swallowing: boolean): void
  /** Whether new connections are refused. */
  refuse(refusing: boolean): void
  /** Answers come so many milliseconds late. */
  delay(ms: number): void
  /** Changes what the server says, or no more. */
  rewrite(change: ((answer: Buffer) => Buffer) | null): void
  /** Where new connections go. */
  redirect(target: string): void
  /** All faults are over; what vanished stays vanished. */
  heal(): void
  close(): Promise<void>
}

/** One connection through the proxy. */
interface Pair {
  readonly client: Socket
  readonly upstream: Socket
  vanishing: boolean
}

/** Faults that are on. */
interface Faults {
  answers: 'pass' | 'cut'
  requests: 'pass' | 'cut'
  truncate: number | null
  left: { readonly direction: Direction; bytes: number } | null
  swallow: boolean
  refuse: boolean
  lateMs: number
  change: ((answer: Buffer) => Buffer) | null
}

const NONE: Faults = {
  answers: 'pass',
  requests: 'pass',
  truncate: null,
  left: null,
  swallow: false,
  refuse: false,
  lateMs: 0,
  change: null,
}

/** Starts one in front of a server, which it reaches over TCP and in the clear. */
export async function startProxy(target: string): Promise<Proxy> {
  const pairs = new Set<Pair>()
  let faults: Faults = { ...NONE }
  let goal = new URL(plainTcp(target))
  let accepted = 0
  const end = (how: (socket: Socket) => void): void => {
    for (const { client, upstream, vanishing } of pairs) {
      if (!vanishing) how(client)
      upstream.destroy()
    }
  }
  const cut = (): void => {
    Object.assign(faults, { answers: 'pass', requests: 'pass', truncate: null, left: null })
    end((socket) => socket.destroy())
  }
  const server = createServer((client) => {
    client.on('error', () => {})
    if (faults.refuse) {
      client.destroy()
      return
    }
    accepted += 1
    const upstream = connect(Number(goal.port), goal.hostname)
    const pair: Pair = { client, upstream, vanishing: faults.swallow }
    pairs.add(pair)
    upstream.on('error', () => {})
    client.on('close', () => {
      pairs.delete(pair)
      upstream.destroy()
    })
    // A network that drops packets drops the end of a connection as well.
    upstream.on('close', () => {
      if (!pair.vanishing) setTimeout(() => client.destroy(), faults.lateMs)
    })
    client.on('data', (bytes) => {
      if (pair.vanishing) return
      if (faults.requests === 'cut') cut()
      else if (!spent('requests', bytes, upstream)) upstream.write(bytes)
    })
    upstream.on('data', (bytes) => answer(pair, bytes))
  })
  /** Whether these are the last bytes that pass. */
  function spent(direction: Direction, bytes: Buffer, to: Socket): boolean {
    const { left } = faults
    if (left === null || left.direction !== direction) return false
    left.bytes -= bytes.length
    if (left.bytes > 0) return false
    const last = bytes.subarray(0, bytes.length + left.bytes)
    faults.left = null
    // They arrive before the end does.
    to.write(last, cut)
    return true
  }
  function answer(pair: Pair, sent: Buffer): void {
    if (pair.vanishing) return
    const bytes = faults.change === null ? sent : faults.change(sent)
    if (faults.answers === 'cut') {
      cut()
      return
    }
    if (spent('answers', bytes, pair.client)) return
    if (faults.truncate !== null) {
      const part = bytes.subarray(0, faults.truncate)
      faults.truncate = null
      pair.client.end(part)
      pair.upstream.destroy()
      return
    }
    if (faults.lateMs === 0) pair.client.write(bytes)
    else
      setTimeout(() => {
        if (!pair.vanishing && pair.client.writable) pair.client.write(bytes)
      }, faults.lateMs)
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(plainTcp(target))
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: url.href,
    get open() {
      return pairs.size
    },
    get accepted() {
      return accepted
    },
    cut,
    reset: () => end((socket) => socket.resetAndDestroy()),
    cutAnswers() {
      faults.answers = 'cut'
    },
    cutRequests() {
      faults.requests = 'cut'
    },
    truncateAt(bytes) {
      faults.truncate = bytes
    },
    cutAfter(bytes, direction) {
      faults.left = { direction, bytes }
    },
    blackHole() {
      for (const pair of pairs) pair.vanishing = true
    },
    swallow(value) {
      faults.swallow = value
    },
    refuse(value) {
      faults.refuse = value
    },
    delay(ms) {
      faults.lateMs = ms
    },
    rewrite(change) {
      faults.change = change
    },
    redirect(to) {
      goal = new URL(plainTcp(to))
    },
    heal() {
      faults = { ...NONE }
    },
    async close() {
      for (const { client, upstream } of pairs) {
        client.destroy()
        upstream.destroy()
      }
      server.close()
      await once(server, 'close')
    },
  }
}
