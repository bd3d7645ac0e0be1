// Statements under a name: subqueries, LATERAL, common table expressions; and `Alias`, which is declared beside `FromClause`.

import { ArgumentError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import { showValue } from '../../show.ts'
import { defineKind, Element, sharesKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import {
  declare,
  type Place,
  type RecipeColumn,
  Tag,
  type Tracer,
  type Trail,
  traceAgain,
  traceWithin,
} from '../base/recipe.ts'
import { Socket } from '../base/socket.ts'
import { isRecord } from '../coerce/record.ts'
import type { NamedElement } from '../element/column-element.ts'
import { type Name, walkName } from '../element/name.ts'
import type { SqlType } from '../types/type.ts'
import { Alias, NamedFrom } from './from-clause.ts'
import type { RowColumns, SourceName, TypedFrom } from './typed.ts'

export { Alias, NamedFrom } from './from-clause.ts'
export { ProxyColumn } from './proxy-column.ts'

/** A statement whose rows can stand in FROM: SELECT, a compound of SELECTs, or a write with RETURNING (in a CTE only). */
export interface RowSource extends Element {
  /** The columns of its rows, named as the statement around it sees them. */
  readonly exportedColumns: readonly NamedElement[]
  /** @internal The types of these columns, where they are not all their own; of a compound the widest. */
  readonly columnTypes?: readonly SqlType[] | null
  /** @internal */
  readonly trail?: Trail | null
}

/** `(select) AS name`. */
export class Subquery<Row = unknown, Source = unknown> extends NamedFrom {
  declare readonly kind: 'subquery'
  static {
    defineKind(this, 'subquery')
  }
  /** Declared only. */
  declare readonly '~columns': Row
  /** Declared only. */
  declare readonly '~source': Source
  readonly element: RowSource
  readonly isLateral: boolean
  constructor(element: RowSource, name: Name | null, isLateral = false) {
    super(name, 'anon')
    this.element = element
    this.isLateral = isLateral
  }
  /** The columns by key. */
  get c(): RowColumns<Row, Source> {
    return this.columns as unknown as RowColumns<Row, Source>
  }
  protected originals(): readonly NamedElement[] {
    return this.element.exportedColumns
  }
  walk(pass: Pass): void {
    walkName(pass, this.name)
    pass.flag(this.isLateral)
    pass.node(this.element)
  }
  protected override knownColumns(): readonly RecipeColumn[] | null {
    return this.element.trail?.recipe.columns ?? retyped(this.element)
  }
  /** @internal */
  override trace(tracer: Tracer, at: Place): Place | null {
    if (this.constructor !== Subquery) return null
    const again = traceAgain(this, tracer, at)
    if (again !== null) return again
    const place = this.traceName(declare(this, tracer, at).tagged(Tag.subquery, this.isLateral ? 1 : 0))
    return traceWithin(this.element.trail, tracer, place)
  }
}

/** The columns of a statement whose types are others than those of what they are called after; null where they are the same. */
function retyped(element: RowSource): readonly RecipeColumn[] | null {
  const types = element.columnTypes ?? null
  if (types === null) return null
  // Names may be such as the compiler chooses, as those of the columns themselves.
  return element.exportedColumns.map(({ key, name, type }, place) => ({
    key,
    name: name as string,
    type: types[place] ?? type,
    forms: null,
  }))
}

/** Puts statements together, for {@link Cte.union}; the select room plugs it, as it stands above this one. */
export const selectable: Socket<(operator: 'UNION' | 'UNION ALL', parts: readonly unknown[]) => RowSource> = new Socket(
  'selectable',
)

/** Options of a common table expression. */
export interface CteOptions {
  readonly recursive?: boolean
  /** PostgreSQL's `MATERIALIZED` (true) or `NOT MATERIALIZED` (false). */
  readonly materialized?: boolean | null
  /** Written in the WITH of the SELECT that names it rather than in that of the whole statement. Default false. */
  readonly nesting?: boolean
}

/** @internal Refuses options that no common table expression has. */
export function checkCteOptions(options: CteOptions): void {
  checkKeys('cte()', options, ['materialized'], ['recursive', 'nesting'])
  const materialized: unknown = options.materialized ?? null
  if (materialized !== null && typeof materialized !== 'boolean')
    throw new ArgumentError(`cte(): materialized must be true, false or null, got ${showValue(materialized)}`)
}

/** Options of `addCte()`. */
export interface AddCteOptions {
  /** The CTEs stand in the WITH of the very statement that they are added to, whoever else in it names them. Default false. */
  readonly nestHere?: boolean
}

/** What `addCte()` takes: CTEs, and behind them options. */
export type AddedCtes = readonly Cte[] | readonly [...Cte[], AddCteOptions]

/** A CTE that stands in the WITH of the statement that lists it. */
export class NestedHere extends Element {
  declare readonly kind: 'nestedHere'
  static {
    defineKind(this, 'nestedHere')
  }
  readonly cte: Cte
  constructor(cte: Cte) {
    super()
    this.cte = cte
  }
  walk(pass: Pass): void {
    pass.node(this.cte)
  }
}

/**
 * @internal What a statement lists in WITH, with what is added to it.
 * @throws ArgumentError what is given is no CTE
 */
export function addedCtes(
  listed: readonly (Cte | NestedHere)[] | undefined,
  given: AddedCtes,
): readonly (Cte | NestedHere)[] {
  const last: unknown = given.at(-1)
  const options = given.length > 1 && !(last instanceof Cte) && isRecord(last) ? last : null
  if (options !== null) checkKeys('addCte()', options, [], ['nestHere'])
  const ctes = (options === null ? given : given.slice(0, -1)) as readonly Cte[]
  for (const cte of ctes) if (!(cte instanceof Cte)) throw new ArgumentError('addCte() takes what cte() gives')
  return [...(listed ?? []), ...(options?.nestHere === true ? ctes.map((cte) => new NestedHere(cte)) : ctes)]
}

/** `WITH name AS (statement)`; in FROM only the name. */
export class Cte<Row = unknown, Source = unknown> extends NamedFrom {
  declare readonly kind: 'cte'
  static {
    defineKind(this, 'cte')
  }
  /** Declared only. */
  declare readonly '~columns': Row
  /** Declared only. */
  declare readonly '~source': Source
  readonly recursive: boolean
  readonly materialized: boolean | null
  readonly nesting: boolean
  #element: RowSource
  #isCompleted = false
  constructor(element: RowSource, name: Name | null, options: CteOptions = {}) {
    super(name, 'anon')
    this.#element = element
    this.recursive = options.recursive ?? false
    this.materialized = options.materialized ?? null
    this.nesting = options.nesting ?? false
  }
  get element(): RowSource {
    return this.#element
  }
  /** The same name over another statement: the recursive step refers to `this`, so the object stays and its statement is completed. */
  complete(element: RowSource): this {
    this.#element = element
    this.#isCompleted = true
    return this
  }
  /**
   * Completes a recursive CTE with its step, which refers to this CTE; rows that are there already are left out.
   * @returns this CTE
   */
  union(...steps: readonly RowSource[]): this {
    return this.complete(selectable.use('UNION', [this.#element, ...steps]))
  }
  /**
   * Completes a recursive CTE with its step, which refers to this CTE.
   * @returns this CTE
   * @example
   * const tree = select(nodes.c.id).where(nodes.c.parentId.eq(null)).cte('tree', { recursive: true })
   * tree.unionAll(select(nodes.c.id).joinFrom(nodes, tree, nodes.c.parentId.eq(tree.c.id)))
   * select(tree.c.id)
   * // WITH RECURSIVE tree(id) AS (SELECT nodes.id AS id FROM nodes WHERE nodes.parent_id IS NULL
   * // UNION ALL SELECT nodes.id AS id FROM nodes JOIN tree ON nodes.parent_id = tree.id) SELECT tree.id FROM tree
   */
  unionAll(...steps: readonly RowSource[]): this {
    return this.complete(selectable.use('UNION ALL', [this.#element, ...steps]))
  }
  /** The columns by key. */
  get c(): RowColumns<Row, Source> {
    return this.columns as unknown as RowColumns<Row, Source>
  }
  override alias<R, Name extends string | null = null>(
    this: TypedFrom<R>,
    name: Name = null as Name,
  ): CteAlias<R, SourceName<Name, R>> {
    return new CteAlias(this as unknown as Cte, name)
  }
  protected originals(): readonly NamedElement[] {
    return this.#element.exportedColumns
  }
  walk(pass: Pass): void {
    walkName(pass, this.name)
    pass.flag(this.recursive)
    pass.flag((this.materialized === null ? 2 : this.materialized ? 1 : 0) | (this.nesting ? 4 : 0))
    // A step refers to this expression wherever expressions can stand, as in `select(tree)`, so that the walk could go round for ever.
    if (this.#isCompleted) pass.shared(this.#element)
    else pass.node(this.#element)
  }
  /** @internal */
  override get isSettled(): boolean {
    return !this.#isCompleted
  }
  protected override knownColumns(): readonly RecipeColumn[] | null {
    // A step sees the columns before it is there, and PostgreSQL wants their types of it.
    return this.#element.trail?.recipe.columns ?? (this.recursive ? null : retyped(this.#element))
  }
  /** @internal */
  override trace(tracer: Tracer, at: Place): Place | null {
    if (this.constructor !== Cte || this.#isCompleted) return null
    const again = traceAgain(this, tracer, at)
    if (again !== null) return again
    const materialized = this.materialized === null ? 2 : this.materialized ? 1 : 0
    const flags = materialized + (this.nesting ? 4 : 0) + (this.recursive ? 8 : 0)
    return traceWithin(this.#element.trail, tracer, this.traceName(declare(this, tracer, at).tagged(Tag.cte, flags)))
  }
}

/** A common table expression under another name; completed by a step it is one of its own, of that name. */
export class CteAlias<Row = unknown, Source = unknown> extends Alias<Row, Source> {
  static {
    sharesKind(this)
  }
  declare readonly element: Cte
  #whole: Cte | null = null
  /** @internal What it is since it was completed. */
  get whole(): Cte | null {
    return this.#whole
  }
  /**
   * Makes a recursive CTE of the alias's name: the statement of what it is an alias of, and a step that refers to the alias.
   * @returns this alias
   * @example
   * const all = select(nodes.c.id).where(nodes.c.parentId.eq(null)).cte(null, { recursive: true }).alias('every')
   * all.union(select(nodes.c.id).joinFrom(nodes, all, nodes.c.parentId.eq(all.c.id)))
   * select(all.c.id)
   * // WITH RECURSIVE every(id) AS (SELECT nodes.id AS id FROM nodes WHERE nodes.parent_id IS NULL
   * // UNION SELECT nodes.id AS id FROM nodes JOIN every ON nodes.parent_id = every.id) SELECT every.id FROM every
   */
  union(...steps: readonly RowSource[]): this {
    this.#begun().union(...steps)
    return this
  }
  /** {@link union} that keeps rows which are there already. */
  unionAll(...steps: readonly RowSource[]): this {
    this.#begun().unionAll(...steps)
    return this
  }
  #begun(): Cte {
    const { element, recursive, materialized, nesting } = this.element
    this.#whole ??= new Cte(element, this.name, { recursive, materialized, nesting })
    return this.#whole
  }
  override walk(pass: Pass): void {
    if (this.#whole === null) super.walk(pass)
    else pass.shared(this.#whole)
  }
  /** @internal */
  override get isSettled(): boolean {
    return this.#whole === null
  }
  /** @internal */
  override trace(tracer: Tracer, at: Place): Place | null {
    return this.constructor === CteAlias && this.#whole === null ? this.traceAlias(tracer, at) : null
  }
}
