// `KeyPass`: the walk that turns a statement's shape into integers and collects its binds in order.
import { CompileError } from '../../errors.ts'
import type { BindLike, Pass, Walkable } from './pass.ts'

const NULL = 0
const LIST = -1
const DECLARE = -2
const REFER = -3
const BIND = -4
const BIND_AGAIN = -5
const TEXT = -6

/** Up to so many binds a list is searched faster than a map is made. */
const FEW_BINDS = 24

/** More strings than any program's own statements hold: past it the names are generated, and the table starts anew. */
const INTERNED_LIMIT = 50_000

/**
 * Strings as small integers, for one cache. Bounded: when it is full it empties itself and raises its epoch, and every key
 * made before is void.
 */
export class Interner {
  readonly #numbers: Map<string, number> = new Map()
  epoch = 0

  number(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    if (this.#numbers.size >= INTERNED_LIMIT) {
      this.#numbers.clear()
      this.epoch += 1
    }
    const fresh = this.#numbers.size + 1
    this.#numbers.set(text, fresh)
    return fresh
  }
}

/**
 * Collects a statement's key. One instance serves many statements one after the other: `start()`, walk, then read
 * `ints`/`length`/`hash`/`binds` before the next start.
 */
export class KeyPass implements Pass {
  ints: Int32Array = new Int32Array(256)
  length = 0
  hash = 0
  binds: BindLike[] = []
  cacheable = true
  readonly #interner: Interner
  #shared: Walkable[] = []
  #bindNumbers: Map<BindLike, number> | null = null

  constructor(interner: Interner) {
    this.#interner = interner
  }

  /**
   * Walks a statement from the beginning.
   *
   * @throws CompileError it is nested too deeply.
   */
  start(statement: Walkable): void {
    this.length = 0
    this.hash = 17
    this.binds = []
    this.cacheable = true
    this.#shared.length = 0
    this.#bindNumbers = null
    try {
      this.node(statement)
    } catch (error) {
      if (isStackOverflow(error))
        throw new CompileError('The statement is nested too deeply to be compiled', { cause: error })
      throw error
    }
  }

  /** Whether a key kept earlier (a copy of `ints`) is the present one. */
  matches(key: Int32Array): boolean {
    const length = this.length
    if (key.length !== length) return false
    const ints = this.ints
    for (let i = 0; i < length; i++) if (ints[i] !== key[i]) return false
    return true
  }

  #push(value: number): void {
    if (this.length === this.ints.length) {
      const larger = new Int32Array(this.ints.length * 2)
      larger.set(this.ints)
      this.ints = larger
    }
    this.ints[this.length++] = value
    this.hash = (Math.imul(this.hash, 31) + value) | 0
  }

  node(child: Walkable | null): void {
    if (child === null) {
      this.#push(NULL)
      return
    }
    this.#push(child.keyId)
    child.walk(this)
  }

  nodes(children: readonly Walkable[]): void {
    this.#push(LIST)
    this.#push(children.length)
    for (const child of children) this.node(child)
  }

  shared(child: Walkable): void {
    const known = this.#shared.indexOf(child)
    if (known >= 0) {
      this.#push(REFER)
      this.#push(known)
      return
    }
    this.#shared.push(child)
    this.#push(DECLARE)
    this.node(child)
  }

  text(value: string | null): void {
    if (value === null) this.#push(NULL)
    else {
      this.#push(TEXT)
      this.#push(this.#interner.number(value))
    }
  }

  flag(value: boolean | number): void {
    this.#push(typeof value === 'number' ? value : value ? 1 : 0)
  }

  type(type: { readonly id: number }): void {
    this.#push(type.id)
  }

  identity(of: { readonly id: number }): void {
    this.#push(of.id)
  }

  bind(bind: BindLike): void {
    const known = this.#numberOf(bind)
    if (known >= 0) {
      this.#push(BIND_AGAIN)
      this.#push(known)
      return
    }
    this.binds.push(bind)
    this.#push(BIND)
    this.#push(this.#interner.number(bind.key))
    this.#push(bind.type.id)
  }

  /** The number of a bind that was met before; -1 for a new one. A few are searched, many are looked up. */
  #numberOf(bind: BindLike): number {
    const { binds } = this
    if (binds.length < FEW_BINDS) return binds.indexOf(bind)
    this.#bindNumbers ??= new Map(binds.map((each, number) => [each, number]))
    const known = this.#bindNumbers.get(bind)
    if (known === undefined) this.#bindNumbers.set(bind, binds.length)
    return known ?? -1
  }

  uncacheable(): void {
    this.cacheable = false
  }
}

/** Whether an error says that calls were nested too deeply; other range errors are about values. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack|recursion/i.test(error.message)
}
