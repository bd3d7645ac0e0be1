// `Sequence`: a generator of numbers with a name of its own, and the expression that takes the next one.
import { ArgumentError } from '../../errors.ts'
import { quoteName } from '../../nearest.ts'
import { defineKind } from '../base/element.ts'
import { nextIdentity } from '../base/identity.ts'
import type { Pass } from '../base/pass.ts'
import { refuseAsElement } from '../base/protocol.ts'
import { ColumnElement } from '../element/column-element.ts'
import { BigInteger } from '../types/numeric.ts'
import { SqlType } from '../types/type.ts'
import { checkSequenceOptions, type SequenceOptions } from './server-default.ts'

/** A registry that creates and drops sequences with its tables; `MetaData` is the one there is. */
export interface SequenceRegistry {
  readonly schema: string | null
  /** @internal Called once by each sequence. */
  registerSequence(sequence: Sequence): void
}

/** Options of {@link Sequence}. */
export interface SequenceDefinition extends SequenceOptions {
  /** Default: the MetaData's schema where one is given, else the database's. */
  readonly schema?: string | null
  /** Of what type its numbers are: `SmallInteger`, `Integer` or `BigInteger`. Default: the database's, BIGINT. */
  readonly dataType?: SqlType
  /** Created and dropped with the tables of this MetaData. Default: only with the columns whose default it is. */
  readonly metadata?: SequenceRegistry
}

/**
 * A sequence. One that is the `default` of a column, or belongs to a MetaData, is created and dropped with the tables.
 *
 * @example
 * const numbers = new Sequence('invoice_number', { start: 1000 })
 * select(numbers.nextValue())   // SELECT nextval('invoice_number') AS next_value_1
 */
export class Sequence {
  static {
    refuseAsElement(
      this,
      (sequence) => `The sequence ${quoteName(sequence.key)} is no value by itself: write sequence.nextValue()`,
    )
  }
  /** Number in cache keys. */
  readonly id: number = nextIdentity()
  readonly name: string
  readonly schema: string | null
  readonly options: SequenceOptions
  /** The type of its numbers; null for the database's choice. */
  readonly dataType: SqlType | null
  /** @throws ArgumentError an unknown option, or a number that is none. */
  constructor(name: string, options: SequenceDefinition = {}) {
    if (typeof options !== 'object' || options === null)
      throw new ArgumentError('new Sequence(name, options): the options are an object, such as { start: 1000 }')
    const { schema, dataType, metadata, ...rest } = options
    if (typeof name !== 'string' || name === '') throw new ArgumentError('A sequence has a name that is not empty')
    checkSequenceOptions(`Sequence ${name}`, rest)
    if (dataType !== undefined && !(dataType instanceof SqlType && dataType.affinity === 'integer'))
      throw new ArgumentError(`Sequence ${name}: dataType is SmallInteger, Integer or BigInteger`)
    if (metadata !== undefined && metadata !== null && typeof metadata.registerSequence !== 'function')
      throw new ArgumentError(`Sequence ${name}: metadata is a MetaData, with whose tables it is created`)
    this.name = name
    this.schema = schema === undefined ? (metadata?.schema ?? null) : schema
    this.options = rest
    this.dataType = dataType ?? null
    metadata?.registerSequence(this)
  }
  /** `name`, or `schema.name`. */
  get key(): string {
    return this.schema === null ? this.name : `${this.schema}.${this.name}`
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
    defineKind(this, 'nextValue')
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
