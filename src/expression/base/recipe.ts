// `Recipe`: the way in which a statement was built, without its values; a `Tracer` follows it while a statement is being built.
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
  comparison: 24,
} as const

/** How far the tag is below the number. */
export const TAG_SIZE = 32

let epoch = 0
let count = 0
let lastId = 0

/** What a subquery or CTE offers, as far as the recipe of its statement tells: nothing that holds a value. */
export interface RecipeColumn {
  readonly key: string
  readonly name: string
  readonly type: unknown
  /** How such columns are compared; null where each has to be asked. */
  readonly forms: unknown
}

const NO_TEXT = '\u0000'

/** A place in the tree of all steps; small, as there are many. */
export class Place {
  // Of one sort each and never null, as comparing numbers with numbers is cheapest.
  #step = -1
  #text = NO_TEXT
  #next: Place | null = null
  #others: Map<number | string, Place> | null = null
  /** How many steps it is away from the recipe before it. */
  readonly depth: number
  /** The recipe that ends here. */
  recipe: Recipe | null = null

  constructor(depth: number) {
    this.depth = depth
  }

  /** The place behind one more number. */
  after(step: number): Place {
    return this.#step === step && this.#next !== null ? this.#next : this.#along(step, NO_TEXT)
  }

  /** The place behind what follows, and a number of it. */
  tagged(tag: number, value: number): Place {
    return this.after(value * TAG_SIZE + tag)
  }

  /** The place behind one more text; null where it is too long to be kept. */
  afterText(text: string): Place | null {
    if (this.#text === text && this.#next !== null) return this.#next
    return text.length > LONGEST_TEXT ? null : this.#along(-1, text)
  }

  #along(step: number, text: string): Place {
    if (this.#next === null) {
      this.#step = step
      this.#text = text
      this.#next = this.#behind()
      return this.#next
    }
    const key = step === -1 ? text : step
    this.#others ??= new Map()
    let next = this.#others.get(key)
    if (next === undefined) {
      next = this.#behind()
      this.#others.set(key, next)
    }
    return next
  }

  #behind(): Place {
    count += 1
    if (count > MOST_PLACES) {
      epoch += 1
      count = 0
      root = newRoot()
    }
    return new Place(this.recipe === null ? this.depth + 1 : 1)
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
  return new Recipe(new Place(0))
}

let root = newRoot()

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
  /** Tells what `walk` tells a pass: to a tracer values and parts, by the place behind it all else; null where it cannot. */
  trace(tracer: Tracer, at: Place): Place | null
}

const NO_BINDS: readonly BindLike[] = []
const NOTHING_SHARED: readonly SharedPart[] = []

/** One step of a statement, while it follows its recipe. */
export interface Tracer<State = unknown> extends Trail {
  binds: readonly BindLike[]
  shared: readonly SharedPart[]
  /** Those of the method; elements in place of what stands for them. */
  args: readonly unknown[]
  readonly before: Tracer<State> | null
  recipe: Recipe
  /** The statement after the step; null while nobody has asked for it. */
  state: State | null
}

/** A step behind another, of the recipe of that until it is told; a literal, as a constructor costs a call. */
export function stepAfter<State>(
  before: Tracer<State> | null,
  args: readonly unknown[],
  state: State | null,
): Tracer<State> {
  return before === null
    ? { binds: NO_BINDS, shared: NOTHING_SHARED, args, before, recipe: root, state }
    : { binds: NO_BINDS, shared: before.shared, args, before, recipe: before.recipe, state }
}

/** The recipe that ends at a place. */
export function recipeAt(place: Place): Recipe {
  place.recipe ??= new Recipe(place)
  return place.recipe
}

/** Tells a part. */
export function tracePart(part: Traceable, tracer: Tracer, at: Place | null): Place | null {
  return at === null || at.depth > MOST_STEPS ? null : part.trace(tracer, at)
}

/** Tells several parts, and how many they are. */
export function traceParts(parts: readonly Traceable[], tracer: Tracer, at: Place | null): Place | null {
  let place = at === null ? null : at.after(parts.length)
  for (let index = 0; place !== null && index < parts.length; index += 1)
    place = tracePart(parts[index] as Traceable, tracer, place)
  return place
}

/** Keeps a parameter that is told by its place, or with what it stands in. */
export function keepBind(bind: BindLike, tracer: Tracer): void {
  if (tracer.binds === NO_BINDS) tracer.binds = [bind]
  else (tracer.binds as BindLike[]).push(bind)
}

/**
 * Tells a parameter.
 * @param flags how it is written, as its `walk` tells
 * @param beside the name that parameters have beside what stands on the left
 */
export function traceBind(
  bind: BindLike,
  flags: number,
  beside: string | null,
  tracer: Tracer,
  at: Place,
): Place | null {
  keepBind(bind, tracer)
  const isNamed = bind.key !== beside
  const next = at.tagged(Tag.bind, bind.type.id * 64 + flags * 2 + (isNamed ? 1 : 0))
  return isNamed ? next.afterText(bind.key) : next
}

/** Tells a part whose identity matters where it was met before; null where it is met for the first time: then its own fields follow. */
export function traceAgain(part: SharedPart, tracer: Tracer, at: Place): Place | null {
  const known = tracer.shared.indexOf(part)
  return known < 0 ? null : at.tagged(Tag.again, known)
}

/** Tells that a part whose identity matters is met for the first time. */
export function declare(part: SharedPart, tracer: Tracer, at: Place): Place {
  tracer.shared = [...tracer.shared, part]
  return at.tagged(Tag.declared, 0)
}

/** Tells a statement in this one. */
export function traceWithin(trail: Trail | null | undefined, tracer: Tracer, at: Place | null): Place | null {
  if (at === null || trail === null || trail === undefined || !isPresent(trail.recipe)) return null
  let place = at.after(trail.recipe.id)
  for (let index = 0; index < trail.shared.length; index += 1) {
    const part = trail.shared[index] as SharedPart
    place = traceAgain(part, tracer, place) ?? declare(part, tracer, place)
  }
  for (let each: Trail | null = trail; each !== null; each = each.before)
    for (let index = 0; index < each.binds.length; index += 1) keepBind(each.binds[index] as BindLike, tracer)
  return place
}
