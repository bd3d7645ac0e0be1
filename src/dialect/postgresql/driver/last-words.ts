// What a server has said before it went is read, also where writing to it fails first.
import type { Duplex } from 'node:stream'

/** So long may it take until what has come is read. */
const READING_MS = 1000

type Written = (error?: Error | null) => void

/**
 * Has a socket that finds out by writing that its other side is gone read on to the end, as libpq does: what came before says why,
 * and whether the server had read anything. Node.js would close it at once, and throw that away.
 */
export function hearLastWords(socket: Duplex): void {
  const { _write: write, _writev: writev } = socket
  let inner: Written = () => undefined
  // One is made for all writes: a socket is given the next only when the one before is done.
  const written: Written = (error) => {
    if (error === undefined || error === null || !isHangUp(error) || socket.readableEnded) return inner(error)
    const late = setTimeout(() => inner(error), READING_MS)
    socket.once('end', () => inner(error))
    socket.once('close', () => clearTimeout(late))
  }
  socket._write = (chunk, encoding, done) => {
    inner = done
    write.call(socket, chunk, encoding, written)
  }
  if (writev === undefined) return
  socket._writev = (chunks, done) => {
    inner = done
    writev.call(socket, chunks, written)
  }
}

function isHangUp(error: Error & { readonly code?: string }): boolean {
  return error.code === 'EPIPE' || error.code === 'ECONNRESET'
}
