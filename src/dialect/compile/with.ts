// `WithLists`: which common table expressions a statement writes, and where: at its top, or in the statement that names them.
import { CompileError } from '../../errors.ts'
import type { Element } from '../../expression/base/element.ts'
import { iterate } from '../../expression/base/traverse.ts'
import { ColumnClause } from '../../expression/element/column.ts'
import { Cte } from '../../expression/from/alias.ts'
import { TableClause } from '../../expression/from/table-clause.ts'
import type { CompoundSelect } from '../../expression/select/compound.ts'
import { quoteName } from '../../nearest.ts'

/** Expressions with their text, in the order in which they are written; null while one is being rendered. */
type WithList = Map<Cte, string | null>

/** The WITH of one statement. */
interface Level {
  readonly list: WithList
  readonly names: Set<string>
  /** Those that were said to stand just here, whether they are there yet or not. */
  here: Set<Cte> | null
}

/** A compound of which a part is being rendered. */
export interface CompoundParts {
  readonly compound: CompoundSelect
  /** The expression in WITH that it is the statement of; null for none. */
  readonly defines: Cte | null
  /** Which part. */
  index: number
}

/** The lists of one statement. */
export class WithLists {
  readonly #top: Level = level()
  /** One for each statement within another that is being rendered, outermost first; null where it has no WITH yet. */
  readonly #levels: (Level | null)[] = []
  /** For each of these what it is a part of, whose WITH it shares; null for none. */
  readonly #parts: (CompoundParts | null)[] = []

  /** Begins a statement within another, which can have a WITH of its own. */
  open(parts: CompoundParts | null): void {
    this.#levels.push(null)
    this.#parts.push(parts)
  }

  /** Ends it: its WITH stands before its text. */
  close(text: string): string {
    const own = this.#levels.pop() ?? null
    this.#parts.pop()
    return own === null || own.list.size === 0 ? text : withText(own) + text
  }

  /**
   * Hears that an expression is to stand in the statement that is being rendered, whoever names it first.
   * @throws CompileError it is to stand in a statement around, too
   */
  expect(cte: Cte): void {
    for (let index = this.#levels.length - 1; index >= -1; index -= 1)
      if (this.#at(index)?.here?.has(cte) === true)
        throw new CompileError('A common table expression is added with { nestHere: true } in more than one place')
    const own = this.#own(this.#levels.length - 1)
    own.here ??= new Set()
    own.here.add(cte)
  }

  /**
   * Puts an expression into the list where it belongs, unless it is there already.
   * @param define renders it, and hears whether it stands in the WITH of a statement within another
   * @throws CompileError another expression has its name
   */
  add(cte: Cte, name: string, define: (cte: Cte, isNested: boolean) => string): void {
    const place = this.#placeOf(cte)
    if (place === null) return
    let at = place
    // In a compound its parts share one WITH.
    if (at >= 0 && mayMove(cte, name, this.#parts[at] ?? null, this.#at(at - 1))) at -= 1
    const { list, names } = this.#own(at)
    if (names.has(name))
      throw new CompileError(`Two different common table expressions of this statement are called ${quoteName(name)}`)
    names.add(name)
    // Behind those that it refers to, which are finished before; what stands further within is not seen in it.
    const levels = this.#levels.splice(at + 1)
    const parts = this.#parts.splice(at + 1)
    list.set(cte, null)
    const text = define(cte, place >= 0)
    list.delete(cte)
    list.set(cte, text)
    this.#levels.push(...levels)
    this.#parts.push(...parts)
  }

  /** WITH of the whole statement; empty where there is none. */
  get text(): string {
    return this.#top.list.size === 0 ? '' : withText(this.#top)
  }

  #at(index: number): Level | null {
    return index < 0 ? this.#top : (this.#levels[index] ?? null)
  }

  #own(index: number): Level {
    const known = this.#at(index)
    if (known !== null) return known
    const made = level()
    this.#levels[index] = made
    return made
  }

  /** Which statement is to have it, -1 for the whole; null where one that is seen from here has it. */
  #placeOf(cte: Cte): number | null {
    let expected = cte.nesting ? this.#levels.length - 1 : -1
    for (let index = this.#levels.length - 1; index >= -1; index -= 1) {
      const each = this.#at(index)
      if (each === null) continue
      if (each.list.has(cte)) return null
      if (index > expected && each.here?.has(cte) === true) expected = index
    }
    return expected
  }
}

function level(): Level {
  return { list: new Map(), names: new Set(), here: null }
}

/**
 * Whether an expression that a part names may stand in the WITH of the whole compound: another part would find it under a name that
 * means something else there, and above a recursive step nothing may refer to what the step completes.
 */
function mayMove(cte: Cte, name: string, parts: CompoundParts | null, target: Level | null): boolean {
  if (parts === null || target?.names.has(name) === true) return false
  const { compound, defines, index } = parts
  if (defines?.recursive === true && named(cte.element).has(defines)) return false
  for (const [at, part] of compound.state.selects.entries()) {
    if (at === index) continue
    for (const from of named(part)) if (from !== cte && from.name === name) return false
  }
  return true
}

/** All that a statement refers to by name, within what it refers to as well. */
function named(root: Element, found: Set<Cte | TableClause> = new Set()): ReadonlySet<Cte | TableClause> {
  for (const each of iterate(root)) {
    const from = each instanceof ColumnClause ? each.table : each
    if (!(from instanceof Cte || from instanceof TableClause) || found.has(from)) continue
    found.add(from)
    if (from !== each) named(from, found)
  }
  return found
}

function withText({ list }: Level): string {
  let recursive = false
  let all = ''
  for (const [cte, text] of list) {
    if (cte.recursive) recursive = true
    all += all === '' ? text : `, \n${text}`
  }
  return `WITH ${recursive ? 'RECURSIVE ' : ''}${all}\n `
}
