// How things that are no elements (mapped classes, aliased entities, relationship attributes) take part in statements.
import { ArgumentError } from '../../errors.ts'
import type { Element } from './element.ts'

/** An object or class with this method stands for the element it returns, wherever an element is accepted. */
export const CLAUSE_ELEMENT: unique symbol = Symbol.for('tsalchemy.clauseElement') as never

/** Stands for an element. */
export interface HasClauseElement {
  [CLAUSE_ELEMENT](): Element
}

/** An object with this method can be the target of `select.join()`. */
export const JOIN_TARGET: unique symbol = Symbol.for('tsalchemy.joinTarget') as never

/** One step of a join: what is joined and on what. */
export interface JoinStep {
  readonly right: Element
  readonly on: Element
}

/** Knows how to join itself: a relationship attribute gives one step, or two through an association table. */
export interface HasJoinTarget {
  [JOIN_TARGET](): readonly JoinStep[]
}

/** Whether a value stands for an element. */
export function hasClauseElement(value: unknown): value is HasClauseElement {
  return ((typeof value === 'object' && value !== null) || typeof value === 'function') && CLAUSE_ELEMENT in value
}

/** @internal Makes the objects of a class an error wherever an element or a value is expected: they would be sent as they are. */
export function refuseAsElement<T extends object>(made: { readonly prototype: T }, why: (given: T) => string): void {
  Object.defineProperty(made.prototype, CLAUSE_ELEMENT, {
    value(this: T): never {
      throw new ArgumentError(why(this))
    },
  })
}

/** Whether a value knows how to join itself. */
export function hasJoinTarget(value: unknown): value is HasJoinTarget {
  return typeof value === 'object' && value !== null && JOIN_TARGET in value
}

/**
 * Turns a statement about classes into one about tables; the ORM implements it, and elements that stand for classes carry it.
 * Its outcome is kept with the compiled statement, so `prepare` runs once per statement shape.
 */
export interface CompilePlugin {
  prepare(statement: Element): PreparedStatement
}

/** What a plugin made of a statement. */
export interface PreparedStatement {
  /** The statement to compile; its binds must be the very binds of the statement that was given, or constants. */
  readonly statement: Element
  /** The plugin's own plan for the rows; opaque to everybody else. */
  readonly plan: unknown
}
