// A server that says what it is told, to test what a driver does when one lies or fails.
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** A server that this process plays. */
export interface FakeServer {
  readonly port: number
  /** Messages that clients have sent, by their letter; a startup message is '-'. */
  readonly heard: string[]
  /** Connections so far. */
  readonly count: number
  close(): Promise<void>
}

/** Answers each message of a client. `kind` is its letter, or '-' for the startup message. */
export type Answer = (kind: string, body: Buffer, socket: Socket) => readonly Buffer[]

/** A message of the server. */
export function message(kind: string, ...parts: readonly (Buffer | string | number)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'string') return Buffer.from(part)
      if (typeof part !== 'number') return part
      const bytes = Buffer.alloc(4)
      bytes.writeInt32BE(part)
      return bytes
    }),
  )
  const head = Buffer.alloc(5)
  head.write(kind)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

export const authenticationOk: Buffer = message('R', 0)
export const clearText: Buffer = message('R', 3)
export const md5: Buffer = message('R', 5, 'salt')
export const readyForQuery: Buffer = message('Z', 'I')
export const sasl = (...mechanisms: readonly string[]): Buffer => message('R', 10, `${mechanisms.join('\0')}\0\0`)
export const saslContinue = (text: string): Buffer => message('R', 11, text)
export const saslFinal = (text: string): Buffer => message('R', 12, text)
export const setting = (name: string, value: string): Buffer => message('S', `${name}\0${value}\0`)
export const fatal = (code: string, text: string): Buffer =>
  message('E', `SFATAL\0VFATAL\0C${code}\0M${text}\0Fx.c\0L1\0Rx\0\0`)

/** Starts one. What goes through TLS is the caller's: `wrap` is given each socket first. */
export async function startFakeServer(
  answer: Answer,
  wrap: (socket: Socket) => Socket = (socket) => socket,
): Promise<FakeServer> {
  const heard: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((raw) => {
    const socket = wrap(raw)
    sockets.add(raw)
    raw.on('error', () => undefined)
    socket.on('error', () => undefined)
    let rest = Buffer.alloc(0)
    let started = false
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      for (;;) {
        const offset = started ? 1 : 0
        if (rest.length < offset + 4) return
        const end = offset + rest.readInt32BE(offset)
        if (rest.length < end) return
        const kind = started ? String.fromCharCode(rest[0] ?? 0) : '-'
        const body = rest.subarray(offset + 4, end)
        rest = rest.subarray(end)
        started = true
        heard.push(kind)
        for (const reply of answer(kind, body, socket)) socket.write(reply)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    get count() {
      return heard.filter((kind) => kind === '-').length
    },
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
