// CancelRequest: asks the server, on a socket of its own, to stop what a session runs.
import { isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'

/** Whom to ask, and to stop whom. */
export interface CancelTarget {
  /** The server's name, for its certificate. */
  readonly host: string
  /** A socket that is on its way to where the session's leads. */
  readonly connect: () => Socket
  /** The TLS options of the connection itself, null where it has no TLS: a proxy may tell sessions apart by them. */
  readonly tls: ConnectionOptions | null
  /** Whether TLS begins without asking for it. */
  readonly direct: boolean
  readonly serverNameIndication: boolean
  readonly processId: number
  readonly secretKey: number
  readonly timeoutMs: number
}

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])
const LETTER_S = 0x53

function cancelMessage(target: CancelTarget): Buffer {
  const message = Buffer.alloc(16)
  message.writeInt32BE(16, 0)
  message.writeInt16BE(1234, 4)
  message.writeInt16BE(5678, 6)
  message.writeInt32BE(target.processId, 8)
  message.writeInt32BE(target.secretKey, 12)
  return message
}

/**
 * Sends the request and resolves when the server has closed the socket, after which it has signalled the session. Never
 * rejects; false where the server could not be reached, or has not closed the socket in time.
 */
export function requestCancel(target: CancelTarget): Promise<boolean> {
  return new Promise((resolve) => {
    let delivered = false
    const socket = target.connect()
    const timer = setTimeout(() => {
      delivered = false
      socket.destroy()
    }, target.timeoutMs)
    const send = (stream: Socket): void => {
      stream.on('error', () => undefined)
      stream.resume()
      stream.write(cancelMessage(target), () => {
        delivered = true
      })
    }
    socket.on('error', () => undefined)
    socket.once('close', () => {
      clearTimeout(timer)
      resolve(delivered)
    })
    socket.once('connect', () => {
      const { tls } = target
      if (tls === null) return send(socket)
      if (target.direct) return encrypt(socket, tls, target, send)
      socket.write(SSL_REQUEST)
      socket.once('data', (answer) => {
        if (answer.length !== 1 || answer[0] !== LETTER_S) return socket.destroy()
        encrypt(socket, tls, target, send)
      })
    })
  })
}

function encrypt(
  socket: Socket,
  tls: ConnectionOptions,
  { host, direct, serverNameIndication }: CancelTarget,
  done: (secure: Socket) => void,
): void {
  const name = serverNameIndication && isIP(host) === 0 ? { servername: host } : {}
  // The key is not enumerable, so that no log shows it.
  const key = tls.key === undefined ? {} : { key: tls.key }
  const protocol = direct ? { ALPNProtocols: ['postgresql'] } : {}
  const secure = connectTls({ ...tls, ...key, ...name, ...protocol, host, socket }, () => done(secure))
  secure.on('error', () => socket.destroy())
}
