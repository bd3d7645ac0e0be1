// CREATE, DROP and REFRESH of views; CREATE TABLE AS.
import { ArgumentError } from '../../../errors.ts'
import { checkKeys } from '../../../nearest.ts'
import { defineKind } from '../../base/element.ts'
import { checkWord } from '../foreign-key-option.ts'
import { checkAccessMethod, checkStorageParameters, type StorageParameters } from '../storage.ts'
import { DerivedTable, View, type ViewQuery } from '../view.ts'
import { DdlElement, DropElement, type DropOptions } from './element.ts'
import type { ConcurrentOptions, CreateOptions } from './table.ts'

/** Options of {@link CreateView}. */
export interface CreateViewOptions extends CreateOptions {
  /** OR REPLACE. Default false. */
  readonly orReplace?: boolean
}

function checkedView(given: unknown, command: string): View {
  if (given instanceof View) return given
  throw new ArgumentError(`${command} takes a view, as view() and materializedView() make them`)
}

/**
 * CREATE VIEW, CREATE MATERIALIZED VIEW.
 *
 * @example
 * await conn.execute(new CreateView(adults, { orReplace: true }))   // CREATE OR REPLACE VIEW adults AS SELECT ...
 */
export class CreateView extends DdlElement {
  declare readonly kind: 'createView'
  static {
    defineKind(this, 'createView')
  }
  readonly view: View
  readonly ifNotExists: boolean
  readonly orReplace: boolean
  constructor(view: View<never> | View, options: CreateViewOptions = {}) {
    super()
    checkKeys('CreateView', options, [], ['ifNotExists', 'orReplace'])
    this.view = checkedView(view, 'CreateView')
    this.ifNotExists = options.ifNotExists ?? false
    this.orReplace = options.orReplace ?? false
  }
}

/** DROP VIEW, DROP MATERIALIZED VIEW. */
export class DropView extends DropElement {
  declare readonly kind: 'dropView'
  static {
    defineKind(this, 'dropView')
  }
  readonly view: View
  constructor(view: View<never> | View, options: DropOptions = {}) {
    super('DropView', options)
    this.view = checkedView(view, 'DropView')
  }
}

/** Options of {@link RefreshMaterializedView}. */
export interface RefreshOptions extends ConcurrentOptions {
  /** False empties it instead. Default true. */
  readonly withData?: boolean
}

/**
 * REFRESH MATERIALIZED VIEW: makes its rows anew.
 *
 * @param options `concurrently` needs a unique index, and lets readers go on.
 * @example
 * await conn.execute(new RefreshMaterializedView(ages))   // REFRESH MATERIALIZED VIEW ages
 */
export class RefreshMaterializedView extends DdlElement {
  declare readonly kind: 'refreshView'
  static {
    defineKind(this, 'refreshView')
  }
  readonly view: View
  readonly concurrently: boolean
  readonly withData: boolean
  constructor(view: View<never> | View, options: RefreshOptions = {}) {
    super()
    checkKeys('RefreshMaterializedView', options, [], ['concurrently', 'withData'])
    this.view = checkedView(view, 'RefreshMaterializedView')
    if (!this.view.isMaterialized) throw new ArgumentError('RefreshMaterializedView takes a materialized view')
    this.concurrently = options.concurrently ?? false
    this.withData = options.withData ?? true
  }
}

/** COMMENT ON VIEW or ON MATERIALIZED VIEW; null removes the comment. */
export class SetViewComment extends DdlElement {
  declare readonly kind: 'setViewComment'
  static {
    defineKind(this, 'setViewComment')
  }
  readonly view: View
  readonly comment: string | null
  constructor(view: View<never> | View, comment?: string | null) {
    super()
    this.view = checkedView(view, 'SetViewComment')
    this.comment = comment === undefined ? this.view.comment : comment
  }
}

/** Options of {@link CreateTableAs}. */
export interface CreateTableAsOptions extends CreateOptions {
  readonly schema?: string | null
  /** The table is there until the connection ends. Default false. */
  readonly temporary?: boolean
  /** The table is not in the write-ahead log: faster, and empty after a crash. Default false. */
  readonly unlogged?: boolean
  /** The access method, such as `heap`. Default: the database's. */
  readonly using?: string
  /** Storage parameters: `{ fillfactor: 70 }`. */
  readonly with?: StorageParameters
  /** What becomes of a temporary table's rows at COMMIT. Default: they stay. */
  readonly onCommit?: 'PRESERVE ROWS' | 'DELETE ROWS' | 'DROP'
  /** Where it is kept. */
  readonly tablespace?: string
  /** False makes the table without rows. Default true. */
  readonly withData?: boolean
}

/**
 * CREATE TABLE ... AS: a new table with the rows of a statement.
 *
 * @example
 * const copy = new CreateTableAs('old_users', select(users.c.id, users.c.name).where(users.c.age.gt(90)))
 * await conn.execute(copy)   // CREATE TABLE old_users AS SELECT users.id, users.name FROM users WHERE users.age > 90
 * await conn.execute(select(copy.table.c.name)).all()
 */
export class CreateTableAs<Row = unknown> extends DdlElement {
  declare readonly kind: 'createTableAs'
  static {
    defineKind(this, 'createTableAs')
  }
  /** The new table, to be selected from. */
  readonly table: DerivedTable<Row>
  readonly options: CreateTableAsOptions
  constructor(name: string, query: ViewQuery<Row>, options: CreateTableAsOptions = {}) {
    super()
    const flags = ['ifNotExists', 'temporary', 'unlogged', 'withData'] as const
    checkKeys('CreateTableAs', options, ['schema', 'onCommit', 'using', 'with'], flags, ['tablespace'])
    if (options.temporary === true && options.unlogged === true)
      throw new ArgumentError('CreateTableAs: a temporary table is never in the write-ahead log: leave out unlogged')
    checkAccessMethod('CreateTableAs', options.using)
    checkStorageParameters('CreateTableAs', options.with)
    checkWord('CreateTableAs', 'onCommit', options.onCommit, ['PRESERVE ROWS', 'DELETE ROWS', 'DROP'])
    this.table = new DerivedTable<Row>(name, options.schema ?? null, query, 'CreateTableAs')
    this.options = options
  }
}
