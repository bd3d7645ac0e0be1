// `Recipe`: the way in which a statement was built, without its values; `Tracer` follows it while a statement is being built.
import type { BindLike } from './pass.ts'

/** More than the statements of any program have, some fifty each: past it names are generated, and the tree of recipes starts anew. */
const MOST_PLACES = 50_000
/** Longer steps are not worth following: their statement is walked. Each part is a step at least, so that this is how deep they go. */
const MOST_STEPS = 300
/** Longer texts are not kept. */
const LONGEST_TEXT = 200

/** Low bits of a step: what it is about; the rest is a number of it. */
export const Tag = {
  again: 0,
  declared: 1,
  column: 2,
  table: 3,
  name: 4,
  proxy: 5,
  bind: 6,
  binary: 7,
  unary: 8,
  label: 9,
  list: 10,
  grouping: 11,
  call: 12,
  constant: 13,
  cast: 14,
  reference: 15,
  entity: 16,
  alias: 17,
  subquery: 18,
  cte: 19,
  join: 20,
  scalar: 21,
  exists: 22,
  tuple: 23,
} as const

/** How far the tag is below the number. */
const TAG_SIZE = 32

let epoch = 0
let count = 0
let lastId = 0

/** What a subquery or CTE offers, as far as the recipe of its statement tells: nothing that holds a value. */
export interface RecipeColumn {
  readonly key: string
  readonly name: string
  readonly type: unknown
}

const NO_TEXT = '\u0000'

/** A place in the tree of all steps; small, as there are many. */
class Place {
  // Of one sort each and never null, as comparing numbers with numbers is cheapest.
  #step = -1
  #text = NO_TEXT
  #next: Place | null = null
  #others: Map<number | string, Place> | null = null
  /** The recipe that ends here. */
  recipe: Recipe | null = null

  /** The place behind one more number. */
  after(step: number): Place {
    return this.#step === step && this.#next !== null ? this.#next : this.#along(step, NO_TEXT)
  }

  /** The place behind one more text. */
  afterText(text: string): Place {
    return this.#text === text && this.#next !== null ? this.#next : this.#along(-1, text)
  }

  #along(step: number, text: string): Place {
    if (this.#next === null) {
      this.#step = step
      this.#text = text
      this.#next = newPlace()
      return this.#next
    }
    const key = step === -1 ? text : step
    this.#others ??= new Map()
    let next = this.#others.get(key)
    if (next === undefined) {
      next = newPlace()
      this.#others.set(key, next)
    }
    return next
  }
}

/** A way of building a statement. Equal recipes give equal cache keys. */
export class Recipe {
  /** Never used again in this process. */
  readonly id: number
  readonly epoch: number
  readonly place: Place
  /** What the last step does; 0 until a statement was built this way without an error: then no other can raise one. */
  kind = 0
  /** How many steps it has. */
  length = 0
  /** The plugin that a mapped class in a statement of this recipe brings. */
  plugin: object | null = null
  /** What a statement built this way offers in FROM; null while it is not known, or where names are chosen by the compiler. */
  columns: readonly RecipeColumn[] | null = null

  constructor(place: Place) {
    lastId += 1
    this.id = lastId
    this.epoch = epoch
    this.place = place
  }
}

function newRoot(): Recipe {
  return new Recipe(new Place())
}

let root = newRoot()

function newPlace(): Place {
  count += 1
  if (count > MOST_PLACES) {
    epoch += 1
    count = 0
    root = newRoot()
  }
  return new Place()
}

/** Whether statements of the recipe can be built on: its tree is the present one. */
export function isPresent(recipe: Recipe): boolean {
  return recipe.epoch === epoch
}

/** A part of a statement that may be named in it several times: an alias, a CTE. */
export interface SharedPart {
  /** Whether it is still what it was when it was traced. */
  readonly isSettled: boolean
}

/** How a statement was built: by which recipe, with which values and parts. */
export interface Trail {
  readonly recipe: Recipe
  /** The binds of the last step. */
  readonly binds: readonly BindLike[]
  /** The parts of all steps whose identity matters, in the order in which they were met. */
  readonly shared: readonly SharedPart[]
  readonly before: Trail | null
}

/** What can be traced. */
export interface Traceable {
  /** Tells a tracer what `walk` tells a pass; false where it cannot. */
  trace(tracer: Tracer): boolean
}

const NO_BINDS: readonly BindLike[] = []
const NOTHING_SHARED: readonly SharedPart[] = []

/**
 * One step of a statement, which follows its recipe; a new one for each, as young objects are cheaper to change than old ones, and one
 * class of its own, as each that is extended costs a call more.
 */
export class Tracer<State = unknown> implements Trail {
  binds: readonly BindLike[]
  shared: readonly SharedPart[]
  /** Those of the method; elements in place of what stands for them. */
  args: readonly unknown[]
  readonly before: Tracer<State> | null
  recipe: Recipe
  /** The statement after the step; null while nobody has asked for it. */
  state: State | null
  #at: Place
  #steps: number

  constructor(before: Tracer<State> | null, args: readonly unknown[], state: State | null) {
    const recipe = before === null ? root : before.recipe
    this.binds = NO_BINDS
    this.shared = before === null ? NOTHING_SHARED : before.shared
    this.args = args
    this.before = before
    this.recipe = recipe
    this.state = state
    this.#at = recipe.place
    this.#steps = 0
  }

  /** The recipe after what was told; null where that was too long. */
  reached(): Recipe | null {
    if (this.#steps > MOST_STEPS) return null
    const place = this.#at
    place.recipe ??= new Recipe(place)
    return place.recipe
  }

  /** Tells a number alone: a count, the number of a type. */
  number(value: number): void {
    this.#steps += 1
    this.#at = this.#at.after(value)
  }

  /** Tells what follows, and a number of it. */
  tag(tag: number, value: number): void {
    this.#steps += 1
    this.#at = this.#at.after(value * TAG_SIZE + tag)
  }

  /** A name; false where it is too long to be kept. */
  text(value: string): boolean {
    if (value.length > LONGEST_TEXT) return false
    this.#steps += 1
    this.#at = this.#at.afterText(value)
    return true
  }

  /** A part. */
  node(part: Traceable): boolean {
    return this.#steps <= MOST_STEPS && part.trace(this)
  }

  nodes(parts: readonly Traceable[]): boolean {
    this.number(parts.length)
    for (const part of parts) if (!this.node(part)) return false
    return true
  }

  /**
   * A parameter.
   * @param flags how it is written, as its `walk` tells
   * @param beside the name that parameters have beside what stands on the left
   */
  bind(bind: BindLike, flags: number, beside: string | null): boolean {
    this.#keep(bind)
    const isNamed = bind.key !== beside
    this.tag(Tag.bind, bind.type.id * 64 + flags * 2 + (isNamed ? 1 : 0))
    return !isNamed || this.text(bind.key)
  }

  #keep(bind: BindLike): void {
    if (this.binds === NO_BINDS) this.binds = [bind]
    else (this.binds as BindLike[]).push(bind)
  }

  /** A part whose identity matters; whether it is met for the first time, and its own fields follow. */
  meets(part: SharedPart): boolean {
    const known = this.shared.indexOf(part)
    if (known >= 0) {
      this.tag(Tag.again, known)
      return false
    }
    this.shared = [...this.shared, part]
    this.tag(Tag.declared, 0)
    return true
  }

  /** A statement in this one. */
  within(trail: Trail | null | undefined): boolean {
    if (trail === null || trail === undefined || !isPresent(trail.recipe)) return false
    this.number(trail.recipe.id)
    for (let index = 0; index < trail.shared.length; index += 1) this.meets(trail.shared[index] as SharedPart)
    for (let each: Trail | null = trail; each !== null; each = each.before)
      for (let index = 0; index < each.binds.length; index += 1) this.#keep(each.binds[index] as BindLike)
    return true
  }
}
