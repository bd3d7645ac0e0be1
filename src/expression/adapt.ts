// Replacing parts of expressions and statements; an ORM alias is a table's columns replaced by an alias's.
import { ArgumentError } from '../errors.ts'
import type { Element } from './base/element.ts'
import { isElement } from './base/element.ts'
import { iterate, requireElement } from './base/traverse.ts'
import { Binary } from './element/binary.ts'
import { ColumnClause } from './element/column.ts'
import type { ColumnElement } from './element/column-element.ts'
import { TextClause } from './element/text.ts'
import { Alias, Cte, Subquery } from './from/alias.ts'
import { FromClause, Join } from './from/from-clause.ts'
import { TableClause } from './from/table-clause.ts'

/** Gives what stands in place of an element, or null to keep it and look at its parts. */
export type Replacement = (element: Element) => Element | null

/**
 * The element with parts of it replaced; itself where nothing is. What stands in several places stays one object.
 * @param replacement called with each element, whole before parts; what it gives is not looked into
 * @example
 * replace(criterion, (each) => (each === users.c.id ? literal(5) : null))
 */
export function replace<E extends Element>(element: E, replacement: Replacement): E {
  requireElement('replace()', element)
  if (typeof replacement !== 'function')
    throw new ArgumentError('replace() takes an element and a function: replace(criterion, (element) => ... : null)')
  return new Replacing(replacement).element(element) as E
}

/**
 * The element with columns replaced, in subqueries too: how criteria about a table become criteria about its alias.
 * @param replacement called with each column
 * @param from called with each FROM element that is named explicitly (`selectFrom`, joins); default: they stay
 * @example
 * const other = users.alias('other')
 * adaptColumns(users.c.name.eq('ed'), (column) => other.corresponding(column))   // other.name = :name_1
 */
export function adaptColumns<E extends Element>(
  element: E,
  replacement: (column: ColumnClause) => ColumnElement | null,
  from: (from: FromClause) => FromClause | null = () => null,
): E {
  return replace(element, (each) => {
    if (each instanceof ColumnClause) return replacement(each)
    return each instanceof FromClause ? from(each) : null
  })
}

/** One replacement's work: remembers what became of each element. */
class Replacing {
  readonly #replacement: Replacement
  readonly #done: Map<Element, Element> = new Map()

  constructor(replacement: Replacement) {
    this.#replacement = replacement
  }

  element(element: Element): Element {
    const known = this.#done.get(element)
    if (known !== undefined) return known
    const replaced = this.#replacement(element) ?? this.#rebuilt(element)
    this.#done.set(element, replaced)
    return replaced
  }

  #rebuilt(element: Element): Element {
    if (element instanceof ColumnClause) return this.#column(element)
    if (element instanceof FromClause) return this.#from(element)
    if (element instanceof TextClause) {
      const values = this.#value(element.values) as TextClause['values']
      if (values === element.values) return element
      const { constructor } = element as { constructor: unknown }
      return new (constructor as typeof TextClause)(element.strings, values, element.state)
    }
    // A bind is no more than itself: its value may be a document that looks like anything.
    if (element.kind === 'bind') return element
    if ('state' in element) return this.#statement(element as Stateful)
    return this.#plain(element)
  }

  /** A column of something that was rebuilt is that thing's column now. */
  #column(column: ColumnClause): Element {
    const { table } = column
    if (!(table instanceof FromClause) || table instanceof TableClause) return column
    const rebuilt = this.element(table)
    if (rebuilt === table || !(rebuilt instanceof FromClause)) return column
    return rebuilt.columnList[table.columnList.indexOf(column)] ?? column
  }

  #from(from: FromClause): Element {
    if (from instanceof Join) return this.#join(from)
    if (from instanceof Cte) return this.#cte(from)
    if (from instanceof Alias) {
      const element = this.element(from.element)
      return element === from.element ? from : new Alias(element as FromClause, from.name, from.isLateral)
    }
    if (from instanceof Subquery) {
      const element = this.element(from.element)
      return element === from.element ? from : new Subquery(element as Subquery['element'], from.name, from.isLateral)
    }
    return from.adapted((each) => this.element(each))
  }

  #join(join: Join): Element {
    const left = this.element(join.left) as FromClause
    const right = this.element(join.right) as FromClause
    const on = join.on === null ? null : (this.element(join.on) as ColumnElement<boolean>)
    if (left === join.left && right === join.right && on === join.on) return join
    return new Join(left, right, on, join.isOuter, join.isFull)
  }

  /** A recursive CTE is a part of itself: it is rebuilt only where something in it is replaced, and known before that. */
  #cte(cte: Cte): Element {
    if (!this.#touches(cte.element)) return cte
    const { recursive, materialized, nesting } = cte
    const rebuilt = new Cte(cte.element, cte.name, { recursive, materialized, nesting })
    this.#done.set(cte, rebuilt)
    return rebuilt.complete(this.element(cte.element) as Cte['element'])
  }

  #touches(element: Element): boolean {
    for (const each of iterate(element)) if (this.#replacement(each) !== null) return true
    return false
  }

  #statement(statement: Stateful): Element {
    const { state } = statement
    let changes: Record<string, unknown> | null = null
    for (const [key, value] of Object.entries(state)) {
      if (OPAQUE.has(key)) continue
      const replaced = this.#value(value, true)
      if (replaced === value) continue
      changes ??= {}
      changes[key] = replaced
    }
    if (changes === null) return statement
    return new (statement.constructor as new (state: unknown) => Element)({ ...state, ...changes })
  }

  /** Elements that are no more than their properties. */
  #plain(element: Element): Element {
    let changes: Record<string, unknown> | null = null
    for (const [key, value] of Object.entries(element)) {
      const replaced = this.#value(value, element.kind === 'over')
      if (replaced === value) continue
      changes ??= {}
      changes[key] = replaced
    }
    if (changes === null) return element
    // A comparison is no longer what it was known by.
    if (element instanceof Binary) changes.form = null
    return Object.assign(Object.create(Object.getPrototypeOf(element) as object) as Element, element, changes)
  }

  /** Elements within lists; in a statement's state within records too: assignments, FOR UPDATE. */
  #value(value: unknown, inRecords = false): unknown {
    if (isElement(value)) return this.element(value)
    if (Array.isArray(value)) {
      const replaced = value.map((each) => this.#value(each, inRecords))
      return replaced.every((each, index) => each === value[index]) ? value : replaced
    }
    if (!inRecords || typeof value !== 'object' || value === null) return value
    if (Object.getPrototypeOf(value) !== Object.prototype) return value
    const entries = Object.entries(value).map(([key, each]) => [key, this.#value(each, inRecords)] as const)
    return entries.every(([key, each]) => each === (value as Record<string, unknown>)[key])
      ? value
      : Object.fromEntries(entries)
  }
}

/** Parts of a statement's state that hold no elements to replace. */
const OPAQUE: ReadonlySet<string> = new Set(['options', 'executionOptions', 'plugin'])

/** A statement that is made from its state. */
interface Stateful extends Element {
  readonly state: object
}
