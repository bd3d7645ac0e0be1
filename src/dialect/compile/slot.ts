// `Slot`: a parameter of a text that is being rendered.
import type { Bind } from '../../expression/element/bind.ts'
import type { SqlType, ValueProcessor } from '../../expression/types/type.ts'
import type { DefaultColumn } from '../contract/compiled.ts'
import type { Around } from './type-expression.ts'

/** A parameter of the text, before its number in the statement's walk is looked up. */
export interface Slot {
  /** Its place among the parameters, from 1. */
  position: number
  readonly key: string
  readonly type: SqlType
  /** Null where the compiler made the parameter. */
  readonly bind: Bind | null
  readonly required: boolean
  readonly process: ValueProcessor | null
  readonly defaultOf: DefaultColumn | null
  /** It is the value that a statement writes into the column of its name. Absent for no. */
  readonly ofColumn?: boolean
}

/** A list that is written at execution. */
export interface ListSlot extends Slot {
  readonly empty: string
  /** What is around each value, or around each member of a tuple; absent for nothing. */
  readonly around?: readonly (Around | null)[]
  /** One value, written into the text. */
  readonly isLiteral?: boolean
}
