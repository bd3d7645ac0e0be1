// Renderers of constraints, in CREATE TABLE and by ALTER TABLE.
import { CompileError } from '../../errors.ts'
import { requireColumn, type SchemaColumn } from '../../expression/schema/column.ts'
import {
  CheckConstraint,
  type ColumnConstraint,
  type Constraint,
  PrimaryKeyConstraint,
  UniqueConstraint,
} from '../../expression/schema/constraint.ts'
import type { AddConstraint, DropConstraint, SetConstraintComment } from '../../expression/schema/ddl/table.ts'
import { ExcludeConstraint } from '../../expression/schema/exclude.ts'
import { ForeignKeyConstraint } from '../../expression/schema/foreign-key.ts'
import type { ForeignKeyOptions } from '../../expression/schema/foreign-key-option.ts'
import { quoteName } from '../../nearest.ts'
import { columnNames, commentText, ddlExpression, itemName, keyPart } from './ddl-expression.ts'
import type { Render } from './state.ts'

/** A constraint as CREATE TABLE and ADD have it. */
export function constraintClause(constraint: Constraint, out: Render): string {
  const name = itemName(constraint, out)
  return `${name === null ? '' : `CONSTRAINT ${name} `}${constraintBody(constraint, out)}`
}

function constraintBody(constraint: Constraint, out: Render): string {
  if (constraint instanceof PrimaryKeyConstraint)
    return `PRIMARY KEY (${keyColumns(constraint, primaryKeyColumns(constraint), out)})${includeClause(constraint.include, out)}${deferrableClause(constraint)}`
  if (constraint instanceof UniqueConstraint) {
    const nulls = constraint.nullsNotDistinct ? ' NULLS NOT DISTINCT' : ''
    return `UNIQUE${nulls} (${keyColumns(constraint, constraint.columns, out)})${includeClause(constraint.include, out)}${deferrableClause(constraint)}`
  }
  if (constraint instanceof ForeignKeyConstraint) return foreignKeyBody(constraint, out)
  if (constraint instanceof CheckConstraint) {
    const { noInherit } = constraint.options
    return `CHECK (${ddlExpression(constraint.condition, out)})${noInherit === true ? ' NO INHERIT' : ''}${checkingClause(constraint.options)}`
  }
  if (constraint instanceof ExcludeConstraint) return excludeBody(constraint, out)
  throw new CompileError(`DDL has no spelling for a constraint of the sort '${constraint.sort}'`)
}

function keyColumns(
  { withoutOverlaps }: PrimaryKeyConstraint | UniqueConstraint,
  columns: readonly SchemaColumn[],
  out: Render,
): string {
  return `${columnNames(columns, out)}${withoutOverlaps ? ' WITHOUT OVERLAPS' : ''}`
}

/** What is not enforced is never checked, so that it is not valid either. */
function checkingClause({ notValid, notEnforced }: Pick<ForeignKeyOptions, 'notValid' | 'notEnforced'>): string {
  if (notEnforced === true) return ' NOT ENFORCED'
  return notValid === true ? ' NOT VALID' : ''
}

/** The columns of a foreign key, here or there. */
function referenceColumns(columns: readonly SchemaColumn[], period: boolean | undefined, out: Render): string {
  if (period !== true) return columnNames(columns, out)
  const before = columns.slice(0, -1).map((column) => `${out.quoted(column.name)}, `)
  return `${before.join('')}PERIOD ${columnNames(columns.slice(-1), out)}`
}

/** A key made from flags begins with the column that the database numbers. */
function primaryKeyColumns(key: PrimaryKeyConstraint): readonly SchemaColumn[] {
  const numbered = key.isImplicit ? key.table.autoincrementColumn : null
  return numbered === null ? key.columns : [numbered, ...key.columns.filter((column) => column !== numbered)]
}

function foreignKeyBody(key: ForeignKeyConstraint, out: Render): string {
  const { match, onDelete, onDeleteColumns, onUpdate, period } = key.options
  let text = `FOREIGN KEY(${referenceColumns(key.columns, period, out)})`
  text += ` REFERENCES ${out.renderers.referredTable(key.referredTable, out)} (${referenceColumns(key.referredColumns, period, out)})`
  if (match !== undefined) text += ` MATCH ${match}`
  if (onDelete !== undefined) text += ` ON DELETE ${onDelete}`
  if (onDeleteColumns !== undefined)
    text += ` (${columnNames(
      onDeleteColumns.map((name) => requireColumn(key.table, name, 'onDeleteColumns')),
      out,
    )})`
  if (onUpdate !== undefined) text += ` ON UPDATE ${onUpdate}`
  return `${text}${deferrableClause(key)}${checkingClause(key.options)}`
}

function excludeBody(constraint: ExcludeConstraint, out: Render): string {
  const parts = constraint.parts.map(({ element, operator, operatorClass }) => {
    return `${keyPart(element, out, operatorClass === null ? '' : ` ${operatorClass}`)} WITH ${operator}`
  })
  const text = `EXCLUDE USING ${constraint.using} (${parts.join(', ')})${includeClause(constraint.include, out)}`
  const where = constraint.where === null ? '' : ` WHERE (${ddlExpression(constraint.where, out)})`
  return text + where + deferrableClause(constraint)
}

function includeClause(columns: readonly SchemaColumn[], out: Render): string {
  return columns.length === 0 ? '' : ` INCLUDE (${columnNames(columns, out)})`
}

function deferrableClause(constraint: Pick<ColumnConstraint, 'deferrable' | 'initially'>): string {
  const when = constraint.initially === null ? '' : ` INITIALLY ${constraint.initially}`
  return `${constraint.deferrable ? ' DEFERRABLE' : ''}${when}`
}

/** ALTER TABLE ... ADD CONSTRAINT. */
export function renderAddConstraint(node: AddConstraint, out: Render): string {
  return `ALTER TABLE ${out.tableName(node.constraint.table)} ADD ${constraintClause(node.constraint, out)}`
}

/** ALTER TABLE ... DROP CONSTRAINT. */
export function renderDropConstraint(node: DropConstraint, out: Render): string {
  const { constraint } = node
  const unnamed = constraint instanceof ForeignKeyConstraint ? out.renderers.unnamedForeignKey(constraint) : null
  const name = itemName(constraint, out) ?? (unnamed === null ? null : out.quoted(unnamed))
  if (name === null)
    throw new CompileError(
      `A constraint of table ${quoteName(constraint.table.key)} has no name, so it cannot be dropped: give it { name }, or the MetaData a naming convention`,
    )
  const options = `${node.ifExists ? 'IF EXISTS ' : ''}${name}${node.cascade ? ' CASCADE' : ''}`
  return `ALTER TABLE ${out.tableName(constraint.table)} DROP CONSTRAINT ${options}`
}

/** COMMENT ON CONSTRAINT. */
export function renderConstraintComment({ constraint, comment }: SetConstraintComment, out: Render): string {
  const name = itemName(constraint, out)
  if (name === null)
    throw new CompileError(
      `A constraint of table ${quoteName(constraint.table.key)} has no name, so it cannot have a comment: give it { name }, or the MetaData a naming convention`,
    )
  return `COMMENT ON CONSTRAINT ${name} ON ${out.tableName(constraint.table)} IS ${commentText(comment, out)}`
}
