// The client's side of a connection, for tests that act at a certain moment of its life.
import { Socket } from 'node:net'
import tls from 'node:tls'
import { vi } from 'vitest'

/** Connects, and gives the socket over which that went as well: the encrypted one where there is one. */
export async function withItsSocket<T>(connect: () => PromiseLike<T>): Promise<[T, Socket]> {
  const plain = vi.spyOn(Socket.prototype, 'connect')
  const encrypted = vi.spyOn(tls, 'connect')
  try {
    const connected = await connect()
    const sockets = [
      ...encrypted.mock.results.map(({ value }) => value as Socket),
      ...(plain.mock.contexts as Socket[]),
    ]
    // Attempts that led nowhere have ended by now, and those of a proxy in this process come after the client's.
    const socket = sockets.find(({ writable }) => writable)
    if (socket === undefined) throw new Error('No socket was connected')
    return [connected, socket]
  } finally {
    plain.mockRestore()
    encrypted.mockRestore()
  }
}

/** What can be done about the end of a socket, from the event itself until the socket is closed. */
export const MOMENTS: Readonly<Record<string, (act: () => void) => void>> = {
  'in the event itself': (act) => act(),
  'in a microtask of it': (act) => queueMicrotask(act),
  'one tick later': (act) => process.nextTick(act),
  'when other sockets were read': (act) => void setImmediate(act),
}

/** Does something when the other side has ended the socket. */
export function atItsEnd<T>(socket: Socket, moment: string, act: () => T): Promise<T> {
  return new Promise((resolve) => {
    socket.once('end', () => MOMENTS[moment]?.(() => resolve(act())))
  })
}
