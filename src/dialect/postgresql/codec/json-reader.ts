// Reads small JSON documents from the bytes, in half the time of JSON.parse: documents of one column have the same keys.
import { ascii } from './bytes.ts'

const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const EXPONENT = 0x65
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const BLANK = 0x20

/** In longer documents the call of JSON.parse costs little, and its loops are as good as ours. */
const LONGEST = 1024
const DEEPEST = 16
/** Integers of so many digits are exact. */
const EXACT_DIGITS = 15
/** How many keys may follow one key before that place is given up. */
const MOST_BRANCHES = 4
/** How many keys are remembered; then memory begins anew. */
const MOST_STEPS = 2000
const FULL_CREDIT = 64
/** What a key that was not foreseen costs; each document that was read earns one. */
const SURPRISE = 4
/** How many documents are left to JSON.parse when there is no credit. */
const REST = 500

/** A key of an object, and what has followed it. */
interface Step {
  readonly key: string
  readonly bytes: Uint8Array
  next: Step | null
  /** Another key that has stood in this place. */
  other: Step | null
  /** The first key of the objects that were its value, or in the array that was. */
  inner: Step | null
}

/** Says that JSON.parse has to read the document: no value of JSON is a symbol. */
const UNREAD: unique symbol = Symbol('unread')

// What is being read. One document is read at a time, and nothing is awaited meanwhile.
const NOTHING: Buffer = Buffer.alloc(0)
let bytes: Buffer = NOTHING
let at = 0
let end = 0
let depth = 0
/** Items of the arrays that are begun. */
const stack: unknown[] = []
let top = 0

// What is remembered of the documents read: only how long they take depends on it.
let root: Step = step('')
let steps = 0
let credit = FULL_CREDIT
let resting = 0

/**
 * The value of a document; undefined where JSON.parse has to read it, or to say what is wrong with it: only plain ASCII without
 * escapes is read here.
 */
export function readJson(buffer: Buffer, start: number, stop: number): unknown {
  if (stop - start > LONGEST) return undefined
  if (resting > 0) {
    resting -= 1
    return undefined
  }
  bytes = buffer
  at = start
  end = stop
  depth = 0
  const value = readValue(root)
  // The chunk of the socket is not to be kept alive.
  bytes = NOTHING
  if (value === UNREAD || at !== end) {
    stack.length = 0
    top = 0
    spend(1)
    return undefined
  }
  if (credit < FULL_CREDIT) credit += 1
  return value
}

function spend(amount: number): void {
  credit -= amount
  if (credit >= 0) return
  resting = REST
  credit = FULL_CREDIT
}

function readValue(place: Step): unknown {
  if (at >= end) return UNREAD
  const byte = bytes[at] as number
  switch (byte) {
    case QUOTE:
      return readString()
    case OPEN_BRACE:
      return readObject(place)
    case OPEN_BRACKET:
      return readArray(place)
    case 0x74:
      return readWord('true', true)
    case 0x66:
      return readWord('false', false)
    case 0x6e:
      return readWord('null', null)
    default:
      return byte === MINUS || (byte >= ZERO && byte <= ZERO + 9) ? readNumber() : UNREAD
  }
}

function readWord<T>(word: string, value: T): T | typeof UNREAD {
  if (end - at < word.length) return UNREAD
  for (let index = 1; index < word.length; index++) if (bytes[at + index] !== word.charCodeAt(index)) return UNREAD
  at += word.length
  return value
}

function readString(): string | typeof UNREAD {
  const source = bytes
  const stop = end
  const start = at + 1
  for (let index = start; index < stop; index++) {
    const byte = source[index] as number
    if (byte === QUOTE) {
      at = index + 1
      return ascii(source, start, index)
    }
    if (byte === BACKSLASH || byte >= 0x80 || byte < BLANK) return UNREAD
  }
  return UNREAD
}

function readNumber(): number | typeof UNREAD {
  const start = at
  const negative = bytes[at] === MINUS
  const first = negative ? at + 1 : at
  let index = first
  let value = 0
  for (; index < end; index++) {
    const digit = (bytes[index] as number) - ZERO
    if (digit < 0 || digit > 9) break
    value = value * 10 + digit
  }
  const digits = index - first
  if (digits === 0 || (digits > 1 && bytes[first] === ZERO)) return UNREAD
  const next = index < end ? (bytes[index] as number) : 0
  if (next === POINT || (next | 0x20) === EXPONENT) return readFraction(start, index)
  if (digits > EXACT_DIGITS) return UNREAD
  at = index
  return negative ? -value : value
}

const FRACTION = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/

function readFraction(start: number, point: number): number | typeof UNREAD {
  let index = point + 1
  for (; index < end; index++) {
    const byte = bytes[index] as number
    if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET) break
  }
  const text = ascii(bytes, start, index)
  if (!FRACTION.test(text)) return UNREAD
  at = index
  return Number(text)
}

function readArray(place: Step): unknown[] | typeof UNREAD {
  if (depth === DEEPEST) return UNREAD
  depth += 1
  at += 1
  const base = top
  const source = bytes
  if (source[at] === CLOSE_BRACKET) at += 1
  else
    for (;;) {
      const item = source[at] === QUOTE ? readString() : readValue(place)
      if (item === UNREAD) return UNREAD
      stack[top] = item
      top += 1
      let index = at
      const byte = index < end ? source[index] : 0
      index += 1
      if (byte !== COMMA) {
        at = index
        if (byte === CLOSE_BRACKET) break
        return UNREAD
      }
      at = source[index] === BLANK ? index + 1 : index
    }
  depth -= 1
  return takeItems(base)
}

/** The items on the stack from `base` on, in an array of just their number: one that grows by push takes room for 17. */
function takeItems(base: number): unknown[] {
  const count = top - base
  const items =
    count === 1
      ? [stack[base]]
      : count === 2
        ? [stack[base], stack[base + 1]]
        : count === 3
          ? [stack[base], stack[base + 1], stack[base + 2]]
          : stack.slice(base, top)
  for (let index = base; index < top; index++) stack[index] = null
  top = base
  return items
}

function readObject(place: Step): Record<string, unknown> | typeof UNREAD {
  if (depth === DEEPEST) return UNREAD
  depth += 1
  at += 1
  const source = bytes
  const object: Record<string, unknown> = {}
  if (source[at] === CLOSE_BRACE) at += 1
  else {
    place.inner ??= step('')
    let last = place.inner
    for (;;) {
      const next = last.next
      const key = next !== null && isNext(next.bytes, source, at) ? next : readKey(last)
      if (key === null) return UNREAD
      if (key === next) at += key.bytes.length + 3
      last = key
      let index = at
      if (source[index] === BLANK) at = index += 1
      const value = source[index] === QUOTE ? readString() : readValue(key)
      if (value === UNREAD) return UNREAD
      object[key.key] = value
      index = at
      const byte = index < end ? source[index] : 0
      index += 1
      if (byte !== COMMA) {
        at = index
        if (byte === CLOSE_BRACE) break
        return UNREAD
      }
      at = source[index] === BLANK ? index + 1 : index
    }
  }
  depth -= 1
  return object
}

/** The key that stands here, colon included, and its place behind `last`; null where JSON.parse has to see to it. */
function readKey(last: Step): Step | null {
  if (at >= end || bytes[at] !== QUOTE) return null
  let branches = 0
  for (let candidate = last.next; candidate !== null; candidate = candidate.other) {
    if (isNext(candidate.bytes, bytes, at)) {
      at += candidate.bytes.length + 3
      return candidate
    }
    branches += 1
  }
  const key = readString()
  if (key === UNREAD || bytes[at] !== COLON) return null
  at += 1
  // Assigning to such a key may call a setter.
  if (key in Object.prototype) return null
  spend(SURPRISE)
  const found = step(key)
  if (branches < MOST_BRANCHES) {
    found.other = last.next
    last.next = found
    remember()
  }
  return found
}

/** Whether these letters stand between quotes, with a colon behind, where reading goes on. */
function isNext(letters: Uint8Array, source: Buffer, from: number): boolean {
  const { length } = letters
  const start = from + 1
  if (start + length + 1 >= end || source[start + length] !== QUOTE || source[start + length + 1] !== COLON)
    return false
  for (let index = 0; index < length; index++) if (letters[index] !== source[start + index]) return false
  return source[from] === QUOTE
}

function remember(): void {
  steps += 1
  if (steps < MOST_STEPS) return
  root = step('')
  steps = 0
}

function step(key: string): Step {
  // The name of a property is the one string of its kind in V8, which makes storing by it fast.
  const [name = ''] = Object.keys({ [key]: 0 })
  return { key: name, bytes: Buffer.from(key, 'latin1'), next: null, other: null, inner: null }
}
