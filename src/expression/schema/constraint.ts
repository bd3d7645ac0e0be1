// Constraints of a table on its own rows: PRIMARY KEY, UNIQUE, CHECK; what constraints and indexes have in common.
import { ArgumentError, InvalidRequestError } from '../../errors.ts'
import { checkKeys, quoteName } from '../../nearest.ts'
import { iterate } from '../base/traverse.ts'
import { ColumnClause } from '../element/column.ts'
import { type ColumnOwner, findColumn, requireColumn, SchemaColumn } from './column.ts'
import { checkCondition, type DdlCondition } from './ddl-condition.ts'
import { checkWord } from './foreign-key-option.ts'
import { conventionalName, type NamedKind, type NameParts, type NamingConvention } from './naming.ts'
import { ownExpression } from './own-expression.ts'
import { type SqlExpression, sqlExpression } from './server-default.ts'

/** A column in a constraint: its key (or SQL name), or the column itself. */
export type ColumnReference = string | SchemaColumn

/** Options that all constraints have. */
export interface ConstraintOptions {
  /** Default: what the MetaData's naming convention says, or the database's own choice. */
  readonly name?: string
  /** Kept in the database as the constraint's comment; needs a name. */
  readonly comment?: string
  /** When it is emitted: `{ dialect: 'sqlite' }`. Default: always. */
  readonly ddlIf?: DdlCondition
}

/** Options of constraints that may be checked at the end of the transaction. */
export interface DeferrableOptions extends ConstraintOptions {
  readonly deferrable?: boolean
  readonly initially?: 'DEFERRED' | 'IMMEDIATE'
}

/** What a table tells its constraints. */
export interface Attachment {
  readonly table: ColumnOwner
  readonly convention: NamingConvention
}

/**
 * What belongs to a table beside its columns. Made free, and bound to a table by `table()`, which makes a bound copy: one
 * definition can serve several tables.
 */
export abstract class TableItem {
  abstract readonly namedKind: NamedKind
  /** The name that the user gave. */
  readonly givenName: string | null
  readonly comment: string | null
  /** When it is emitted; null always. */
  readonly ddlIf: DdlCondition | null
  readonly #attachment: Attachment | null
  #name: { readonly name: string | null; readonly generated: boolean } | null = null

  constructor(options: ConstraintOptions, attachment: Attachment | null) {
    this.givenName = options.name ?? null
    this.comment = options.comment ?? null
    this.ddlIf = checkCondition('A constraint or index', options.ddlIf)
    this.#attachment = attachment
  }

  /** @throws InvalidRequestError it was never given to a table. */
  get table(): ColumnOwner {
    if (this.#attachment === null)
      throw new InvalidRequestError(
        'This constraint or index belongs to no table yet: give it to table() by { constraints }',
      )
    return this.#attachment.table
  }

  /** The name: given, or made by the naming convention; null leaves it to the database. */
  get name(): string | null {
    return this.#named().name
  }

  /** Whether a convention made the name, so that it may be shortened to what the database can hold. */
  get isNameGenerated(): boolean {
    return this.#named().generated
  }

  #named(): { readonly name: string | null; readonly generated: boolean } {
    const attachment = this.#attachment
    if (attachment === null) return { name: this.givenName, generated: false }
    this.#name ??= conventionalName(attachment.convention, this.namedKind, this.nameParts(attachment.table))
    return this.#name
  }

  /** What a naming convention may ask. */
  protected nameParts(table: ColumnOwner): NameParts {
    const columns = this.namedColumns()
    return {
      tableName: table.name,
      schemaName: table.schema,
      columnNames: columns.map((column) => column.name),
      columnKeys: columns.map((column) => column.key),
      referredTableName: null,
      referredColumnNames: [],
      givenName: this.givenName,
    }
  }
  protected abstract namedColumns(): readonly SchemaColumn[]

  /** @internal The same, bound to a table. */
  abstract boundTo(attachment: Attachment): TableItem
}

/** A constraint. */
export abstract class Constraint extends TableItem {
  abstract readonly sort: 'primaryKey' | 'unique' | 'check' | 'foreignKey' | 'exclude'
  abstract override boundTo(attachment: Attachment): Constraint
}

/**
 * The columns that an expression speaks of, which naming conventions can ask for.
 * @param table whose columns are meant by bare names; default: none
 */
export function columnsIn(expression: SqlExpression, table: ColumnOwner | null = null): readonly SchemaColumn[] {
  return [...iterate(expression)].flatMap((element) => {
    if (element instanceof SchemaColumn) return [element]
    const isBare = table !== null && element instanceof ColumnClause && element.table === null && !element.isLiteral
    return (isBare ? findColumn(table, element.key) : null) ?? []
  })
}

/** The columns of parts of an index: of an expression the first that it speaks of. */
export function columnsOfParts(parts: readonly SqlExpression[]): readonly SchemaColumn[] {
  return parts.flatMap((part) => columnsIn(part).slice(0, 1))
}

/** @throws ArgumentError columns that are given alone, and not as a list. */
export function checkList(place: string, what: string, given: readonly unknown[]): void {
  if (!Array.isArray(given)) throw new ArgumentError(`${place} takes ${what} as a list: ['name']`)
}

/** @throws ArgumentError something is in the list twice, which no database takes. */
export function checkOnce(place: string, what: string, given: readonly unknown[]): void {
  const twice = given.find((each, index) => given.indexOf(each) !== index)
  if (twice === undefined) return
  const name = twice instanceof SchemaColumn ? twice.key : twice
  throw new ArgumentError(`${place} names the ${what} ${typeof name === 'string' ? quoteName(name) : ''} twice`)
}

/** A constraint over columns. */
export abstract class ColumnConstraint extends Constraint {
  readonly references: readonly ColumnReference[]
  readonly deferrable: boolean
  readonly initially: 'DEFERRED' | 'IMMEDIATE' | null
  /** Empty until the constraint belongs to a table. */
  readonly columns: readonly SchemaColumn[]

  constructor(
    place: string,
    references: readonly ColumnReference[],
    options: DeferrableOptions,
    attachment: Attachment | null,
  ) {
    super(options, attachment)
    checkList(place, 'its columns', references)
    checkWord(place, 'initially', options.initially, ['DEFERRED', 'IMMEDIATE'])
    this.references = references
    this.deferrable = options.deferrable ?? false
    this.initially = options.initially ?? null
    this.columns =
      attachment === null ? [] : references.map((reference) => requireColumn(attachment.table, reference, place))
    checkOnce(place, 'column', references)
    checkOnce(place, 'column', this.columns)
  }
  protected override namedColumns(): readonly SchemaColumn[] {
    return this.columns
  }
}

const TEXTS = ['name', 'comment'] as const

/** Options of {@link PrimaryKeyConstraint}. */
export interface PrimaryKeyOptions extends DeferrableOptions {
  /** Columns kept in the key's index beside its own. */
  readonly include?: readonly ColumnReference[]
  /** The last column is of ranges, of which no two of one key may overlap: `(room, during WITHOUT OVERLAPS)`. Default false. PostgreSQL 18 and later. */
  readonly withoutOverlaps?: boolean
}

/** @internal The columns of INCLUDE, bound to the constraint's table. */
export function includedColumns(
  place: string,
  given: readonly ColumnReference[] | undefined,
  attachment: Attachment | null,
): readonly SchemaColumn[] {
  checkList(place, 'the columns that it includes', given ?? [])
  return attachment === null ? [] : (given ?? []).map((each) => requireColumn(attachment.table, each, place))
}

/**
 * PRIMARY KEY over the columns; needed only to name it or to order its columns, as `{ primaryKey: true }` on columns says the same.
 *
 * @example
 * new PrimaryKeyConstraint(['a', 'b'], { name: 'pk_pairs' })   // CONSTRAINT pk_pairs PRIMARY KEY (a, b)
 */
export class PrimaryKeyConstraint extends ColumnConstraint {
  readonly sort = 'primaryKey'
  readonly namedKind = 'pk'
  /** Empty until the constraint belongs to a table. */
  readonly include: readonly SchemaColumn[]
  readonly withoutOverlaps: boolean
  readonly #options: PrimaryKeyOptions
  /** Made from the columns' own flags. */
  readonly isImplicit: boolean
  /** @internal the last two arguments */
  constructor(
    columns: readonly ColumnReference[],
    options: PrimaryKeyOptions = {},
    attachment: Attachment | null = null,
    isImplicit = false,
  ) {
    checkKeys(
      'PrimaryKeyConstraint',
      options,
      ['ddlIf', 'initially', 'include'],
      ['deferrable', 'withoutOverlaps'],
      TEXTS,
    )
    super('PrimaryKeyConstraint', columns, options, attachment)
    this.include = includedColumns('PrimaryKeyConstraint', options.include, attachment)
    this.withoutOverlaps = options.withoutOverlaps ?? false
    this.#options = options
    this.isImplicit = isImplicit
  }
  /** @internal */
  override boundTo(attachment: Attachment): PrimaryKeyConstraint {
    return new PrimaryKeyConstraint(this.references, this.#options, attachment, this.isImplicit)
  }
}

/** Options of {@link UniqueConstraint}. */
export interface UniqueOptions extends DeferrableOptions {
  /** Two NULLs are the same. Default false. PostgreSQL 15 and later. */
  readonly nullsNotDistinct?: boolean
  /** Columns kept in the constraint's index beside its own. */
  readonly include?: readonly ColumnReference[]
  /** As of {@link PrimaryKeyOptions}. */
  readonly withoutOverlaps?: boolean
}

/**
 * UNIQUE over the columns.
 *
 * @example
 * new UniqueConstraint(['orgId', 'name'], { name: 'uq_name' })   // CONSTRAINT uq_name UNIQUE (org_id, name)
 */
export class UniqueConstraint extends ColumnConstraint {
  readonly sort = 'unique'
  readonly namedKind = 'uq'
  readonly nullsNotDistinct: boolean
  /** Empty until the constraint belongs to a table. */
  readonly include: readonly SchemaColumn[]
  readonly withoutOverlaps: boolean
  readonly #options: UniqueOptions
  /** @internal the last argument */
  constructor(columns: readonly ColumnReference[], options: UniqueOptions = {}, attachment: Attachment | null = null) {
    const flags = ['deferrable', 'nullsNotDistinct', 'withoutOverlaps'] as const
    checkKeys('UniqueConstraint', options, ['ddlIf', 'initially', 'include'], flags, TEXTS)
    super('UniqueConstraint', columns, options, attachment)
    if (columns.length === 0) throw new ArgumentError('UniqueConstraint needs a column')
    this.include = includedColumns('UniqueConstraint', options.include, attachment)
    this.withoutOverlaps = options.withoutOverlaps ?? false
    this.nullsNotDistinct = options.nullsNotDistinct ?? false
    this.#options = options
  }
  /** @internal */
  override boundTo(attachment: Attachment): UniqueConstraint {
    return new UniqueConstraint(this.references, this.#options, attachment)
  }
}

/** Options of {@link CheckConstraint}. */
export interface CheckOptions extends ConstraintOptions {
  /** Tables that inherit from this one are not checked. Default false. */
  readonly noInherit?: boolean
  /** Rows that are there already are not checked; a table that is created has none, so that it makes no difference there. Default false. */
  readonly notValid?: boolean
  /** Nothing is checked: it only tells what is true of the rows. Default false. PostgreSQL 18 and later. */
  readonly notEnforced?: boolean
}

/**
 * CHECK: a condition that every row must fulfil; a string is SQL as it is.
 *
 * @example
 * new CheckConstraint('age >= 0', { name: 'ck_age' })   // CONSTRAINT ck_age CHECK (age >= 0)
 */
export class CheckConstraint extends Constraint {
  readonly sort = 'check'
  readonly namedKind = 'ck'
  readonly condition: SqlExpression
  readonly options: CheckOptions
  /** @internal the last argument */
  constructor(condition: string | SqlExpression, options: CheckOptions = {}, attachment: Attachment | null = null) {
    checkKeys('CheckConstraint', options, ['ddlIf'], ['noInherit', 'notValid', 'notEnforced'], TEXTS)
    super(options, attachment)
    if (typeof condition === 'string' && condition.trim() === '')
      throw new ArgumentError('CheckConstraint takes a condition that is not empty')
    this.condition = ownExpression(sqlExpression('CheckConstraint', condition), attachment?.table)
    this.options = options
  }
  protected override namedColumns(): readonly SchemaColumn[] {
    return columnsIn(this.condition, this.table)
  }
  /** @internal */
  override boundTo(attachment: Attachment): CheckConstraint {
    return new CheckConstraint(this.condition, this.options, attachment)
  }
}
