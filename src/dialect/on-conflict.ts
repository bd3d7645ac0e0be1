// ON CONFLICT: what an INSERT does instead where a row of the same key is there already.
import { CompileError } from '../errors.ts'
import { defineKind, Element } from '../expression/base/element.ts'
import type { Pass } from '../expression/base/pass.ts'
import { iterate } from '../expression/base/traverse.ts'
import { walkAssignments } from '../expression/dml/assignments.ts'
import type { Assignment } from '../expression/dml/write.ts'
import { Bind } from '../expression/element/bind.ts'
import type { ColumnElement } from '../expression/element/column-element.ts'
import { Alias } from '../expression/from/alias.ts'
import type { TableClause } from '../expression/from/table-clause.ts'
import { ddlExpression } from './compile/ddl-expression.ts'
import { criteria } from './compile/select.ts'
import type { Render } from './compile/state.ts'
import { writtenText } from './compile/values.ts'

/** Which conflict is meant; null for any. */
export interface ConflictTarget {
  /** Columns and expressions of a unique index; empty where a constraint is named. */
  readonly elements: readonly ColumnElement[]
  /** The condition of a partial unique index. */
  readonly where: ColumnElement<boolean> | null
  readonly constraint: string | null
}

const excluded: WeakMap<TableClause, Alias> = new WeakMap()

/** The row that could not be inserted: one alias for each table, so that equal statements have equal keys. */
export function excludedOf(table: TableClause): Alias {
  let alias = excluded.get(table)
  if (alias === undefined) {
    alias = new Alias(table, 'excluded')
    excluded.set(table, alias)
  }
  return alias
}

/** `ON CONFLICT target DO NOTHING`, or `DO UPDATE SET ...`. */
export class OnConflict extends Element {
  declare readonly kind: 'onConflict'
  static {
    defineKind(this, 'onConflict')
  }
  readonly table: TableClause
  readonly target: ConflictTarget | null
  /** Null is DO NOTHING. */
  readonly set: readonly Assignment[] | null
  readonly where: readonly ColumnElement<boolean>[]
  constructor(
    table: TableClause,
    target: ConflictTarget | null,
    set: readonly Assignment[] | null,
    where: readonly ColumnElement<boolean>[],
  ) {
    super()
    this.table = table
    this.target = target
    this.set = set
    this.where = where
  }
  walk(pass: Pass): void {
    pass.flag(this.target !== null)
    if (this.target !== null) {
      pass.nodes(this.target.elements)
      pass.node(this.target.where)
      pass.text(this.target.constraint)
    }
    pass.flag(this.set !== null)
    if (this.set !== null) walkAssignments(pass, this.set)
    pass.nodes(this.where)
  }
}

/**
 * ON CONFLICT as it stands behind the values of an INSERT.
 * @param matchesText the database compares the condition of a partial index as it is written, without parameters
 */
export function renderOnConflict(node: OnConflict, out: Render, matchesText = false): string {
  const head = `ON CONFLICT${node.target === null ? '' : targetText(node.target, matchesText, out)}`
  if (node.set === null) return `${head} DO NOTHING`
  if (node.target === null) throw new CompileError('ON CONFLICT DO UPDATE has to say which conflict is meant')
  const { frame } = out
  // A subquery sees the row that is there already, and the one that is not.
  const rows = [node.table, excludedOf(node.table)]
  out.frame = { ...frame, froms: rows, correlatable: rows }
  const set = node.set.map(({ column, value }) => {
    return `${out.quoted(column.name)} = ${writtenText(column, value, out)}`
  })
  const where = criteria(' WHERE ', node.where, out)
  out.frame = frame
  return `${head} DO UPDATE SET ${set.join(', ')}${where}`
}

function targetText(target: ConflictTarget, matchesText: boolean, out: Render): string {
  if (target.constraint !== null) return ` ON CONSTRAINT ${out.quoted(target.constraint)}`
  const { unqualified } = out
  out.unqualified = true
  const elements = target.elements.map((element) => {
    // An index is matched by its text, so the expression cannot have parameters.
    if (element.kind === 'column') return out.node(element)
    const text = ddlExpression(element, out)
    return element.kind === 'function' ? text : `(${text})`
  })
  const where = target.where === null ? '' : ` WHERE ${conditionText(target.where, matchesText, out)}`
  out.unqualified = unqualified
  return ` (${elements.join(', ')})${where}`
}

/** Only the value tells which index is meant: a plan that is made for any value finds none. */
function conditionText(where: ColumnElement<boolean>, matchesText: boolean, out: Render): string {
  const { atExecution } = out
  out.atExecution = matchesText
  if (!matchesText) for (const each of iterate(where)) if (each instanceof Bind) out.plannedAnew = true
  const text = out.node(where)
  out.atExecution = atExecution
  return text
}
