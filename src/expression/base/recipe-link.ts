// `RecipeLink`: from a recipe to what was learnt of the statements built by it, and the order of their binds.
import type { BindLike } from './pass.ts'
import type { SharedPart, Trail } from './recipe.ts'

/** Up to so many binds are compared one by one. */
const FEW_BINDS = 16

/** Where a recipe leads. */
export class RecipeLink<To> {
  readonly to: To
  /** For each bind of the trail, the last step first, its place in a walk. */
  readonly #places: readonly number[]

  private constructor(to: To, places: readonly number[]) {
    this.to = to
    this.#places = places
  }

  /**
   * @param binds those that the walk of the same statement has met, in its order
   * @returns null where the trail has others, or one of them twice
   */
  static of<To>(trail: Trail, to: To, binds: readonly BindLike[]): RecipeLink<To> | null {
    const places: number[] = []
    for (let step: Trail | null = trail; step !== null; step = step.before)
      for (const bind of step.binds) places.push(binds.indexOf(bind))
    const isWhole = places.length === binds.length && new Set(places).size === places.length && !places.includes(-1)
    return isWhole && isSettled(trail) ? new RecipeLink(to, places) : null
  }

  /** The binds of a statement of this recipe in the order of a walk; null where only a walk can tell. */
  bindsOf(trail: Trail): readonly BindLike[] | null {
    if (!isSettled(trail)) return null
    const places = this.#places
    const ordered: BindLike[] = new Array(places.length)
    let count = 0
    for (let step: Trail | null = trail; step !== null; step = step.before) {
      const { binds } = step
      for (let index = 0; index < binds.length; index += 1) {
        ordered[places[count] as number] = binds[index] as BindLike
        count += 1
      }
    }
    return count === places.length && areDistinct(ordered) ? ordered : null
  }
}

/** Whether all parts are still what they were when they were traced. */
function isSettled({ shared }: Trail): boolean {
  for (let index = 0; index < shared.length; index += 1) if (!(shared[index] as SharedPart).isSettled) return false
  return true
}

function areDistinct(binds: readonly BindLike[]): boolean {
  if (binds.length > FEW_BINDS) return new Set(binds).size === binds.length
  for (let index = 1; index < binds.length; index += 1)
    for (let earlier = 0; earlier < index; earlier += 1) if (binds[index] === binds[earlier]) return false
  return true
}
