// `WithLists`: which common table expressions a statement writes, and where: at its top, or in the statement that names them.
import { CompileError } from '../../errors.ts'
import type { Cte } from '../../expression/from/alias.ts'
import { quoteName } from '../../nearest.ts'

/** Expressions with their text, in the order in which they are written; null while one is being rendered. */
export type WithList = Map<Cte, string | null>

/** The lists of one statement. */
export class WithLists {
  readonly #top: WithList = new Map()
  readonly #names: Set<string> = new Set()
  /** The list of the statement within another that is being rendered, and those of the statements around it. */
  #level: WithList | null = null
  readonly #around: WithList[] = []
  #depth = 0

  /** Begins a statement within another, which can have a WITH of its own; gives what {@link close} takes. */
  open(): WithList | null {
    const around = this.#level
    this.#level = null
    if (around !== null) this.#around.push(around)
    this.#depth += 1
    return around
  }

  /** Ends it: its WITH stands before its text. */
  close(around: WithList | null, text: string): string {
    const own = this.#level
    this.#level = around
    if (around !== null) this.#around.pop()
    this.#depth -= 1
    return own === null ? text : withText(own) + text
  }

  /**
   * Puts an expression into the list where it belongs, unless it is there already.
   * @param define renders it
   * @throws CompileError another expression has its name
   */
  add(cte: Cte, name: string, define: (cte: Cte) => string): void {
    if (cte.nesting && this.#depth > 0) {
      if (this.#around.some((level) => level.has(cte)) || this.#level?.has(cte) === true) return
      // What the whole statement has is seen here.
      if (typeof this.#top.get(cte) === 'string') return
      this.#level ??= new Map()
      put(this.#level, cte, define)
      return
    }
    if (this.#top.has(cte)) return
    if (this.#names.has(name))
      throw new CompileError(`Two different common table expressions of this statement are called ${quoteName(name)}`)
    this.#names.add(name)
    put(this.#top, cte, define)
  }

  /** WITH of the whole statement; empty where there is none. */
  get text(): string {
    return this.#top.size === 0 ? '' : withText(this.#top)
  }
}

/** Behind those that it refers to, which are finished before. */
function put(list: WithList, cte: Cte, define: (cte: Cte) => string): void {
  list.set(cte, null)
  const text = define(cte)
  list.delete(cte)
  list.set(cte, text)
}

function withText(list: WithList): string {
  let recursive = false
  let all = ''
  for (const [cte, text] of list) {
    if (cte.recursive) recursive = true
    all += all === '' ? text : `, \n${text}`
  }
  return `WITH ${recursive ? 'RECURSIVE ' : ''}${all}\n `
}
