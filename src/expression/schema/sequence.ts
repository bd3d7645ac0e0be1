// `Sequence`: a generator of numbers with a name of its own, and the expression that takes the next one.
import { defineKind } from '../base/element.ts'
import { nextIdentity } from '../base/identity.ts'
import type { Pass } from '../base/pass.ts'
import { ColumnElement } from '../element/column-element.ts'
import { BigInteger } from '../types/numeric.ts'
import type { SqlType } from '../types/type.ts'
import { checkSequenceOptions, type SequenceOptions } from './server-default.ts'

/**
 * A sequence.
 *
 * @example
 * const numbers = new Sequence('invoice_number', { start: 1000 })
 * select(numbers.nextValue())   // SELECT nextval('invoice_number') AS next_value_1
 */
export class Sequence {
  /** Number in cache keys. */
  readonly id: number = nextIdentity()
  readonly name: string
  readonly schema: string | null
  readonly options: SequenceOptions
  constructor(name: string, options: SequenceOptions & { readonly schema?: string } = {}) {
    const { schema, ...rest } = options
    checkSequenceOptions('Sequence', rest)
    this.name = name
    this.schema = schema ?? null
    this.options = rest
  }
  /** The next number, as an expression. */
  nextValue(): NextValue {
    return new NextValue(this)
  }
}

/** The next number of a sequence. */
export class NextValue extends ColumnElement<bigint> {
  declare readonly kind: 'nextValue'
  static {
    defineKind(NextValue, 'nextValue')
  }
  readonly sequence: Sequence
  constructor(sequence: Sequence) {
    super()
    this.sequence = sequence
  }
  get type(): SqlType<bigint> {
    return BigInteger
  }
  override get anonymousName(): string {
    return 'next_value'
  }
  walk(pass: Pass): void {
    pass.identity(this.sequence)
  }
}
