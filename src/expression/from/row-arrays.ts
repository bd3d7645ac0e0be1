// `RowArrays`: rows given as one array parameter for each column, with a constant text for any number of rows.
import { defineKind } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import type { Bind } from '../element/bind.ts'
import { ColumnClause } from '../element/column.ts'
import { AnonymousName, type Name, walkName } from '../element/name.ts'
import type { NamedElement } from '../element/named.ts'
import { Integer } from '../types/numeric.ts'
import type { SqlType } from '../types/type.ts'
import { FromClause } from './from-clause.ts'

/** One column of {@link RowArrays}: its name and the bind that holds its array (the bind's type is the array type). */
export interface RowArray {
  readonly name: string
  readonly type: SqlType
  readonly bind: Bind
}

/** `unnest($1::INTEGER[], $2::VARCHAR[]) WITH ORDINALITY AS name (a, b, ordinality)`. */
export class RowArrays extends FromClause {
  declare readonly kind: 'rowArrays'
  static {
    defineKind(this, 'rowArrays')
  }
  readonly name: Name
  readonly arrays: readonly RowArray[]
  readonly columnList: readonly NamedElement[]
  /** The position of the row in the arrays, from 1; null where it is not asked for. */
  readonly ordinality: NamedElement | null
  constructor(arrays: readonly RowArray[], withOrdinality: boolean, name: string | null = null) {
    super()
    this.name = name ?? new AnonymousName('rows', null, 'alias')
    this.arrays = arrays
    const columns: NamedElement[] = arrays.map((array) => new ColumnClause(array.name, array.name, array.type, this))
    this.ordinality = withOrdinality ? new ColumnClause('ordinality', 'ordinality', Integer, this) : null
    if (this.ordinality !== null) columns.push(this.ordinality)
    this.columnList = columns
  }
  walk(pass: Pass): void {
    walkName(pass, this.name)
    pass.flag(this.arrays.length)
    for (const array of this.arrays) {
      pass.text(array.name)
      pass.type(array.type)
      pass.node(array.bind)
    }
    pass.flag(this.ordinality !== null)
  }
}
