// The steps by which a SELECT is built: what each changes, and how it is traced.
import { checkKeys } from '../../nearest.ts'
import { Element } from '../base/element.ts'
import { hasJoinTarget } from '../base/protocol.ts'
import {
  isPresent,
  type Place,
  type Recipe,
  type RecipeColumn,
  recipeAt,
  stepAfter,
  TAG_SIZE,
  Tag,
  type Tracer,
  tracePart,
  traceParts,
} from '../base/recipe.ts'
import { elementOf, expect, expectAll } from '../coerce/expect.ts'
import { CRITERION, ORDER } from '../coerce/roles.ts'
import { conjoin } from '../comparator/conjunction.ts'
import { Binary } from '../element/binary.ts'
import { ColumnClause } from '../element/column.ts'
import type { ColumnElement, NamedElement } from '../element/column-element.ts'
import { ColumnForms } from '../element/column-forms.ts'
import { Label } from '../element/label.ts'
import { Unary } from '../element/unary.ts'
import { fromArgument, Join, type JoinOptions } from '../from/from-clause.ts'
import { orderList } from './compound.ts'
import { type ChangingState, copyOf, EMPTY_SELECT } from './copy.ts'
import { itemsOf, pluginOf } from './items.ts'
import { froms } from './joins.ts'
import type { SelectState } from './state.ts'

/** What a step does. */
export const StepKind = {
  items: 1,
  where: 2,
  groupBy: 3,
  having: 4,
  orderBy: 5,
  limit: 6,
  offset: 7,
  selectFrom: 8,
  /** Arguments: target, condition, bits of {@link JoinBit}. */
  join: 9,
  distinct: 10,
} as const

/** Which join is meant. */
export const JoinBit = { outer: 1, full: 2, calledOuter: 4 } as const

/** Longer chains are no longer remembered step by step. */
const LONGEST = 64

/** One step of a SELECT. */
export type Step = Tracer<SelectState>

/** What a SELECT says after all of its steps; what came of each join is kept, so that those made from one have the same joins. */
export function stateAfter(last: Step | null): SelectState {
  if (last === null) return EMPTY_SELECT
  if (last.state !== null) return last.state
  const waiting: Step[] = [last]
  let known = last.before
  for (; known !== null && known.state === null; known = known.before) waiting.push(known)
  let next = copyOf(known?.state ?? EMPTY_SELECT)
  for (let index = waiting.length - 1; index > 0; index -= 1) {
    const step = waiting[index] as Step
    change(next, step.recipe.kind, step.args)
    if (step.recipe.kind !== StepKind.join) continue
    step.state = next
    next = copyOf(next)
  }
  change(next, last.recipe.kind, last.args)
  last.state = next
  return next
}

/** What a statement of this recipe offers in FROM; null where the compiler chooses a name. */
export function recipeColumns(columns: readonly NamedElement[]): readonly RecipeColumn[] | null {
  const known: RecipeColumn[] = []
  for (const { key, name, type } of columns) {
    if (typeof name !== 'string') return null
    known.push({ key, name, type, forms: new ColumnForms(known.length * TAG_SIZE + Tag.proxy, true) })
  }
  return known
}

const JOIN_FLAGS: readonly string[] = ['isOuter', 'isFull']

/** The options of a join as bits. */
export function joinBits(isOuterjoin: boolean, options: JoinOptions | undefined): number {
  if (options === undefined) return isOuterjoin ? JoinBit.outer + JoinBit.calledOuter : 0
  checkKeys(isOuterjoin ? 'outerjoin()' : 'join()', options, [], JOIN_FLAGS)
  const { isOuter = isOuterjoin, isFull = false } = options
  return (isOuter ? JoinBit.outer : 0) + (isFull ? JoinBit.full : 0) + (isOuterjoin ? JoinBit.calledOuter : 0)
}

/**
 * A step behind others; null where it cannot be traced.
 * @throws ArgumentError, InvalidRequestError as the method of the step says, when it is taken for the first time
 */
export function stepBehind(before: Step | null, kind: number, args: readonly unknown[]): Step | null {
  if (before !== null && !isOpen(before.recipe)) return null
  const step = stepAfter<SelectState>(before, args, null)
  const place = traceArguments(step, kind, args)
  if (place === null) return null
  const recipe = recipeAt(place)
  step.recipe = recipe
  if (recipe.kind === 0) {
    const state = stateAfter(before)
    // What is wrong is told of what was given rather than of what that stands for.
    if (step.args !== args) after(state, kind, args)
    step.state = after(state, kind, step.args)
    prove(recipe, kind, before, step.state)
  }
  return step
}

/** The step of a join whose condition was found, by what came of it. */
export function stepTo(state: SelectState, before: Step): Step | null {
  if (!isOpen(before.recipe)) return null
  const step = stepAfter(before, [], state)
  const place = traceParts(state.froms, step, before.recipe.place.after(StepKind.join * 64 + 63))
  if (place === null) return null
  const recipe = recipeAt(place)
  step.recipe = recipe
  if (recipe.kind === 0) prove(recipe, StepKind.join, before, state)
  return step
}

function isOpen(recipe: Recipe): boolean {
  return recipe.length < LONGEST && isPresent(recipe)
}

function prove(recipe: Recipe, kind: number, before: Step | null, state: SelectState): void {
  recipe.length = before === null ? 1 : before.recipe.length + 1
  recipe.plugin = state.plugin
  recipe.kind = kind
}

function traceArguments(step: Step, kind: number, args: readonly unknown[]): Place | null {
  const start = step.recipe.place
  if (kind === StepKind.join) {
    // Foreign keys can come later: what they imply is looked at each time.
    if (args[1] === undefined) return null
    const target = traceArgument(step, args, 0, StepKind.selectFrom, start.after(kind * 64 + (args[2] as number)))
    return target === null ? null : traceArgument(step, args, 1, kind, target)
  }
  let place: Place | null = start.after(kind * 64 + (args.length < 62 ? args.length : 62))
  if (args.length >= 62) place = place.after(args.length)
  for (let index = 0; place !== null && index < args.length; index += 1)
    place = traceArgument(step, args, index, kind, place)
  return place
}

function traceArgument(step: Step, args: readonly unknown[], index: number, kind: number, at: Place): Place | null {
  const arg = args[index]
  // Most are comparisons, or columns: calls whose target V8 knows. That something is not of a class takes longer to find than that it is.
  if (isCriterion(kind)) {
    if (arg instanceof Binary) return arg.trace(step, at)
  } else if (kind !== StepKind.selectFrom && arg instanceof ColumnClause) return arg.trace(step, at)
  if (arg instanceof Element) return traceElement(step, arg, kind, at)
  if (typeof arg === 'string')
    return kind === StepKind.orderBy || kind === StepKind.groupBy ? at.tagged(Tag.reference, 0).afterText(arg) : null
  if (arg === null && (kind === StepKind.limit || kind === StepKind.offset)) return at.tagged(Tag.again, 0)
  if ((typeof arg !== 'function' && typeof arg !== 'object') || hasJoinTarget(arg)) return null
  const element = elementOf(arg)
  if (!(element instanceof Element)) return null
  // What stands for an expression is asked once: it may give another one each time.
  step.args = step.args.with(index, element)
  return traceElement(step, element, kind, at)
}

function isCriterion(kind: number): boolean {
  return kind === StepKind.where || kind === StepKind.join || kind === StepKind.having
}

/** Which label ORDER BY names is a matter of identity, unless it is that of a column, which is one whoever asks for it. */
function traceElement(step: Step, element: Element, kind: number, at: Place): Place | null {
  if (kind === StepKind.orderBy) {
    let ordered = element
    while (ordered instanceof Unary && ordered.postfix) ordered = ordered.element
    if (ordered instanceof Label && !(ordered.element instanceof ColumnClause && ordered.element.table !== null))
      return null
  }
  return tracePart(element, step, at)
}

/**
 * What a SELECT says after a step.
 * @throws ArgumentError, InvalidRequestError as the method of the step says
 */
export function after(state: SelectState, kind: number, args: readonly unknown[]): SelectState {
  const next = copyOf(state)
  change(next, kind, args)
  return next
}

function change(next: ChangingState, kind: number, args: readonly unknown[]): void {
  switch (kind) {
    case StepKind.items:
      next.items = itemsOf(args, 'select()')
      next.plugin = pluginOf(next.items)
      break
    case StepKind.where:
      next.where = conjoin(next.where, args, 'where()')
      break
    case StepKind.groupBy:
      next.groupBy = orderList(next.groupBy, args, 'groupBy()')
      break
    case StepKind.having:
      next.having = conjoin(next.having, args, 'having()')
      break
    case StepKind.orderBy:
      next.orderBy = orderList(next.orderBy, args, 'orderBy()')
      break
    case StepKind.limit:
      next.limit = args[0] as ColumnElement | null
      next.fetch = null
      break
    case StepKind.offset:
      next.offset = args[0] as ColumnElement | null
      break
    case StepKind.distinct:
      if (args.length > 0) next.distinct = [...distinctOn(next), ...expectAll(ORDER, args, 'distinct()')]
      // What was said to be distinct before stays so.
      else if (next.distinct === false) next.distinct = true
      break
    case StepKind.join:
      joined(next, args)
      break
    default: {
      const more = args.map((each) => fromArgument(each, 'selectFrom()'))
      const { froms: present } = next
      next.froms = [
        ...present,
        ...more.filter((each, index) => !present.includes(each) && more.indexOf(each) === index),
      ]
      next.plugin = pluginOf(args) ?? next.plugin
    }
  }
}

function distinctOn(state: SelectState): readonly ColumnElement[] {
  return typeof state.distinct === 'boolean' ? [] : state.distinct
}

function joined(next: ChangingState, args: readonly unknown[]): void {
  const [target, on] = args
  const bits = args[2] as number
  const isOuter = (bits & JoinBit.outer) !== 0
  const isFull = (bits & JoinBit.full) !== 0
  const where = bits & JoinBit.calledOuter ? 'outerjoin()' : 'join()'
  const [left] = next.froms
  if (left !== undefined && next.froms.length === 1 && on !== undefined && !hasJoinTarget(target)) {
    // There is only one that can be meant.
    const condition = expect(CRITERION, on, where)
    next.froms = [new Join(left, fromArgument(target, where), condition, isOuter, isFull)]
  } else next.froms = froms(next, null, target, on, { isOuter, isFull }, where)
  next.plugin = pluginOf([target]) ?? next.plugin
}
