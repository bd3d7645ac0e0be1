// `ColumnElement<V>`: an expression that has a value in each row; the operators that users call live here.
import { Element } from '../base/element.ts'
import { Socket } from '../base/socket.ts'
import type { Operator } from '../operator/operator.ts'
import type { SqlType } from '../types/type.ts'

/** Builds the node of an operator; the comparator plugs it, as it knows all elements. */
export const operate: Socket<(left: ColumnElement, operator: Operator, operands: readonly unknown[]) => ColumnElement> =
  new Socket('operate')

/** An expression with a value of type `V`. */
export abstract class ColumnElement<V = unknown> extends Element {
  declare readonly '~value'?: V
  /** The SQL type of the value. */
  abstract readonly type: SqlType<V>

  /** The name under which the value stands in a result row where none is given; null for an anonymous one. */
  get resultKey(): string | null {
    return null
  }

  /** Prefix of the anonymous label that a result column of this expression gets: `max` gives `max_1`. */
  get anonymousName(): string {
    return 'anon'
  }

  /** The operator at the top of this expression; null for those that never need parentheses. */
  get topOperator(): Operator | null {
    return null
  }

  /** This element as an operand of an operator: itself, or itself in parentheses. SQLAlchemy: `self_group`. */
  selfGroup(_against: Operator): ColumnElement<V> {
    return this
  }

  /** The contrary of a boolean expression; null where NOT is to be written before it. */
  negated(): ColumnElement<boolean> | null {
    return null
  }

  /** The tables and other FROM elements that this expression needs in its statement. */
  fromObjects(): readonly Element[] {
    return []
  }

  /** @internal One operand, typed result; all methods below go through it. */
  protected operate<R>(operator: Operator, ...operands: readonly unknown[]): ColumnElement<R> {
    return operate.use(this, operator, operands) as ColumnElement<R>
  }
}
