// `FromClause`: what stands after FROM and has columns; and what is made of one: `Alias` and `Join`, which its methods give.
import { ArgumentError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import { defineKind, Element } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { type HasJoinTarget, hasJoinTarget, JOIN_TARGET } from '../base/protocol.ts'
import {
  declare,
  type Place,
  type RecipeColumn,
  type SharedPart,
  Tag,
  type Tracer,
  traceAgain,
  tracePart,
} from '../base/recipe.ts'
import { Role } from '../base/role.ts'
import { elementOf, expect } from '../coerce/expect.ts'
import { CRITERION, FROM } from '../coerce/roles.ts'
import type { ColumnElement, Expression, NamedElement } from '../element/column-element.ts'
import type { ColumnForms } from '../element/column-forms.ts'
import { groupAgainst } from '../element/grouping.ts'
import { AnonymousName, baseOfName, checkName, type Name, walkName } from '../element/name.ts'
import { TextClause } from '../element/text.ts'
import { criterion as criterionOperator } from '../operator/catalog.ts'
import { conditionBetween, type ForeignKeyLink } from './join-condition.ts'
import { behind, type NamedColumn, ProxyColumn } from './proxy-column.ts'
import type {
  EntityHandle,
  OuterOf,
  OuterOfJoin,
  RowColumns,
  SourceName,
  SourceOf,
  TypedEntity,
  TypedFrom,
} from './typed.ts'

export type { ForeignKeyLink } from './join-condition.ts'
export { ProxyColumn } from './proxy-column.ts'

/** What can be joined: FROM elements, mapped classes, relationships, text and functions. */
export type JoinTarget = TypedFrom | TypedEntity | EntityHandle | HasJoinTarget | TextClause | FunctionSource

/** Options of joins. */
export interface JoinOptions {
  /** LEFT OUTER JOIN: rows of the left side without a partner stay. Default false. */
  readonly isOuter?: boolean
  /** FULL OUTER JOIN: rows of either side without a partner stay. Default false. */
  readonly isFull?: boolean
}

/** A record without inherited keys; made by a constructor, as objects without any prototype are slow to make and to read. */
const ByKey: new () => Record<string, NamedElement> = function ByKey(): void {} as unknown as never
ByKey.prototype = Object.freeze(Object.create(null))

/** A FROM element. */
export abstract class FromClause extends Element implements SharedPart {
  /** Declared only. */
  declare readonly '~columns': unknown
  /** The columns it offers to the statement around it, in order. */
  abstract readonly columnList: readonly NamedElement[]
  #byKey: Readonly<Record<string, NamedElement>> | null = null

  /** @internal */
  override get roles(): number {
    return Role.from
  }

  /** The columns by key. */
  get columns(): Readonly<Record<string, NamedElement>> {
    if (this.#byKey === null) {
      const byKey = new ByKey()
      for (const column of this.columnList) byKey[column.key] ??= column
      this.#byKey = Object.freeze(byKey)
    }
    return this.#byKey
  }

  /** Prefix of the name that an anonymous alias of this element gets. */
  get anonymousName(): string {
    return 'anon'
  }

  /** @internal Whether it is still what it was when it was made. */
  get isSettled(): boolean {
    return true
  }

  /** The foreign keys that lead from here. */
  foreignKeyLinks(): readonly ForeignKeyLink[] {
    return []
  }

  /** The column of this element that stands for a column of something inside it; null where there is none. SQLAlchemy: `corresponding_column`. */
  corresponding(column: ColumnElement): NamedElement | null {
    for (const own of this.columnList) if (own === column) return own
    return null
  }

  /** @internal This element with its parts changed; itself where none is. Those that `replace()` knows by themselves have no need of it. */
  adapted(_change: (element: Element) => Element): FromClause {
    return this
  }

  /** FROM elements that need not be listed again where this one is: the sides of a join. */
  containedFroms(): readonly FromClause[] {
    return [this]
  }

  /**
   * Another name for this element, so that it can stand in a statement twice.
   * @param name default: one that the compiler chooses, such as `users_1`
   * @example
   * const boss = users.alias('boss')
   * select(users.c.name, boss.c.name).joinFrom(users, boss, users.c.bossId.eq(boss.c.id))
   * // SELECT users.name, boss.name AS name_1 FROM users JOIN users AS boss ON users.boss_id = boss.id
   */
  alias<Row, Name extends string | null = null>(
    this: TypedFrom<Row>,
    name: Name = null as Name,
  ): Alias<Row, SourceName<Name, Row>> {
    return new Alias(this as unknown as FromClause, name)
  }

  /**
   * This element joined with another; for `selectFrom()`.
   * @param on default: the condition that foreign keys imply
   * @throws NoForeignKeysError, AmbiguousForeignKeysError there is no such condition, or not only one
   * @example
   * select(users.c.name).selectFrom(users.join(addresses))
   * // SELECT users.name FROM users JOIN addresses ON users.id = addresses.user_id
   */
  join<This extends FromClause, T extends JoinTarget, const O extends JoinOptions | undefined = undefined>(
    this: This,
    target: T,
    on?: Expression<boolean | null>,
    options?: O,
  ): Join<SourceOf<This> | SourceOf<T>, OuterOf<This> | OuterOfJoin<T, O, SourceOf<This>>> {
    return joined(this, target, on, options ?? {}, 'join()')
  }
  /** {@link join} that keeps the rows of this element that have no partner. */
  outerjoin<This extends FromClause, T extends JoinTarget, const O extends JoinOptions | undefined = undefined>(
    this: This,
    target: T,
    on?: Expression<boolean | null>,
    options?: O,
  ): Join<SourceOf<This> | SourceOf<T>, OuterOf<This> | SourceOf<T> | OuterOfJoin<T, O, SourceOf<This>>> {
    return joined(this, target, on, { isOuter: true, ...options }, 'outerjoin()')
  }
}

/** SQL written by hand in FROM, or a function; its columns are its own matter. */
export class TextFrom extends FromClause {
  declare readonly kind: 'textFrom'
  static {
    defineKind(this, 'textFrom')
  }
  readonly element: Element
  readonly columnList: readonly NamedElement[] = []
  constructor(element: Element) {
    super()
    this.element = element
  }
  /** @internal */
  override adapted(change: (element: Element) => Element): FromClause {
    const element = change(this.element)
    return element === this.element ? this : new TextFrom(element)
  }
  walk(pass: Pass): void {
    pass.node(this.element)
  }
}

/** One for each text and function, so that one that is named twice is one FROM element. */
const bare: WeakMap<Element, TextFrom> = new WeakMap()

/** A function, where a FROM element is wanted. */
export interface FunctionSource {
  readonly kind: 'function'
}

/** The FROM element that is meant: `text()` and functions may stand where tables do. */
export function fromArgument(value: unknown, where: string): FromClause {
  const element = elementOf(value)
  if (element === null || (element.kind !== 'function' && !(element instanceof TextClause)))
    return expect(FROM, element ?? value, where) as FromClause
  const from = bare.get(element) ?? new TextFrom(element)
  bare.set(element, from)
  return from
}

/** A FROM element joined with a target: a relationship brings its own conditions and, with an association table, two steps. */
export function joined<Source, Outer>(
  left: FromClause,
  target: unknown,
  on: unknown,
  options: JoinOptions,
  where: string,
): Join<Source, Outer> {
  checkKeys(where, options, [], ['isOuter', 'isFull'])
  const { isOuter = false, isFull = false } = options
  if (hasJoinTarget(target)) {
    if (on !== undefined) throw new ArgumentError(`${where} takes a condition or a relationship, not both`)
    let whole: FromClause = left
    for (const step of target[JOIN_TARGET]())
      whole = new Join(whole, expect(FROM, step.right, where) as FromClause, criterion(step.on, where), isOuter, isFull)
    return whole as Join<Source, Outer>
  }
  const right = fromArgument(target, where)
  const condition = on === undefined ? conditionBetween(left, right) : criterion(on, where)
  return new Join(left, right, condition, isOuter, isFull)
}

function criterion(value: unknown, where: string): ColumnElement<boolean> {
  return expect(CRITERION, value, where)
}

/** What has a name of its own and proxies the columns of another FROM element. */
export abstract class NamedFrom extends FromClause {
  readonly name: Name
  #columns: readonly NamedElement[] | null = null
  /** Whether its name is its own: one that is given may be that of another too. */
  readonly #hasOwnName: boolean
  /** @param name null lets the compiler choose */
  constructor(name: Name | null, base: string) {
    super()
    this.#hasOwnName = name === null || typeof name === 'string'
    if (!this.#hasOwnName) checkName(name)
    this.name = name ?? new AnonymousName(base, null, 'alias')
  }
  /** The columns that are proxied. */
  protected abstract originals(): readonly NamedElement[]
  /** @internal The column that is proxied by the one at a place. */
  originalAt(position: number): NamedElement | undefined {
    return this.originals()[position]
  }
  /** What is known of the columns before there are any; null where they must be asked for. */
  protected knownColumns(): readonly RecipeColumn[] | null {
    return null
  }
  /** @internal The place behind its name. */
  protected traceName(at: Place): Place | null {
    const { name } = this
    return this.#hasOwnName ? at.after(typeof name === 'string' ? 1 : 0).afterText(baseOfName(name)) : null
  }

  get columnList(): readonly NamedElement[] {
    this.#columns ??= this.#proxies()
    return this.#columns
  }
  #proxies(): readonly NamedElement[] {
    const known = this.knownColumns()
    const originals = known === null ? this.originals() : null
    // By asking for them they may have become known.
    const told = known ?? this.knownColumns()
    if (told === null) return (originals ?? []).map((each, place) => new ProxyColumn(each, this, place, each, null))
    return told.map((each, place) => {
      const as = each as NamedColumn & { readonly forms: ColumnForms | null }
      return new ProxyColumn(originals?.[place] ?? null, this, place, as, as.forms)
    })
  }
  override get anonymousName(): string {
    return baseOfName(this.name)
  }
  override corresponding(column: ColumnElement): NamedElement | null {
    for (const own of this.columnList) {
      for (let each: ColumnElement | null = own; each !== null; each = behind(each)) if (each === column) return own
    }
    return null
  }
  /** Those of the columns that are shown: a subquery is joined by the foreign key that it selects, whatever it calls it. */
  override foreignKeyLinks(): readonly ForeignKeyLink[] {
    return this.columnList.flatMap((column) => linksOf(column).map((link) => ({ ...link, column })))
  }
}

/** The foreign keys of the column of a table that a column stands for. */
function linksOf(column: NamedElement): readonly ForeignKeyLink[] {
  let original: ColumnElement = column
  for (let next = behind(column); next !== null; next = behind(next)) original = next
  const { table } = original as { readonly table?: unknown }
  if (!(table instanceof FromClause) || table instanceof NamedFrom) return []
  return table.foreignKeyLinks().filter((link) => link.column === original)
}

/** From what the name of an alias is made: a name that is chosen itself, or that of a CTE, is none to begin with. */
function nameBelow(element: FromClause): string {
  const isChosen =
    element.kind === 'cte' || (element as FromClause & { readonly name?: unknown }).name instanceof AnonymousName
  return isChosen ? 'anon' : element.anonymousName
}

/** `element AS name`. */
export class Alias<Row = unknown, Source = unknown> extends NamedFrom {
  declare readonly kind: 'alias'
  static {
    defineKind(this, 'alias')
  }
  /** Declared only. */
  declare readonly '~columns': Row
  /** Declared only. */
  declare readonly '~source': Source
  readonly element: FromClause
  readonly isLateral: boolean
  constructor(element: FromClause, name: Name | null, isLateral = false) {
    super(name, nameBelow(element))
    this.element = element
    this.isLateral = isLateral
  }
  /** The columns by key. */
  get c(): RowColumns<Row, Source> {
    return this.columns as unknown as RowColumns<Row, Source>
  }
  protected originals(): readonly NamedElement[] {
    return this.element.columnList
  }
  override foreignKeyLinks(): readonly ForeignKeyLink[] {
    return this.element.foreignKeyLinks().flatMap((link) => {
      const column = this.corresponding(link.column)
      return column === null ? [] : [{ ...link, column }]
    })
  }
  walk(pass: Pass): void {
    walkName(pass, this.name)
    pass.flag(this.isLateral)
    pass.shared(this.element)
  }
  /** @internal */
  override trace(tracer: Tracer, at: Place): Place | null {
    return this.constructor === Alias ? this.traceAlias(tracer, at) : null
  }
  /** @internal */
  protected traceAlias(tracer: Tracer, at: Place): Place | null {
    const again = traceAgain(this, tracer, at)
    if (again !== null) return again
    const place = this.traceName(declare(this, tracer, at).tagged(Tag.alias, this.isLateral ? 1 : 0))
    return tracePart(this.element, tracer, place)
  }
}

/** `left JOIN right ON condition`; the condition is found by whoever builds the node. */
export class Join<Source = unknown, Outer = unknown> extends FromClause {
  declare readonly kind: 'join'
  static {
    defineKind(this, 'join')
  }
  /** What is joined; declared only. */
  declare readonly '~source': Source
  /** What is missing in some rows; declared only. */
  declare readonly '~outer': Outer
  #contained: readonly FromClause[] | null = null
  readonly left: FromClause
  readonly right: FromClause
  /** Null is a CROSS JOIN. */
  readonly on: ColumnElement<boolean> | null
  readonly isOuter: boolean
  readonly isFull: boolean
  constructor(left: FromClause, right: FromClause, on: ColumnElement<boolean> | null, isOuter = false, isFull = false) {
    super()
    this.left = left
    this.right = right
    this.on = on === null ? null : groupAgainst(on, criterionOperator)
    this.isOuter = isOuter
    this.isFull = isFull
  }
  get columnList(): readonly NamedElement[] {
    return [...this.left.columnList, ...this.right.columnList]
  }
  override foreignKeyLinks(): readonly ForeignKeyLink[] {
    return [...this.left.foreignKeyLinks(), ...this.right.foreignKeyLinks()]
  }
  override corresponding(column: ColumnElement): NamedElement | null {
    return this.left.corresponding(column) ?? this.right.corresponding(column)
  }
  override containedFroms(): readonly FromClause[] {
    this.#contained ??= [this, ...this.left.containedFroms(), ...this.right.containedFroms()]
    return this.#contained
  }
  walk(pass: Pass): void {
    pass.shared(this.left)
    pass.shared(this.right)
    pass.node(this.on)
    pass.flag(this.isOuter)
    pass.flag(this.isFull)
  }
  /** @internal */
  override trace(tracer: Tracer, at: Place): Place | null {
    if (this.constructor !== Join) return null
    const again = traceAgain(this, tracer, at)
    if (again !== null) return again
    const flags = (this.isOuter ? 1 : 0) + (this.isFull ? 2 : 0) + (this.on === null ? 4 : 0)
    const left = tracePart(this.left, tracer, declare(this, tracer, at).tagged(Tag.join, flags))
    const right = tracePart(this.right, tracer, left)
    return this.on === null ? right : tracePart(this.on, tracer, right)
  }
}
