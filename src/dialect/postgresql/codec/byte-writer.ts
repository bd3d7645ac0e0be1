// Writes messages and values in the protocol's format into one buffer.

const INITIAL_BYTES = 8192
/** Larger buffers are handed to the socket instead of being copied and kept. */
const KEPT_BYTES = 65536
// Shorter strings are written byte by byte, which costs less than a call into the runtime.
const SHORT_STRING = 40

/**
 * A growing buffer of frontend messages, or of what stands in one.
 *
 * @example
 *     writer.begin(BIND); writer.cstring(''); ...; writer.end()
 */
export class ByteWriter {
  #buffer: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES)
  #at = 0
  #start = 0

  /** Starts a message; its length is filled in by {@link end}. */
  begin(code: number): void {
    this.#reserve(5)
    this.#buffer[this.#at] = code
    this.#start = this.#at + 1
    this.#at += 5
  }

  end(): void {
    this.#put32(this.#start, this.#at - this.#start)
  }

  int16(value: number): void {
    this.#reserve(2)
    this.#buffer[this.#at++] = value >>> 8
    this.#buffer[this.#at++] = value
  }

  int32(value: number): void {
    this.#reserve(4)
    this.#put32(this.#at, value)
    this.#at += 4
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#buffer[this.#at++] = value
  }

  double(value: number): void {
    this.#reserve(8)
    this.#buffer.writeDoubleBE(value, this.#at)
    this.#at += 8
  }

  cstring(text: string): void {
    this.#string(text)
    this.byte(0)
  }

  /** A string with its length in bytes before it. */
  countedString(text: string): void {
    this.#reserve(4)
    const at = this.#at
    this.#at += 4
    this.#string(text)
    this.#put32(at, this.#at - at - 4)
  }

  bytes(source: Uint8Array): void {
    this.#reserve(source.length)
    this.#buffer.set(source, this.#at)
    this.#at += source.length
  }

  /** Forgets what was written since the last {@link take}. */
  clear(): void {
    this.#at = 0
  }

  /** All that was written since the last call, in memory of its own: the socket may keep it. */
  take(): Buffer {
    const written = this.#buffer.subarray(0, this.#at)
    this.#at = 0
    if (this.#buffer.length <= KEPT_BYTES) return Buffer.from(written)
    this.#buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES)
    return written
  }

  #string(text: string): void {
    const length = text.length
    this.#reserve(length * 3)
    const buffer = this.#buffer
    if (length > SHORT_STRING) {
      this.#at += buffer.write(text, this.#at, 'utf8')
      return
    }
    let at = this.#at
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index)
      if (code >= 0x80) {
        this.#at += buffer.write(text, this.#at, 'utf8')
        return
      }
      buffer[at++] = code
    }
    this.#at = at
  }

  #put32(at: number, value: number): void {
    const buffer = this.#buffer
    buffer[at] = value >>> 24
    buffer[at + 1] = value >>> 16
    buffer[at + 2] = value >>> 8
    buffer[at + 3] = value
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes
    if (needed <= this.#buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(grown, 0, 0, this.#at)
    this.#buffer = grown
  }
}
