// A proxy in front of the server that loses connections at the worst moment.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { plainTcp } from '../support/transport.ts'

export interface Proxy {
  readonly url: string
  /** Cuts all connections as soon as the server answers next: the command has arrived, its answer has not. */
  cutAnswers(): void
  /** Cuts all connections now. */
  cut(): void
  /** Answers come so many milliseconds late. */
  delay(ms: number): void
  /** Changes what the server says. */
  rewrite(change: ((answer: Buffer) => Buffer) | null): void
  /** From now on, new connections are cut at once. */
  refuse(refusing: boolean): void
  close(): Promise<void>
}

export async function startProxy(target: string): Promise<Proxy> {
  const url = new URL(plainTcp(target))
  const { hostname, port } = url
  const pairs = new Set<readonly [Socket, Socket]>()
  let losing = false
  let refusing = false
  let lateMs = 0
  let change: ((answer: Buffer) => Buffer) | null = null
  const cut = (): void => {
    for (const pair of pairs) for (const socket of pair) socket.destroy()
    pairs.clear()
    losing = false
  }
  const server = createServer((client) => {
    if (refusing) {
      client.destroy()
      return
    }
    const upstream = connect(Number(port), hostname)
    const pair = [client, upstream] as const
    pairs.add(pair)
    for (const socket of pair) {
      socket.on('error', () => {})
      socket.on('close', () => {
        for (const each of pair) each.destroy()
        pairs.delete(pair)
      })
    }
    client.on('data', (bytes) => upstream.write(bytes))
    upstream.on('data', (bytes) => {
      const answer = change === null ? bytes : change(bytes)
      if (losing) cut()
      else if (lateMs > 0) setTimeout(() => client.write(answer), lateMs)
      else client.write(answer)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: url.href,
    cut,
    cutAnswers() {
      losing = true
    },
    delay(ms) {
      lateMs = ms
    },
    rewrite(value) {
      change = value
    },
    refuse(value) {
      refusing = value
    },
    async close() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
