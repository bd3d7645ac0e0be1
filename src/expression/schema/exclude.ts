// EXCLUDE constraints: no two rows may compare true in all parts.
import { ArgumentError } from '../../errors.ts'
import { checkKeys, quoteName } from '../../nearest.ts'
import { ColumnElement } from '../element/column-element.ts'
import { TextClause } from '../element/text.ts'
import { requireColumn, SchemaColumn } from './column.ts'
import {
  type Attachment,
  type ColumnReference,
  Constraint,
  columnsOfParts,
  type DeferrableOptions,
  includedColumns,
} from './constraint.ts'
import { checkWord } from './foreign-key-option.ts'
import { ownExpression } from './own-expression.ts'
import { type SqlExpression, sqlExpression } from './server-default.ts'
import { checkAccessMethod } from './storage.ts'
import { checkOperatorClasses, operatorClassOf } from './table-index.ts'

/** A part of an exclusion: a column or an expression, and the operator that compares it. */
export type ExcludePart = readonly [part: ColumnReference | SqlExpression, operator: string]

/** Options of {@link ExcludeConstraint}. */
export interface ExcludeOptions extends DeferrableOptions {
  /** The access method of the index. Default `gist`. */
  readonly using?: string
  /** Columns that the index of the constraint keeps beside what is compared: `INCLUDE`. */
  readonly include?: readonly ColumnReference[]
  /** Only rows that fulfil this are compared; a string is SQL as it is. */
  readonly where?: string | SqlExpression
  /** Operator classes by column key, or by the label of an expression: `{ room: 'gist_int4_ops' }`. */
  readonly operatorClasses?: Readonly<Record<string, string>>
}

/** A part of a bound exclusion. */
export interface BoundExcludePart {
  readonly element: ColumnElement | TextClause
  readonly operator: string
  readonly operatorClass: string | null
}

const OPTION_KEYS = ['ddlIf', 'initially', 'using', 'include', 'where', 'operatorClasses'] as const

/**
 * EXCLUDE, PostgreSQL's own: of two rows at least one comparison is not true.
 *
 * @throws ArgumentError something that is no operator, or no column of the table.
 * @example
 * new ExcludeConstraint([['room', '='], ['during', '&&']], { name: 'no_overlap' })
 * // CONSTRAINT no_overlap EXCLUDE USING gist (room WITH =, during WITH &&)
 */
export class ExcludeConstraint extends Constraint {
  readonly sort = 'exclude'
  readonly namedKind = 'ex'
  readonly options: ExcludeOptions
  readonly using: string
  readonly where: SqlExpression | null
  readonly deferrable: boolean
  readonly initially: 'DEFERRED' | 'IMMEDIATE' | null
  /** Empty until the constraint belongs to a table. */
  readonly parts: readonly BoundExcludePart[]
  /** Empty until the constraint belongs to a table. */
  readonly include: readonly SchemaColumn[]
  readonly #given: readonly ExcludePart[]
  /** @internal the last argument */
  constructor(given: readonly ExcludePart[], options: ExcludeOptions = {}, attachment: Attachment | null = null) {
    const place = typeof options?.name === 'string' ? `ExcludeConstraint ${options.name}` : 'ExcludeConstraint'
    checkKeys(place, options, OPTION_KEYS, ['deferrable'], ['name', 'comment'])
    checkAccessMethod(place, options.using)
    checkWord(place, 'initially', options.initially, ['DEFERRED', 'IMMEDIATE'])
    super(options, attachment)
    if (!Array.isArray(given) || given.some((each) => !Array.isArray(each)))
      throw new ArgumentError(`${place} takes pairs of a part and an operator: [['room', '='], ['during', '&&']]`)
    if (given.length === 0) throw new ArgumentError(`${place} needs a column or an expression`)
    for (const [, operator] of given) checkOperator(place, operator)
    checkOperatorClasses(
      place,
      options.operatorClasses,
      given.map(([part]) => part),
    )
    this.options = options
    this.using = options.using ?? 'gist'
    this.where =
      options.where === undefined
        ? null
        : ownExpression(sqlExpression(`${place}: where`, options.where), attachment?.table)
    this.deferrable = options.deferrable ?? false
    this.initially = options.initially ?? null
    this.#given = given
    this.include = includedColumns(place, options.include, attachment)
    this.parts = attachment === null ? [] : given.map((part) => boundPart(part, options, attachment, place))
  }
  protected override namedColumns(): readonly SchemaColumn[] {
    return columnsOfParts(this.parts.map(({ element }) => element))
  }
  /** @internal */
  override boundTo(attachment: Attachment): ExcludeConstraint {
    return new ExcludeConstraint(this.#given, this.options, attachment)
  }
}

function checkOperator(place: string, operator: unknown): void {
  const isOperator = typeof operator === 'string' && /^[-+*/<>=~!@#%^&|`?]+$/.test(operator)
  if (!isOperator || /--|\/\*/.test(operator))
    throw new ArgumentError(`${place}: ${quoteName(operator as string)} is no operator such as '=' or '&&'`)
}

function boundPart(
  [part, operator]: ExcludePart,
  options: ExcludeOptions,
  attachment: Attachment,
  place: string,
): BoundExcludePart {
  const isColumn = typeof part === 'string' || part instanceof SchemaColumn
  const element = isColumn ? requireColumn(attachment.table, part, place) : part
  if (!(element instanceof ColumnElement || element instanceof TextClause))
    throw new ArgumentError(`${place}: a part is the key of a column or an expression`)
  return {
    element: ownExpression(element, attachment.table),
    operator,
    operatorClass: operatorClassOf(options.operatorClasses, part),
  }
}
