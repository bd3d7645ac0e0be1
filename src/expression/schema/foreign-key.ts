// FOREIGN KEY constraints, whose targets are found when they are first needed.
import { ArgumentError, NoReferencedColumnError, NoReferencedTableError } from '../../errors.ts'
import { quoteName, suggestion } from '../../nearest.ts'
import { CLAUSE_ELEMENT, hasClauseElement } from '../base/protocol.ts'
import type { ForeignKeyLink } from '../from/from-clause.ts'
import { type ColumnOwner, findColumn, SchemaColumn } from './column.ts'
import { type Attachment, ColumnConstraint, type ColumnReference, checkList, checkOnce } from './constraint.ts'
import { checkForeignKeyOptions, type ForeignKeyOptions, type ForeignKeyTarget } from './foreign-key-option.ts'
import type { NameParts } from './naming.ts'

/** Finds tables by key; the MetaData. */
export interface TableLookup {
  /** Prefix of targets that name no schema; null for none. */
  readonly schema: string | null
  findTable(key: string): ColumnOwner | null
  tableKeys(): Iterable<string>
}

/** What a table tells its foreign keys. */
export interface ForeignKeyAttachment extends Attachment {
  readonly lookup: TableLookup
}

/** `'schema.table.column'` in two: the last dot stands before the column. */
interface TargetName {
  readonly table: string
  readonly column: string
}

/**
 * FOREIGN KEY over one or several columns; for one column the column's own `foreignKey` option says the same.
 *
 * @example
 * new ForeignKeyConstraint(['orgId', 'userId'], ['member.org_id', 'member.user_id'], { onDelete: 'CASCADE' })
 * // FOREIGN KEY(org_id, user_id) REFERENCES member (org_id, user_id) ON DELETE CASCADE
 */
export class ForeignKeyConstraint extends ColumnConstraint {
  readonly sort = 'foreignKey'
  readonly namedKind = 'fk'
  readonly targets: readonly ForeignKeyTarget[]
  readonly options: ForeignKeyOptions
  readonly #attachment: Attachment | null
  readonly #lookup: TableLookup | null
  #referred: readonly SchemaColumn[] | null = null

  /** @internal the last argument */
  constructor(
    columns: readonly ColumnReference[],
    targets: readonly ForeignKeyTarget[],
    options: ForeignKeyOptions = {},
    attachment: ForeignKeyAttachment | null = null,
  ) {
    checkForeignKeyOptions('ForeignKeyConstraint', options)
    super('ForeignKeyConstraint', columns, options, attachment)
    checkList('ForeignKeyConstraint', 'its targets', targets)
    if (columns.length === 0 || columns.length !== targets.length)
      throw new ArgumentError('ForeignKeyConstraint takes as many columns as targets, and at least one')
    checkOnce('ForeignKeyConstraint', 'target', targets)
    this.targets = targets
    this.options = options
    this.#attachment = attachment
    this.#lookup = attachment?.lookup ?? null
  }

  /**
   * The columns referred to.
   *
   * @throws NoReferencedTableError the MetaData has no table of that name (yet).
   * @throws NoReferencedColumnError the table has no such column.
   */
  get referredColumns(): readonly SchemaColumn[] {
    this.#referred ??= this.#resolve()
    return this.#referred
  }

  /** The table referred to; raises as {@link referredColumns} does. */
  get referredTable(): ColumnOwner {
    return (this.referredColumns[0] as SchemaColumn).table
  }

  /** The columns referred to; null while their table is not known. */
  get referredColumnsOrNull(): readonly SchemaColumn[] | null {
    if (this.#referred !== null) return this.#referred
    const known = this.targets.every((target) => this.#find(target) !== null)
    return known ? this.referredColumns : null
  }

  /** As joins see it. */
  links(): readonly ForeignKeyLink[] {
    const referred = this.referredColumnsOrNull
    return this.columns.map((column, index) => ({ column, referred: referred?.[index] ?? null, constraint: this }))
  }

  #resolve(): readonly SchemaColumn[] {
    const columns = this.targets.map((target, index) => this.#find(target) ?? this.#fail(target, index))
    const table = columns[0]?.table
    if (columns.some((column) => column.table !== table))
      throw new ArgumentError(`A foreign key of table ${quoteName(this.table.key)} refers to columns of several tables`)
    return columns
  }

  #find(target: ForeignKeyTarget): SchemaColumn | null {
    if (typeof target !== 'string') return columnOf(target, this.#describe())
    const name = this.#targetName(target)
    const table = this.#lookup?.findTable(name.table) ?? null
    return table === null ? null : findColumn(table, name.column)
  }

  #targetName(target: string): TargetName {
    const dot = target.lastIndexOf('.')
    if (dot <= 0 || dot === target.length - 1)
      throw new ArgumentError(`${this.#describe()} refers to ${quoteName(target)}, which is not 'table.column'`)
    const table = target.slice(0, dot)
    const schema = this.#lookup?.schema ?? null
    const plain = schema === null || table.includes('.')
    return { table: plain ? table : `${schema}.${table}`, column: target.slice(dot + 1) }
  }

  #fail(target: ForeignKeyTarget, index: number): never {
    const { table, column } = this.#targetName(String(target))
    const place = `Foreign key of column ${quoteName(`${this.table.key}.${this.columns[index]?.key ?? ''}`)}`
    const found = this.#lookup?.findTable(table) ?? null
    if (found === null)
      throw new NoReferencedTableError(
        `${place} refers to table ${quoteName(table)}, which its MetaData does not have${suggestion(table, this.#lookup?.tableKeys() ?? [])}`,
      )
    const known = found.columnList.map((each) => each.key)
    throw new NoReferencedColumnError(
      `${place} refers to column ${quoteName(column)}, which table ${quoteName(table)} does not have${suggestion(column, known)}`,
    )
  }

  #describe(): string {
    return this.#attachment === null ? 'A foreign key' : `A foreign key of table ${quoteName(this.table.key)}`
  }

  protected override nameParts(table: ColumnOwner): NameParts {
    const names = this.targets.map((target) => {
      if (typeof target === 'string') return this.#targetName(target)
      const column = columnOf(target, this.#describe())
      return { table: column.table.name, column: column.name }
    })
    const referred = this.referredColumnsOrNull
    return {
      ...super.nameParts(table),
      referredTableName: referred?.[0]?.table.name ?? afterDot(names[0]?.table ?? ''),
      referredColumnNames: referred?.map((column) => column.name) ?? names.map((name) => name.column),
    }
  }

  /** @internal */
  override boundTo(attachment: ForeignKeyAttachment): ForeignKeyConstraint {
    return new ForeignKeyConstraint(this.references, this.targets, this.options, attachment)
  }
}

/** The name of a table without its schema. */
function afterDot(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

/** The schema column that a target stands for, functions called and attributes of classes looked through. */
function columnOf(target: Exclude<ForeignKeyTarget, string>, place: string): SchemaColumn {
  const given: unknown = typeof target === 'function' ? target() : target
  const element = !(given instanceof SchemaColumn) && hasClauseElement(given) ? given[CLAUSE_ELEMENT]() : given
  if (element instanceof SchemaColumn) return element
  throw new ArgumentError(
    `${place} refers to something that is no column of a table: give 'table.column' or table.c.column`,
  )
}
