// `Slot`: a parameter of a text that is being rendered.
import { type Bind, NO_VALUE } from '../../expression/element/bind.ts'
import type { SqlType, ValueProcessor } from '../../expression/types/type.ts'
import type { CompiledParameter, DefaultColumn } from '../contract/compiled.ts'

/** A parameter of the text: a parameter of what is compiled, as soon as its number in the statement's walk is looked up. */
export interface Slot extends CompiledParameter {
  index: number
  /** Null where the compiler made the parameter. */
  readonly bind: Bind | null
  /** Always false here; all parameters look alike, as reading them is fast then. */
  readonly isLiteral: boolean
}

/** The parameter of a bind. */
export function slotOfBind(
  key: string,
  type: SqlType,
  bind: Bind,
  process: ValueProcessor | null,
  isWritten = false,
): Slot {
  return { index: -1, key, type, required: bind.required, process, defaultOf: null, bind, isWritten, isLiteral: false }
}

/** A parameter of a column's, whose value execution gives, or its default. */
export function slotOfColumn(
  key: string,
  type: SqlType,
  process: ValueProcessor | null,
  of: DefaultColumn | null,
): Slot {
  const required = of === null
  return { index: -1, key, type, required, process, defaultOf: of, bind: null, isWritten: true, isLiteral: false }
}

/** A list, or one value, that is written at execution. */
export interface ListSlot extends Slot {
  readonly empty: string
}

/** Lists of one name that the user gave are one, unless each has members of its own. */
export function isSameList(one: Bind | null, other: Bind): boolean {
  if (one === other) return true
  if (one === null || one.anonymous || other.anonymous || one.key !== other.key) return false
  return one.type.id === other.type.id && (one.value === NO_VALUE || other.value === NO_VALUE)
}
