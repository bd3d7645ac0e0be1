// Loader options: which relationships a statement loads along, and how; chained along paths.
import { ArgumentError } from '../../errors.ts'
import { defineKind } from '../../expression/base/element.ts'
import type { StatementOption } from '../../expression/base/executable.ts'
import type { Pass } from '../../expression/base/pass.ts'
import type { EntityElement } from '../../expression/select/entity.ts'
import type { MapperLike, RelationshipLike } from '../contract/orm.ts'
import { RelationshipAttribute } from './aliased.ts'
import { branch, newTree, type Strategy, type StrategyTree } from './strategy-tree.ts'

/** One step of a path. */
interface LoadStep {
  readonly relationship: RelationshipLike
  readonly owner: EntityElement
  readonly strategy: Strategy
}

/**
 * How a relationship is loaded, and those behind it. {@link selectinload}, {@link joinedload}, {@link lazyload} and {@link raiseload} make it;
 * its methods go on along the path.
 */
export class LoaderOption implements StatementOption {
  declare readonly keyId: number
  static {
    defineKind(this, 'loaderOption')
  }
  readonly #steps: readonly LoadStep[]
  readonly #branches: readonly LoaderOption[]

  /** @internal */
  constructor(steps: readonly LoadStep[], branches: readonly LoaderOption[] = []) {
    this.#steps = steps
    this.#branches = branches
  }

  /** Goes on along the path, see {@link selectinload}. */
  selectinload<V>(relationship: RelationshipAttribute<V>): LoaderOption {
    return this.#then('selectinload()', relationship, 'selectin')
  }

  /** Goes on along the path, see {@link joinedload}. */
  joinedload<V>(relationship: RelationshipAttribute<V>): LoaderOption {
    return this.#then('joinedload()', relationship, 'joined')
  }

  /** Goes on along the path, see {@link lazyload}. */
  lazyload<V>(relationship: RelationshipAttribute<V>): LoaderOption {
    return this.#then('lazyload()', relationship, 'none')
  }

  /** Goes on along the path, see {@link raiseload}. */
  raiseload<V>(relationship: RelationshipAttribute<V>): LoaderOption {
    return this.#then('raiseload()', relationship, 'none')
  }

  /**
   * Several options that go on from here.
   *
   * @throws ArgumentError one of them begins at another class than this one ends at.
   * @example
   * selectinload(u.orders).options(selectinload(o.items), joinedload(o.customer))
   */
  options(...options: readonly LoaderOption[]): LoaderOption {
    const last = this.#steps.at(-1)
    for (const option of options) {
      const first = option.#steps[0]
      if (first !== undefined) checkContinues('options()', last, first.relationship)
    }
    return new LoaderOption(this.#steps, [...this.#branches, ...options])
  }

  walk(pass: Pass): void {
    pass.flag(this.#steps.length)
    for (const { relationship, owner, strategy } of this.#steps) {
      pass.node(owner)
      pass.flag(relationship.slot)
      pass.text(strategy)
    }
    pass.nodes(this.#branches)
  }

  /** @internal The class or alias that the path begins at. */
  get root(): LoadStep | null {
    return this.#steps[0] ?? null
  }

  /** @internal Notes the path in a tree. */
  plant(tree: StrategyTree): void {
    let at = tree
    for (const { relationship, strategy } of this.#steps) at = branch(at, relationship, strategy)
    for (const option of this.#branches) option.plant(at)
  }

  #then<V>(name: string, handle: RelationshipAttribute<V>, strategy: Strategy): LoaderOption {
    const step = stepFrom(name, handle, strategy)
    checkContinues(name, this.#steps.at(-1), step.relationship)
    return new LoaderOption([...this.#steps, step], this.#branches)
  }
}

function stepFrom<V>(name: string, handle: RelationshipAttribute<V>, strategy: Strategy): LoadStep {
  if (!(handle instanceof RelationshipAttribute))
    throw new ArgumentError(`${name} takes a relationship of a class, such as mapped(User).addresses`)
  const { relationship, parent, of } = handle
  if (of !== null)
    throw new ArgumentError(`${name}: loading into an alias (ofType()) is not possible: leave ofType() out`)
  return { relationship, owner: parent, strategy }
}

function checkContinues(name: string, last: LoadStep | undefined, next: RelationshipLike): void {
  if (last === undefined || last.relationship.target === next.mapper) return
  const before = `${last.relationship.mapper.className}.${last.relationship.key}`
  throw new ArgumentError(
    `${name}: the path has come to ${last.relationship.target.className} (by ${before}), and ${next.mapper.className}.${next.key} does not begin there`,
  )
}

/**
 * Loads a relationship by one more SELECT for all objects of the statement together.
 *
 * @throws ArgumentError what is given is no relationship.
 * @example
 * select(u).options(selectinload(u.addresses))
 * // SELECT user_account.id, user_account.name FROM user_account
 * // SELECT address.id, address.email, address.user_id FROM address WHERE address.user_id = ANY ($1::INTEGER[])
 */
export function selectinload<V>(relationship: RelationshipAttribute<V>): LoaderOption {
  return new LoaderOption([stepFrom('selectinload()', relationship, 'selectin')])
}

/**
 * Loads a relationship in the same SELECT, by a LEFT OUTER JOIN. Objects come once each where one class is selected.
 *
 * @throws ArgumentError what is given is no relationship.
 * @example
 * select(a).options(joinedload(a.user))
 * // SELECT address.id, address.email, address.user_id, user_account_1.id AS id_1, user_account_1.name
 * // FROM address LEFT OUTER JOIN user_account AS user_account_1 ON user_account_1.id = address.user_id
 */
export function joinedload<V>(relationship: RelationshipAttribute<V>): LoaderOption {
  return new LoaderOption([stepFrom('joinedload()', relationship, 'joined')])
}

/**
 * Leaves a relationship to be loaded on request, whatever the class says of it.
 * @example
 * select(User).options(lazyload(u.addresses))   // later: await user.awaitable.addresses
 */
export function lazyload<V>(relationship: RelationshipAttribute<V>): LoaderOption {
  return new LoaderOption([stepFrom('lazyload()', relationship, 'none')])
}

/**
 * The same as {@link lazyload}: reading a relationship that is not loaded raises in any case.
 * @example
 * select(User).options(raiseload(u.addresses))   // user.addresses raises NotLoadedError
 */
export function raiseload<V>(relationship: RelationshipAttribute<V>): LoaderOption {
  return new LoaderOption([stepFrom('raiseload()', relationship, 'none')])
}

/** An entity of a statement, as options look for it. */
interface OptionRoot {
  readonly element: EntityElement
  readonly mapper: MapperLike
}

/**
 * The options of a statement, by the entity that they begin at.
 *
 * @throws ArgumentError a path begins at a class that the statement does not select.
 */
export function strategyTrees<R extends OptionRoot>(
  options: readonly StatementOption[],
  roots: readonly R[],
): Map<R, StrategyTree> {
  const trees: Map<R, StrategyTree> = new Map()
  for (const option of options) {
    if (!(option instanceof LoaderOption) || option.root === null) continue
    const { relationship, owner } = option.root
    const matching = roots.filter(
      ({ element, mapper }) => mapper === relationship.mapper && element.from === owner.from,
    )
    if (matching.length === 0) throw noRoot(option.root, roots)
    for (const root of matching) {
      const tree = trees.get(root) ?? newTree()
      trees.set(root, tree)
      option.plant(tree)
    }
  }
  return trees
}

function noRoot({ relationship, owner }: LoadStep, roots: readonly OptionRoot[]): ArgumentError {
  const path = `${relationship.mapper.className}.${relationship.key}`
  const selected = roots.map(({ element }) => element.entityName).join(', ') || 'none'
  const alias = roots.some(({ mapper }) => mapper === relationship.mapper)
    ? `: ${owner.entityName} is selected under another alias than the option's`
    : ''
  return new ArgumentError(
    `A loader option begins at ${path}, but the statement does not select ${relationship.mapper.className} (classes selected: ${selected})${alias}`,
  )
}
