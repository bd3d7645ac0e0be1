// Parts of row and range literals: what stands between commas and brackets, where quotes can double and backslashes escape.

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** The bytes of one part without quotes and escapes. */
export interface Part {
  readonly buffer: Buffer
  readonly start: number
  readonly end: number
}

/** Where a part ends: before the byte that closes it; -1 where that does not come. */
export function endOfPart(buffer: Buffer, start: number, end: number, isClosing: (byte: number) => boolean): number {
  let isQuoted = false
  for (let at = start; at < end; at += 1) {
    const byte = buffer[at] as number
    if (byte === BACKSLASH) at += 1
    // Doubled, it ends the quotes and begins them anew.
    else if (byte === QUOTE) isQuoted = !isQuoted
    else if (!isQuoted && isClosing(byte)) return at
  }
  return -1
}

/** A part as it is meant: all that has a meaning in it is ASCII, so it is read as bytes, and copied only where something stands for something else. */
export function plainPart(buffer: Buffer, start: number, end: number): Part {
  const isWhole = buffer[start] === QUOTE && end - start > 1
  const from = isWhole ? start + 1 : start
  const to = isWhole ? end - 1 : end
  if (!hasMarks(buffer, from, to)) return { buffer, start: from, end: to }
  const plain = Buffer.allocUnsafe(end - start)
  let length = 0
  let isQuoted = false
  for (let at = start; at < end; at += 1) {
    let byte = buffer[at] as number
    if (byte === BACKSLASH) {
      at += 1
      byte = buffer[at] as number
    } else if (byte === QUOTE) {
      if (!isQuoted || buffer[at + 1] !== QUOTE || at + 1 >= end) {
        isQuoted = !isQuoted
        continue
      }
      at += 1
    }
    plain[length] = byte
    length += 1
  }
  return { buffer: plain, start: 0, end: length }
}

function hasMarks(buffer: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (buffer[at] === QUOTE || buffer[at] === BACKSLASH) return true
  return false
}
