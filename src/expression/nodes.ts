// `CoreNode`: the union of all nodes that a dialect must know how to spell; a renderer table is exhaustive over it.

import type { Delete } from './dml/delete.ts'
import type { Insert } from './dml/insert.ts'
import type { Merge } from './dml/merge.ts'
import type { Update } from './dml/update.ts'
import type { Affix, Hint } from './element/affix.ts'
import type { ArrayLiteral } from './element/array.ts'
import type { Binary } from './element/binary.ts'
import type { Bind } from './element/bind.ts'
import type { Case } from './element/case.ts'
import type { Cast, TryCast, TypeCoerce } from './element/cast.ts'
import type { ColumnClause } from './element/column.ts'
import type { False, Null, True } from './element/constant.ts'
import type { Extract } from './element/extract.ts'
import type { Grouping } from './element/grouping.ts'
import type { Label } from './element/label.ts'
import type { LabelReference } from './element/label-reference.ts'
import type { BooleanList, ClauseList, Tuple } from './element/list.ts'
import type { AnonymousName } from './element/name.ts'
import type { TextClause } from './element/text.ts'
import type { Unary } from './element/unary.ts'
import type { FunctionFilter, Over, WithinGroup } from './element/window.ts'
import type { Alias, Cte, NestedHere, Subquery } from './from/alias.ts'
import type { TextFrom } from './from/from-clause.ts'
import type { Join } from './from/join.ts'
import type { RowArrays } from './from/row-arrays.ts'
import type { TableClause } from './from/table-clause.ts'
import type { ColumnValued, TableSample, TableValued } from './from/table-valued.ts'
import type { Values, ValuesRows } from './from/values.ts'
import type { FunctionCall } from './function/function.ts'
import type { CompoundSelect } from './select/compound.ts'
import type { EntityElement } from './select/entity.ts'
import type { Exists, ScalarSelect } from './select/scalar.ts'
import type { Select } from './select/select.ts'

/** Every node of the core. */
export type CoreNode =
  | Affix
  | Alias
  | AnonymousName
  | ArrayLiteral
  | Binary
  | Bind
  | BooleanList
  | Case
  | Cast
  | ClauseList
  | ColumnClause
  | ColumnValued
  | CompoundSelect
  | Cte
  | Delete<unknown, unknown[]>
  | EntityElement
  | Exists
  | Extract
  | False
  | FunctionCall
  | FunctionFilter
  | Grouping
  | Hint
  | Insert<unknown, unknown[]>
  | Join
  | Label
  | LabelReference
  | Merge<unknown, unknown[]>
  | NestedHere
  | Null
  | Over
  | RowArrays
  | ScalarSelect
  | Select
  | Subquery
  | TableClause
  | TableSample
  | TableValued
  | TextClause
  | TextFrom
  | True
  | TryCast
  | Tuple
  | TypeCoerce
  | Unary
  | Update<unknown, unknown[]>
  | Values
  | ValuesRows
  | WithinGroup
