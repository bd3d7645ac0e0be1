// A TCP proxy that hands every chunk on one millisecond after it came, in both directions. Runs in a process of its own.

import { connect, createServer, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'

const DELAY_MS = 1

interface Parcel {
  readonly due: number
  deliver(): void
}

/** Parcels in the order of their time: the delay is the same for all, so first come is first due. */
const parcels: Parcel[] = []
let waiting = false

function post(deliver: () => void): void {
  parcels.push({ due: performance.now() + DELAY_MS, deliver })
  wait()
}

function wait(): void {
  const next = parcels[0]
  if (waiting || next === undefined) return
  waiting = true
  // A timer has whole milliseconds and may fire early by a fraction: the rest is polled.
  if (next.due - performance.now() > DELAY_MS / 2) setTimeout(handOn, DELAY_MS)
  else setImmediate(handOn)
}

function handOn(): void {
  waiting = false
  const now = performance.now()
  while (parcels[0] !== undefined && parcels[0].due <= now) parcels.shift()?.deliver()
  wait()
}

function forward(from: Socket, to: Socket): void {
  from.setNoDelay(true)
  from.on('data', (chunk) => post(() => to.write(chunk)))
  from.on('end', () => post(() => to.end()))
  from.on('error', () => to.destroy())
  from.on('close', () => post(() => to.destroy()))
}

const [host, port] = process.argv.slice(2)
const server = createServer((client) => {
  const upstream = connect({ host: host ?? '127.0.0.1', port: Number(port) })
  forward(client, upstream)
  forward(upstream, client)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' && address !== null ? address.port : 0)
})
process.on('disconnect', () => process.exit())
