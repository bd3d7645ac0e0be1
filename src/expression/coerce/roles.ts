// What each place in a statement accepts, as data; `expect` reads it.
import type { Element } from '../base/element.ts'
import { Role } from '../base/role.ts'
import { ColumnClause } from '../element/column.ts'
import type { ColumnElement } from '../element/column-element.ts'
import { FALSE, NULL, TRUE } from '../element/constant.ts'
import { LabelReference } from '../element/label-reference.ts'
import { inferType } from '../types/infer.ts'

/** A place in a statement. */
export interface Place<E extends Element> {
  /** Bits of `Role`: elements that can stand here as they are. */
  readonly takes: number
  /** What is accepted, as the end of the sentence "takes ...". */
  readonly forms: string
  /** Makes an element of another role fit; null where it cannot. */
  readonly adapt: (element: Element) => E | null
  /** Makes an element of a plain value; null where it cannot. */
  readonly literal: (value: unknown) => E | null
  /** What to do instead, by what was given; `''` where there is nothing to say. */
  readonly advice: (value: unknown, roles: number) => string
}

/** An element that has a FROM element inside: a mapped class. */
interface HasFrom extends Element {
  readonly from: Element
}

const nothing = (): null => null

/** Text stands where an expression does; it has what expressions have but the operators, and groups itself beside one. */
function textAsExpression(element: Element): ColumnElement<never> | null {
  return element.roles & Role.text ? (element as ColumnElement<never>) : null
}

function adviceForExpression(value: unknown, roles: number): string {
  if (roles & Role.rows) return 'call .scalarSubquery() on a SELECT to use its one value'
  if (roles & Role.from) return 'name one of its columns: table.c.name'
  if (roles & Role.entity) return 'name one of its attributes: mapped(Class).name'
  if (value === undefined) return 'a value is missing; write null for NULL'
  if (typeof value === 'string') return "write text('...') for SQL, or literal('...') for a value"
  return ''
}

function adviceForColumns(value: unknown, roles: number): string {
  const members: readonly unknown[] = typeof value === 'object' && value !== null ? Object.values(value) : []
  return members.length > 0 && members.every((member) => member instanceof ColumnClause)
    ? 'the columns of a table are all meant by its name: select(users)'
    : adviceForExpression(value, roles)
}

function adviceForCriterion(value: unknown, roles: number): string {
  if (typeof value === 'boolean')
    return 'JavaScript evaluated an operator before SQL saw it: write a.eq(b), and(a, b), not(a); for the constants sqlTrue() and sqlFalse()'
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return adviceForExpression(value, roles)
  const isOptions = Object.hasOwn(value, 'isOuter') || Object.hasOwn(value, 'isFull')
  return isOptions
    ? 'options stand behind the condition: join(target, undefined, { isFull: true })'
    : 'filterBy() takes values by the names of columns'
}

/** A value in each row: operands without a value's meaning, arguments of `label`, `desc`, PARTITION BY. */
export const EXPRESSION: Place<ColumnElement> = {
  takes: Role.expression,
  forms: 'a column expression',
  adapt: textAsExpression,
  literal: nothing,
  advice: adviceForExpression,
}

/** WHERE, HAVING, ON, FILTER, WHEN, the parts of AND and OR. */
export const CRITERION: Place<ColumnElement<boolean>> = {
  takes: Role.expression,
  forms: "a boolean expression, such as users.c.name.eq('ed')",
  adapt: textAsExpression,
  literal: nothing,
  advice: adviceForCriterion,
}

/** The columns clause. */
export const COLUMNS: Place<Element> = {
  takes: Role.expression | Role.from | Role.entity | Role.text,
  forms: 'columns, expressions, tables and mapped classes',
  adapt: nothing,
  literal: (value) => {
    if (value === null) return NULL
    if (value === true) return TRUE
    if (value === false) return FALSE
    const isNumber = typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value))
    const type = isNumber ? inferType(value) : null
    // A number is written, not bound, so that `select(1)` needs no parameter.
    return type === null ? null : new ColumnClause(String(value), String(value), type, null, true)
  },
  advice: adviceForColumns,
}

/** ORDER BY and DISTINCT ON: expressions, or the name of a label. */
export const ORDER: Place<ColumnElement> = {
  takes: Role.expression,
  forms: 'expressions and names of labels',
  adapt: textAsExpression,
  literal: (value) => (typeof value === 'string' ? new LabelReference(value) : null),
  advice: adviceForExpression,
}

/** FROM and JOIN. */
export const FROM: Place<Element> = {
  takes: Role.from,
  forms: 'tables, aliases, subqueries, CTEs and mapped classes',
  adapt: (element) => (element.roles & Role.entity ? (element as HasFrom).from : null),
  literal: nothing,
  advice: (_value, roles) =>
    roles & Role.rows ? "call .subquery() on a SELECT to use it in FROM, as .subquery('name') for a name" : '',
}

/** A statement that gives rows. */
export const ROWS: Place<Element> = {
  takes: Role.rows,
  forms: 'a SELECT, or several joined by union()',
  adapt: nothing,
  literal: nothing,
  advice: (_value, roles) => (roles & Role.text ? 'tell its columns: text(...).columns({ id: Integer })' : ''),
}

/** The table of an INSERT or MERGE. */
export const TABLE: Place<Element> = {
  takes: Role.table,
  forms: 'a table or a mapped class',
  adapt: (element) => {
    if (!(element.roles & Role.entity)) return null
    const from = (element as HasFrom).from
    return from.roles & Role.table ? from : null
  },
  literal: nothing,
  advice: (_value, roles) => (roles & Role.from ? 'name the table itself' : ''),
}

/** The table of an UPDATE or DELETE; aliases are looked through before. */
export const WRITTEN: Place<Element> = {
  ...TABLE,
  forms: 'a table, an alias of one or a mapped class',
  advice: () => '',
}
