// Reading numbers and strings from the bytes of a row without a native call for each.
import { type Decode, undecodable } from './codec.ts'

const WINDOW_BYTES = 4096
const DIRECT_BYTES = 256

// One native call turns a stretch of bytes into a string from which short values are cut. The stretch is short, because
// a substring keeps its whole parent alive.
let windowBuffer: Buffer | null = null
let windowStart = 0
let windowEnd = 0
let windowText = ''

/** The bytes as a string, one character for each byte; for bytes that are known to be ASCII. */
export function ascii(buffer: Buffer, start: number, end: number): string {
  if (buffer !== windowBuffer || start < windowStart || end > windowEnd) {
    if (end - start > DIRECT_BYTES) return buffer.toString('latin1', start, end)
    windowBuffer = buffer
    windowStart = start
    windowEnd = Math.min(buffer.length, start + WINDOW_BYTES)
    windowText = buffer.toString('latin1', start, windowEnd)
  }
  return windowText.substring(start - windowStart, end - windowStart)
}

/** The bytes as a string, read as UTF-8. */
export function utf8(buffer: Buffer, start: number, end: number): string {
  if (end - start > DIRECT_BYTES) return buffer.toString('utf8', start, end)
  let bits = 0
  for (let at = start; at < end; at++) bits |= buffer[at] as number
  return bits < 0x80 ? ascii(buffer, start, end) : buffer.toString('utf8', start, end)
}

/** Forgets the bytes last read; the reader calls it after each chunk, so that no chunk is kept alive. */
export function releaseBytes(): void {
  windowBuffer = null
  windowText = ''
}

/** A decoder of decimal integers of up to 15 digits, signed. */
export function integerText(type: string): Decode<number> {
  return (buffer, start, end) => {
    let at = start
    const negative = buffer[at] === 0x2d
    if (negative) at++
    if (at >= end || end - at > 15) throw undecodable(type, buffer, start, end)
    let value = 0
    for (; at < end; at++) {
      const digit = (buffer[at] as number) - 0x30
      if (digit < 0 || digit > 9) throw undecodable(type, buffer, start, end)
      value = value * 10 + digit
    }
    return negative ? -value : value
  }
}

/** Signed 32-bit integer at `at`. */
export function readInt32(buffer: Buffer, at: number): number {
  return (
    ((buffer[at] as number) << 24) |
    ((buffer[at + 1] as number) << 16) |
    ((buffer[at + 2] as number) << 8) |
    (buffer[at + 3] as number)
  )
}

/** Refuses a binary value of another length: it is of another type. */
export function checkLength(type: string, start: number, end: number, length: number, buffer: Buffer): void {
  if (end - start !== length) throw undecodable(`binary ${type}`, buffer, start, end)
}
