// `RecipeLink`: from a recipe to what was learnt of the statements built by it, and the order of their binds.
import type { BindLike } from './pass.ts'
import type { Trail } from './recipe.ts'

/** Up to so many binds are compared one by one. */
const FEW_BINDS = 16

/** Where a recipe leads. */
export class RecipeLink<To> {
  readonly to: To
  /** For each bind of a walk its place among those of the trail; null where the order is the same. */
  readonly #places: readonly number[] | null

  private constructor(to: To, places: readonly number[]) {
    this.to = to
    this.#places = places.every((place, index) => place === index) ? null : places
  }

  /**
   * @param binds those that the walk of the same statement has met, in its order
   * @returns null where the trail has others, or one of them twice
   */
  static of<To>(trail: Trail, to: To, binds: readonly BindLike[]): RecipeLink<To> | null {
    const own = gathered(trail)
    if (own === null || own.length !== binds.length) return null
    const places = binds.map((bind) => own.indexOf(bind))
    return places.includes(-1) ? null : new RecipeLink(to, places)
  }

  /** The binds of a statement of this recipe in the order of a walk; null where only a walk can tell. */
  bindsOf(trail: Trail): readonly BindLike[] | null {
    const own = gathered(trail)
    const places = this.#places
    if (own === null || places === null) return own
    const ordered: BindLike[] = []
    for (let index = 0; index < places.length; index += 1) ordered.push(own[places[index] as number] as BindLike)
    return ordered
  }
}

/** The binds of all steps, the last step first; null where one is there twice, or a part is no longer what it was. */
function gathered(trail: Trail): readonly BindLike[] | null {
  for (const part of trail.shared) if (!part.isSettled) return null
  const binds: BindLike[] = []
  for (let step: Trail | null = trail; step !== null; step = step.before)
    for (let index = 0; index < step.binds.length; index += 1) binds.push(step.binds[index] as BindLike)
  return areDistinct(binds) ? binds : null
}

function areDistinct(binds: readonly BindLike[]): boolean {
  if (binds.length > FEW_BINDS) return new Set(binds).size === binds.length
  for (let index = 1; index < binds.length; index += 1)
    for (let earlier = 0; earlier < index; earlier += 1) if (binds[index] === binds[earlier]) return false
  return true
}
