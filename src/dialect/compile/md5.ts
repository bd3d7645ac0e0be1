// MD5, for names that are to be the same as SQLAlchemy's; nothing here is a secret.

const SHIFTS: readonly (readonly number[])[] = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
]
const SINES: readonly number[] = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32))

/** The MD5 of a text in UTF-8, as hexadecimal digits. */
export function md5(text: string): string {
  const words = paddedWords(new TextEncoder().encode(text))
  let state: readonly [number, number, number, number] = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]
  for (let start = 0; start < words.length; start += 16) state = digested(state, words, start)
  const bytes = new DataView(new ArrayBuffer(16))
  state.forEach((word, index) => {
    bytes.setUint32(index * 4, word, true)
  })
  return Array.from(new Uint8Array(bytes.buffer), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function paddedWords(bytes: Uint8Array): Uint32Array {
  const size = ((bytes.length + 8) >> 6) * 16 + 16
  const padded = new DataView(new ArrayBuffer(size * 4))
  bytes.forEach((byte, index) => {
    padded.setUint8(index, byte)
  })
  padded.setUint8(bytes.length, 0x80)
  padded.setUint32(size * 4 - 8, bytes.length * 8, true)
  return Uint32Array.from({ length: size }, (_, index) => padded.getUint32(index * 4, true))
}

function digested(
  state: readonly [number, number, number, number],
  words: Uint32Array,
  start: number,
): readonly [number, number, number, number] {
  let [a, b, c, d] = state
  for (let i = 0; i < 64; i += 1) {
    const round = i >> 4
    const [mixed, index] =
      round === 0
        ? [(b & c) | (~b & d), i]
        : round === 1
          ? [(d & b) | (~d & c), 5 * i + 1]
          : round === 2
            ? [b ^ c ^ d, 3 * i + 5]
            : [c ^ (b | ~d), 7 * i]
    const sum = (a + mixed + (SINES[i] ?? 0) + (words[start + (index & 15)] ?? 0)) | 0
    const shift = SHIFTS[round]?.[i & 3] ?? 0
    ;[a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0]
  }
  return [(state[0] + a) | 0, (state[1] + b) | 0, (state[2] + c) | 0, (state[3] + d) | 0]
}
