// DDL where SQLite differs: INTEGER PRIMARY KEY, defaults in parentheses, schemas of indexes, what it does not have.
import { CompileError } from '../../errors.ts'
import { Cast } from '../../expression/element/cast.ts'
import { ColumnElement } from '../../expression/element/column-element.ts'
import type { NamedElement } from '../../expression/element/named.ts'
import { SchemaColumn } from '../../expression/schema/column.ts'
import {
  CheckConstraint,
  type Constraint,
  PrimaryKeyConstraint,
  UniqueConstraint,
} from '../../expression/schema/constraint.ts'
import type { CreateIndex, CreateTable, DropIndex, DropTable } from '../../expression/schema/ddl/table.ts'
import type { CreateView, DropView } from '../../expression/schema/ddl/view.ts'
import { holds } from '../../expression/schema/ddl-condition.ts'
import { ForeignKeyConstraint } from '../../expression/schema/foreign-key.ts'
import { translatedSchema } from '../../expression/schema/schema-map.ts'
import { NextValue } from '../../expression/schema/sequence.ts'
import { FetchedValue } from '../../expression/schema/server-default.ts'
import type { Table } from '../../expression/schema/table.ts'
import { quoteName } from '../../nearest.ts'
import { ansi } from '../compile/ansi.ts'
import { columnCheck, computedClause, typeOf } from '../compile/ddl.ts'
import { constraintClause } from '../compile/ddl-constraint.ts'
import { ddlExpression, itemName, keyPart, serverDefaultText } from '../compile/ddl-expression.ts'
import { valueChecks } from '../compile/named-type.ts'
import type { NodeRenderers } from '../compile/renderers.ts'
import type { Render } from '../compile/state.ts'
import { assigned } from './assigned.ts'
import { wordsOf } from './introspect/sql-words.ts'
import { HOST } from './type-name.ts'

/** Whether SQLite numbers the column: its rows' own number under the column's name. */
function isRowNumber(column: SchemaColumn): boolean {
  return (column.isAutoincrement || isNumberedElsewhere(column)) && column.serverDefault === null
}

/** Whether it is the whole key and takes its numbers from a sequence on other databases. */
function isNumberedElsewhere({ default: preset, type, primaryKey, table }: SchemaColumn): boolean {
  const isSequence = preset?.sort === 'expression' && preset.element instanceof NextValue
  return isSequence && primaryKey && type.affinity === 'integer' && (table as Table).primaryKey.columns.length === 1
}

/**
 * A column of CREATE TABLE. The one that the database numbers is INTEGER, whatever its width, as no other type gets the number.
 *
 * @throws CompileError a column of several in the primary key is to be numbered.
 */
export function renderColumn(column: SchemaColumn, out: Render): string {
  let text = `${out.quoted(column.name)} ${isRowNumber(column) ? 'INTEGER' : typeOf(column, out)}`
  if (isNumberedForEver(column)) return `${text} PRIMARY KEY AUTOINCREMENT`
  if (isRowNumber(column) && primaryKeyOf(column).length > 1)
    throw new CompileError(
      `Column ${quoteName(`${column.table.key}.${column.key}`)} is to be numbered and shares the primary key with others: SQLite numbers only a column that is the whole key`,
    )
  if (column.serverDefault !== null && !(column.serverDefault instanceof FetchedValue))
    text += ` DEFAULT ${defaultText(typedDefault(column, out) ?? serverDefaultText(keptDefault(column.serverDefault, column), out))}`
  if (column.computed !== null) text += computedClause(column, out)
  if (!column.nullable) text += ' NOT NULL'
  return text + columnCheck(column, out)
}

/** An identity never gives a number twice, which SQLite's bare row numbers may. */
function isNumberedForEver(column: SchemaColumn): boolean {
  return column.identity !== null && column.primaryKey && primaryKeyOf(column).length === 1
}

function primaryKeyOf(column: SchemaColumn): readonly SchemaColumn[] {
  return (column.table as Table).primaryKey.columns
}

const TRUTHS: Readonly<Record<string, string>> = {
  true: '1',
  t: '1',
  yes: '1',
  on: '1',
  false: '0',
  f: '0',
  no: '0',
  off: '0',
}

/** A text as the column keeps its values, which other databases read by the column's type; null where it is as good as it stands. */
function typedDefault({ serverDefault, type: given }: SchemaColumn, out: Render): string | null {
  if (typeof serverDefault !== 'string') return null
  const type = given.forDialect(HOST)
  if (type.affinity === 'boolean') {
    const word = serverDefault.trim().toLowerCase()
    return Object.hasOwn(TRUTHS, word) ? (TRUTHS[word] ?? null) : null
  }
  if (!KEPT_OTHERWISE.has(type.affinity)) return null
  try {
    return out.spelling.literal(serverDefault, type)
  } catch {
    // A word of the database's, such as 'now'.
    return null
  }
}

/** `now()` of a day is a day. Functions of the driver's own stay out of it: other programs write into the table as well. */
function keptDefault<D>(given: D, column: SchemaColumn): D | ColumnElement {
  const kept = given instanceof ColumnElement ? assigned(given, column) : given
  return kept instanceof Cast && TEMPORAL.has(column.type.forDialect(HOST).affinity) ? kept : given
}

const TEMPORAL: ReadonlySet<string> = new Set(['date', 'time', 'datetime'])

const KEPT_OTHERWISE: ReadonlySet<string> = new Set(['date', 'time', 'datetime', 'interval', 'uuid'])

const CONSTANT =
  /^(?:[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:E[+-]?\d+)?|0X[\dA-F]+)|X?'(?:[^']|'')*'|NULL|TRUE|FALSE|CURRENT_(?:TIMESTAMP|DATE|TIME))$/i

/** A constant as it is, all else in parentheses, which those at both ends need not be: `(1) + (2)`. */
function defaultText(text: string): string {
  if (CONSTANT.test(text) || isInParentheses(text)) return text
  // A comment to the end of the line would swallow the parenthesis.
  return text.includes('--') ? `(${text}\n)` : `(${text})`
}

function isInParentheses(text: string): boolean {
  const words = wordsOf(text)
  return text.startsWith('(') && text.endsWith(')') && words.length === 1 && words[0]?.inside !== null
}

/** @throws CompileError it is kept in a way that SQLite does not know. */
function checkStorage(table: Table): void {
  const { partitionBy, inherits, onCommit } = table.storage
  const what =
    partitionBy !== null || table.partitionOf !== null
      ? 'partitions'
      : inherits.length > 0
        ? 'inheritance of tables'
        : onCommit !== null
          ? 'ON COMMIT'
          : table.constraints.some((constraint) => constraint.sort === 'exclude')
            ? 'EXCLUDE constraints'
            : table.constraints.some(isUnchecked)
              ? 'constraints that are NOT ENFORCED'
              : [table.primaryKey, ...table.constraints].some(isOfRanges)
                ? 'ranges in keys (withoutOverlaps, period)'
                : null
  if (what !== null) throw new CompileError(`Table ${quoteName(table.key)} cannot be created: SQLite has no ${what}`)
}

function isUnchecked(constraint: Constraint): boolean {
  const hasOption = constraint instanceof CheckConstraint || constraint instanceof ForeignKeyConstraint
  return hasOption && constraint.options.notEnforced === true
}

function isOfRanges(constraint: Constraint): boolean {
  if (constraint instanceof ForeignKeyConstraint) return constraint.options.period === true
  const isKey = constraint instanceof PrimaryKeyConstraint || constraint instanceof UniqueConstraint
  return isKey && constraint.withoutOverlaps
}

const PREFIXES: ReadonlySet<string> = new Set(['TEMPORARY', 'TEMP'])

/** CREATE TABLE; what says how the table is stored elsewhere (tablespaces, access methods, UNLOGGED) is left out. */
function renderCreateTable(node: CreateTable, out: Render): string {
  const { table } = node
  checkStorage(table)
  const { primaryKey } = table
  const isInline = primaryKey.columns.some(isNumberedForEver)
  const parts = [
    ...table.columnList.map((column) => out.renderers.columnDefinition(column, out)),
    ...(primaryKey.columns.length > 0 && !isInline && holds(primaryKey.ddlIf, out.spelling)
      ? [constraintClause(primaryKey, out)]
      : []),
    ...table.constraints
      .filter((each) => !node.without.has(each) && holds(each.ddlIf, out.spelling) && isInOneSchema(table, each, out))
      .map((constraint) => constraintClause(constraint, out)),
    ...valueChecks(table, out),
  ]
  const prefixes = table.prefixes.filter((each) => PREFIXES.has(each.toUpperCase())).map((each) => `${each} `)
  const name = `${node.ifNotExists ? 'IF NOT EXISTS ' : ''}${out.tableName(table)}`
  return `\nCREATE ${prefixes.join('')}TABLE ${name} (\n\t${parts.join(', \n\t')}\n)\n\n`
}

/** A foreign key cannot leave its database: one that would is left out, as SQLAlchemy leaves it out. */
function isInOneSchema(table: Table, constraint: Table['constraints'][number], out: Render): boolean {
  if (!(constraint instanceof ForeignKeyConstraint)) return true
  const own = translatedSchema(out.schemas, table.schema)
  return own === translatedSchema(out.schemas, constraint.referredTable.schema)
}

/** CREATE INDEX: the schema stands before the index; access methods, operator classes and storage are other databases' matter. */
function renderCreateIndex(node: CreateIndex, out: Render): string {
  const { index } = node
  if (index.options.nullsNotDistinct === true)
    throw new CompileError(`SQLite has no NULLS NOT DISTINCT, which an index of ${quoteName(index.table.key)} asks for`)
  const words = `${index.unique ? 'UNIQUE ' : ''}INDEX ${node.ifNotExists ? 'IF NOT EXISTS ' : ''}`
  const parts = index.expressions.map((element) => keyPart(element, out)).join(', ')
  const text = `CREATE ${words}${indexName(node, out)} ON ${out.quoted(index.table.name)} (${parts})`
  return index.where === null ? text : `${text} WHERE ${ddlExpression(index.where, out)}`
}

function renderDropIndex(node: DropIndex, out: Render): string {
  return `DROP INDEX ${node.ifExists ? 'IF EXISTS ' : ''}${indexName(node, out)}`
}

function indexName({ index }: Pick<CreateIndex, 'index'>, out: Render): string {
  const name = itemName(index, out)
  if (name === null) throw new CompileError(`An index of table ${quoteName(index.table.key)} has no name`)
  const schema = translatedSchema(out.schemas, index.table.schema)
  return schema === null ? name : `${out.quoted(schema)}.${name}`
}

function refuseCascade(node: Pick<DropTable | DropView, 'cascade'>): void {
  if (node.cascade) throw new CompileError('SQLite has no DROP ... CASCADE: drop what depends on it first')
}

function renderCreateView(node: CreateView, out: Render): string {
  const { view } = node
  if (view.isMaterialized)
    throw new CompileError(`SQLite has no materialized views: ${quoteName(view.key)} could be view() instead`)
  if (node.orReplace) throw new CompileError('SQLite has no CREATE OR REPLACE VIEW: drop the view first')
  if (view.options.checkOption !== undefined) throw new CompileError('SQLite has no WITH CHECK OPTION')
  return ansi.createView(node, out)
}

const refuse = (what: string): (() => never) => {
  return () => {
    throw new CompileError(`SQLite has no ${what}`)
  }
}

type Own =
  | 'addConstraint'
  | 'createExtension'
  | 'createIndex'
  | 'createSchema'
  | 'createSequence'
  | 'createTable'
  | 'createType'
  | 'createView'
  | 'dropConstraint'
  | 'dropExtension'
  | 'dropIndex'
  | 'dropSchema'
  | 'dropSequence'
  | 'dropTable'
  | 'dropType'
  | 'dropView'
  | 'nextValue'
  | 'refreshView'
  | 'setColumnComment'
  | 'setColumnStorage'
  | 'setConstraintComment'
  | 'setIndexComment'
  | 'setTableComment'
  | 'setTypeComment'
  | 'setViewComment'

/** DDL of SQLite. */
export const ddl: Pick<NodeRenderers<Parameters<(typeof ansi)[Own]>[0]>, Own> = {
  addConstraint: refuse('ALTER TABLE ... ADD CONSTRAINT: constraints are part of CREATE TABLE'),
  createExtension: refuse('CREATE EXTENSION'),
  createIndex: renderCreateIndex,
  createSchema: refuse("CREATE SCHEMA: schemas are attached databases, ATTACH DATABASE 'file' AS name"),
  createSequence: refuse('sequences: an INTEGER primary key is numbered by itself'),
  createTable: renderCreateTable,
  createType: refuse('types of its own'),
  createView: renderCreateView,
  dropConstraint: refuse('ALTER TABLE ... DROP CONSTRAINT: constraints are part of CREATE TABLE'),
  dropExtension: refuse('DROP EXTENSION'),
  dropIndex: renderDropIndex,
  dropSchema: refuse('DROP SCHEMA: DETACH DATABASE lets go of an attached database'),
  dropSequence: refuse('sequences'),
  dropTable: (node, out) => {
    refuseCascade(node)
    return ansi.dropTable(node, out)
  },
  dropType: refuse('types of its own'),
  dropView: (node, out) => {
    refuseCascade(node)
    return ansi.dropView(node, out)
  },
  nextValue: refuse('sequences: an INTEGER primary key is numbered by itself'),
  refreshView: refuse('materialized views'),
  setColumnComment: refuse('comments'),
  setColumnStorage: refuse('ways to keep a column'),
  setConstraintComment: refuse('comments'),
  setIndexComment: refuse('comments'),
  setTableComment: refuse('comments'),
  setTypeComment: refuse('comments'),
  setViewComment: refuse('comments'),
}

/** NULL lets SQLite number a row, and is what a column without a default gets; others have no word for their default. */
export function renderDefaultValue(column: NamedElement, _out: Render): string {
  if (column instanceof SchemaColumn && (isRowNumber(column) || column.serverDefault === null)) return 'NULL'
  throw new CompileError(
    `SQLite has no DEFAULT among values: give all rows the column '${column.name}', or insert those without it by themselves`,
  )
}
