// CancelRequest: asks the server, on a socket of its own, to stop what a session runs.
import { connect as connectSocket, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'

/** Whom to ask, and to stop whom. */
export interface CancelTarget {
  /** The server's name, for its certificate. */
  readonly host: string
  /** Where it is: an address, or the directory of a socket. */
  readonly address: string
  readonly port: number
  /** The TLS options of the connection itself, null where it has no TLS: a proxy may tell sessions apart by them. */
  readonly tls: ConnectionOptions | null
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

/** The path of a server's socket in the directory `host`. */
export function socketPath(host: string, port: number): string {
  return `${host}/.s.PGSQL.${port}`
}

/**
 * Sends the request and resolves when the server has closed the socket, after which it has signalled the session. Never
 * rejects; false where the server could not be reached, or has not closed the socket in time.
 */
export function requestCancel(target: CancelTarget): Promise<boolean> {
  return new Promise((resolve) => {
    const { address, host, port } = target
    let delivered = false
    const socket = address.startsWith('/') ? connectSocket(socketPath(address, port)) : connectSocket(port, address)
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
      if (target.tls === null) return send(socket)
      socket.write(SSL_REQUEST)
      socket.once('data', (answer) => {
        if (answer.length !== 1 || answer[0] !== LETTER_S) return socket.destroy()
        const name = isIP(host) === 0 ? { servername: host } : {}
        // The key is not enumerable, so that no log shows it.
        const key = target.tls?.key === undefined ? {} : { key: target.tls.key }
        const secure = connectTls({ ...target.tls, ...key, ...name, host, socket }, () => send(secure))
        secure.on('error', () => socket.destroy())
      })
    })
  })
}
