// CREATE and DROP of tables and indexes, ALTER TABLE for constraints, comments.
import { ArgumentError } from '../../../errors.ts'
import { checkKeys } from '../../../nearest.ts'
import { showValue } from '../../../show.ts'
import { defineKind, isElement } from '../../base/element.ts'
import type { SchemaColumn } from '../column.ts'
import { type Constraint, TableItem } from '../constraint.ts'
import type { DdlCondition } from '../ddl-condition.ts'
import type { Table } from '../table.ts'
import type { Index } from '../table-index.ts'
import { DdlElement, DropElement, type DropOptions } from './element.ts'

export type { DropOptions } from './element.ts'

/** A table of whatever columns. */
type AnyTable = Table<Record<never, never>> | Table

/** Options of CREATE commands. */
export interface CreateOptions {
  /** IF NOT EXISTS. Default false. */
  readonly ifNotExists?: boolean
}

/**
 * CREATE TABLE.
 * @example
 * await engine.execute(new CreateTable(users, { ifNotExists: true }))   // CREATE TABLE IF NOT EXISTS users (...)
 */
export class CreateTable extends DdlElement {
  declare readonly kind: 'createTable'
  static {
    defineKind(this, 'createTable')
  }
  readonly table: Table
  readonly ifNotExists: boolean
  /** Constraints that are left out, to be added later. */
  readonly without: ReadonlySet<Constraint>
  constructor(table: AnyTable, options: CreateOptions & { readonly without?: ReadonlySet<Constraint> } = {}) {
    super()
    checkKeys('CreateTable', options, ['without'], ['ifNotExists'])
    this.table = checkedTable('CreateTable', table)
    this.ifNotExists = options.ifNotExists ?? false
    this.without = options.without ?? new Set()
  }
}

/**
 * DROP TABLE.
 * @example
 * await engine.execute(new DropTable(users, { ifExists: true, cascade: true }))   // DROP TABLE IF EXISTS users CASCADE
 */
export class DropTable extends DropElement {
  declare readonly kind: 'dropTable'
  static {
    defineKind(this, 'dropTable')
  }
  readonly table: Table
  constructor(table: AnyTable, options: DropOptions = {}) {
    super('DropTable', options)
    this.table = checkedTable('DropTable', table)
  }
}

/** Options of commands for indexes. */
export interface ConcurrentOptions {
  /** CONCURRENTLY: writes to the table go on meanwhile; not within a transaction (`isolationLevel: 'AUTOCOMMIT'`). Default false. */
  readonly concurrently?: boolean
}

/**
 * CREATE INDEX.
 *
 * @example
 * await using conn = await engine.connect({ isolationLevel: 'AUTOCOMMIT' })
 * await conn.execute(new CreateIndex(index, { concurrently: true, ifNotExists: true }))
 * // CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_name ON users (name)
 */
export class CreateIndex extends DdlElement {
  declare readonly kind: 'createIndex'
  static {
    defineKind(this, 'createIndex')
  }
  readonly index: Index
  readonly ifNotExists: boolean
  readonly concurrently: boolean
  constructor(index: Index, options: CreateOptions & ConcurrentOptions = {}) {
    super()
    checkKeys('CreateIndex', options, [], ['ifNotExists', 'concurrently'])
    this.index = checkedItem('CreateIndex', 'an index', index)
    this.ifNotExists = options.ifNotExists ?? false
    this.concurrently = options.concurrently ?? false
  }
  override get condition(): DdlCondition | null {
    return this.index.ddlIf
  }
}

/**
 * DROP INDEX.
 * @example
 * await engine.execute(new DropIndex(index, { ifExists: true }))   // DROP INDEX IF EXISTS ix_name
 */
export class DropIndex extends DropElement {
  declare readonly kind: 'dropIndex'
  static {
    defineKind(this, 'dropIndex')
  }
  readonly index: Index
  readonly concurrently: boolean
  constructor(index: Index, options: DropOptions & ConcurrentOptions = {}) {
    super('DropIndex', options, ['concurrently'])
    this.index = checkedItem('DropIndex', 'an index', index)
    this.concurrently = options.concurrently ?? false
  }
  override get condition(): DdlCondition | null {
    return this.index.ddlIf
  }
}

/** ALTER TABLE ... ADD CONSTRAINT. */
export class AddConstraint extends DdlElement {
  declare readonly kind: 'addConstraint'
  static {
    defineKind(this, 'addConstraint')
  }
  readonly constraint: Constraint
  constructor(constraint: Constraint) {
    super()
    this.constraint = checkedItem('AddConstraint', 'a constraint', constraint)
  }
  override get condition(): DdlCondition | null {
    return this.constraint.ddlIf
  }
}

/** ALTER TABLE ... DROP CONSTRAINT. */
export class DropConstraint extends DropElement {
  declare readonly kind: 'dropConstraint'
  static {
    defineKind(this, 'dropConstraint')
  }
  readonly constraint: Constraint
  constructor(constraint: Constraint, options: DropOptions = {}) {
    super('DropConstraint', options)
    this.constraint = checkedItem('DropConstraint', 'a constraint', constraint)
  }
  override get condition(): DdlCondition | null {
    return this.constraint.ddlIf
  }
}

/** COMMENT ON TABLE; null removes the comment. */
export class SetTableComment extends DdlElement {
  declare readonly kind: 'setTableComment'
  static {
    defineKind(this, 'setTableComment')
  }
  readonly table: Table
  readonly comment: string | null
  constructor(table: AnyTable, comment?: string | null) {
    super()
    this.table = checkedTable('SetTableComment', table)
    this.comment = commentFor('SetTableComment', table, comment)
  }
}

/** COMMENT ON CONSTRAINT; null removes the comment. */
export class SetConstraintComment extends DdlElement {
  declare readonly kind: 'setConstraintComment'
  static {
    defineKind(this, 'setConstraintComment')
  }
  readonly constraint: Constraint
  readonly comment: string | null
  constructor(constraint: Constraint, comment?: string | null) {
    super()
    this.constraint = checkedItem('SetConstraintComment', 'a constraint', constraint)
    this.comment = commentFor('SetConstraintComment', constraint, comment)
  }
  override get condition(): DdlCondition | null {
    return this.constraint.ddlIf
  }
}

/** COMMENT ON INDEX; null removes the comment. */
export class SetIndexComment extends DdlElement {
  declare readonly kind: 'setIndexComment'
  static {
    defineKind(this, 'setIndexComment')
  }
  readonly index: Index
  readonly comment: string | null
  constructor(index: Index, comment?: string | null) {
    super()
    this.index = checkedItem('SetIndexComment', 'an index', index)
    this.comment = commentFor('SetIndexComment', index, comment)
  }
  override get condition(): DdlCondition | null {
    return this.index.ddlIf
  }
}

/** COMMENT ON COLUMN; null removes the comment. */
export class SetColumnComment extends DdlElement {
  declare readonly kind: 'setColumnComment'
  static {
    defineKind(this, 'setColumnComment')
  }
  readonly column: SchemaColumn
  readonly comment: string | null
  constructor(column: SchemaColumn, comment?: string | null) {
    super()
    if (!isElement(column) || (column as Partial<SchemaColumn>).table === undefined)
      throw new ArgumentError(
        `new SetColumnComment() takes a column of a table: users.c.name; got ${showValue(column)}`,
      )
    this.column = column
    this.comment = commentFor('SetColumnComment', column, comment)
  }
}

/**
 * `ALTER TABLE ... ALTER COLUMN ... SET STORAGE` and `SET COMPRESSION` of all columns of a table that say so. It stands behind CREATE
 * TABLE in plans, which cannot say it on PostgreSQL 15, nor before COLLATE.
 *
 * @throws ArgumentError no column of the table says how it is kept
 * @example
 * await engine.execute(new SetColumnStorage(users))   // ALTER TABLE users ALTER COLUMN name SET STORAGE EXTERNAL
 */
export class SetColumnStorage extends DdlElement {
  declare readonly kind: 'setColumnStorage'
  static {
    defineKind(this, 'setColumnStorage')
  }
  readonly table: Table
  constructor(table: AnyTable) {
    super()
    this.table = checkedTable('SetColumnStorage', table)
    if (!hasColumnStorage(this.table))
      throw new ArgumentError(
        `new SetColumnStorage(): no column of ${this.table.key} has the option storage or compression`,
      )
  }
}

/** Whether there is anything to say of how columns are kept; partitions have it from the whole. */
export function hasColumnStorage(table: Table): boolean {
  if (table.partitionOf !== null) return false
  return table.columnList.some(({ storage, compression }) => storage !== null || compression !== null)
}

/** @throws ArgumentError it is no table that `table()` made. */
function checkedTable(command: string, given: unknown): Table {
  // A class by its shape, as importing it would close a circle.
  if (isElement(given) && Array.isArray((given as Partial<Table>).indexes)) return given as unknown as Table
  throw new ArgumentError(`new ${command}() takes a table that table() made; got ${showValue(given)}`)
}

/** @throws ArgumentError it is something else, or belongs to no table. */
function checkedItem<T extends TableItem>(command: string, what: string, given: T): T {
  if (!(given instanceof TableItem)) throw new ArgumentError(`new ${command}() takes ${what}; got ${showValue(given)}`)
  // Raises where there is none.
  void given.table
  return given
}

/**
 * The comment that a command sets: the one that was given, or else the object's own.
 *
 * @throws ArgumentError there is no object.
 */
export function commentFor(
  command: string,
  item: { readonly comment?: string | null },
  given: string | null | undefined,
): string | null {
  if (typeof item !== 'object' || item === null)
    throw new ArgumentError(`new ${command}() takes what the comment is of, and the comment; got ${showValue(item)}`)
  return given === undefined ? (item.comment ?? null) : given
}
