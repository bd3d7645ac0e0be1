// A transaction pooler in a few lines: each client is lent another session of the server for each transaction. What relies on anything
// that a session remembers fails at once, because the sessions are lent in turn and the names in use are remembered.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import pg from 'pg'

/** A running pooler. */
export interface MiniPooler {
  readonly port: number
  /** The types of all messages that clients sent after the first, with the names of statements in Parse, Bind, Describe and Close. */
  readonly messages: string[]
  /** The settings in the first messages. */
  readonly startups: Record<string, string>[]
  close(): Promise<void>
}

/** A session of the server, taken over from a client that has logged in. */
interface Session {
  readonly client: pg.Client
  readonly socket: Socket
  busy: boolean
  hear: ((bytes: Buffer) => void) | null
}

/** How a message with its type, length and body is told: `Parse s1`. */
function describe(type: string, body: Buffer): string {
  const string = (at: number): string => body.toString('utf8', at, body.indexOf(0, at))
  if (type === 'P') return `Parse ${string(0)}`
  if (type === 'B') return `Bind ${string(body.indexOf(0) + 1)}`
  if (type === 'D' || type === 'C') return body[0] === 0x53 ? `${type} ${string(1)}` : type
  return type
}

function* messagesOf(bytes: Buffer): Generator<{ readonly type: string; readonly whole: Buffer }> {
  for (let at = 0; at + 5 <= bytes.length; ) {
    const end = at + 1 + bytes.readInt32BE(at + 1)
    if (end > bytes.length) return
    yield { type: String.fromCharCode(bytes[at] as number), whole: bytes.subarray(at, end) }
    at = end
  }
}

function message(type: string, ...body: (Buffer | string)[]): Buffer {
  const content = Buffer.concat(body.map((part) => (typeof part === 'string' ? Buffer.from(`${part}\0`) : part)))
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(4 + content.length, 1)
  return Buffer.concat([head, content])
}

const READY = message('Z', Buffer.from('I'))

/** Cuts what comes into whole messages. */
function inWholeMessages(take: (type: string, whole: Buffer) => void): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0)
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    for (const { type, whole } of messagesOf(rest)) {
      take(type, whole)
      rest = rest.subarray(whole.length)
    }
  }
}

/** Starts one that lends `count` sessions in turn. */
export async function startMiniPooler(connectionString: string, count: number): Promise<MiniPooler> {
  const sessions = await Promise.all(Array.from({ length: count }, () => openSession(connectionString)))
  const messages: string[] = []
  const startups: Record<string, string>[] = []
  const waiting: ((session: Session) => void)[] = []
  let turn = 0

  const borrow = (): Promise<Session> => {
    for (let step = 0; step < count; step += 1) {
      const session = sessions[(turn + step) % count] as Session
      if (session.busy) continue
      turn += step + 1
      session.busy = true
      return Promise.resolve(session)
    }
    return new Promise((resolve) => waiting.push(resolve))
  }
  const giveBack = (session: Session): void => {
    session.hear = null
    const next = waiting.shift()
    if (next === undefined) session.busy = false
    else next(session)
  }

  const serve = (client: Socket): void => {
    let lent: Promise<Session> | null = null
    let syncs = 0
    /** Whether messages have come behind the last Sync. */
    let partial = false
    let started = false
    const forward = async (whole: Buffer): Promise<void> => {
      lent ??= borrow()
      const session = await lent
      session.hear ??= inWholeMessages((type, answer) => {
        client.write(answer)
        if (type !== 'Z') return
        syncs -= 1
        if (answer[5] === 0x49 && syncs === 0 && !partial) {
          lent = null
          giveBack(session)
        }
      })
      session.socket.write(whole)
    }
    const take = inWholeMessages((type, whole) => {
      if (type === 'X') return void client.end()
      messages.push(describe(type, whole.subarray(5)))
      partial = type !== 'S' && type !== 'Q'
      if (!partial) syncs += 1
      void forward(whole)
    })
    client.on('error', () => undefined)
    client.on('close', () => {
      void lent?.then((session) => {
        session.hear = inWholeMessages((type) => {
          if (type === 'Z') giveBack(session)
        })
        session.socket.write(message('Q', 'ROLLBACK'))
      })
    })
    client.on('data', (bytes: Buffer) => {
      if (started) return take(bytes)
      started = true
      const words = bytes.toString('utf8', 8).split('\0')
      const settings: Record<string, string> = {}
      for (let at = 0; at + 1 < words.length && words[at] !== ''; at += 2)
        settings[words[at] as string] = words[at + 1] as string
      startups.push(settings)
      // Like PgBouncer: a number of its own in place of a process id.
      const key = Buffer.alloc(8)
      key.writeInt32BE(-123456, 0)
      client.write(
        Buffer.concat([
          message('R', Buffer.alloc(4)),
          message('S', 'server_version', '18.0'),
          message('K', key),
          READY,
        ]),
      )
    })
  }

  const server = createServer(serve)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    messages,
    startups,
    async close() {
      server.close()
      for (const { client } of sessions) await client.end()
    },
  }
}

async function openSession(connectionString: string): Promise<Session> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  const socket = (client as unknown as { connection: { stream: Socket } }).connection.stream
  const session: Session = { client, socket, busy: false, hear: null }
  socket.removeAllListeners('data')
  socket.on('data', (bytes: Buffer) => session.hear?.(bytes))
  return session
}
