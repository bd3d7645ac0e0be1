// Lists that are written at execution: `IN (:a_1, :a_2)`, for dialects that cannot take a list as one parameter.
import { NullType } from '../../expression/types/null.ts'
import type { SqlType } from '../../expression/types/type.ts'
import type { Compiled, CompiledParameter } from '../contract/compiled.ts'
import type { Codec, Command } from '../contract/driver.ts'
import { tupleOf } from './list-value.ts'
import { memberTypes } from './operator.ts'
import type { Spelling } from './spelling.ts'

/** A statement with its lists written out. */
export interface Expanded {
  readonly sql: string
  /** Values of the placeholders in order. */
  readonly values: readonly unknown[]
  readonly names: readonly string[]
  readonly codecs: readonly (Codec | null)[]
}

/**
 * Writes the lists of a statement for the values of one execution: the fixed parameters first, then the members of the
 * lists.
 *
 * @param values one for each of `compiled.parameters`, processed; an array for each list.
 */
export function expandLists(compiled: Compiled, spelling: Spelling, values: readonly unknown[]): Expanded {
  const isList = new Set(compiled.holes.map((hole) => hole.parameter))
  const fixed = compiled.parameters.filter((_, index) => !isList.has(index))
  const all: Member[] = fixed.map((parameter) => ({
    name: parameter.key,
    type: parameter.type,
    value: values[compiled.parameters.indexOf(parameter)],
  }))
  const texts = new Map<number, string>()
  for (const index of isList)
    texts.set(index, listText(compiled.parameters[index] as CompiledParameter, values[index], spelling, all))
  let sql = ''
  let from = 0
  for (const { offset, parameter, empty } of compiled.holes) {
    sql += compiled.sql.slice(from, offset) + (texts.get(parameter) || empty)
    from = offset
  }
  return {
    sql: sql + compiled.sql.slice(from),
    values: all.map((member) => member.value),
    names: all.map((member) => member.name),
    codecs: all.map((member) => spelling.codec(member.type)),
  }
}

/** A statement as it is sent for the values of one execution; its text is that execution's alone, so it is not prepared. */
export function expandedCommand(compiled: Compiled, spelling: Spelling, values: readonly unknown[]): Command {
  const { sql, codecs, values: parameters } = expandLists(compiled, spelling, values)
  return {
    statement: { sql, parameters: codecs, columns: compiled.statement.columns, prepare: false },
    parameters,
  }
}

interface Member {
  readonly name: string
  readonly type: SqlType
  readonly value: unknown
}

function listText(parameter: CompiledParameter, value: unknown, spelling: Spelling, all: Member[]): string {
  const isLiteral = parameter.isLiteral === true
  if (isLiteral && parameter.isList !== true)
    // Without a value a statement can only be looked at.
    return value === undefined
      ? spelling.placeholder(0, parameter.key, parameter.type)
      : spelling.literal(value, parameter.type)
  const list = value as readonly unknown[]
  const place = (name: string, type: SqlType, value: unknown, at = 0): string => {
    const text = isLiteral
      ? spelling.literal(value, type)
      : spelling.placeholder(all.push({ name, type, value }), name, type)
    return parameter.around?.[at]?.join(text) ?? text
  }
  const members = memberTypes(parameter.type) ?? untypedMembers(parameter.type, list)
  const rows = parameter.type === NullType && members !== null && spelling.features.tuplesInValues === true
  return `${rows ? 'VALUES ' : ''}${list
    .map((item, index) => {
      const name = `${parameter.key}_${index + 1}`
      if (members === null) return place(name, parameter.type, item)
      const values = tupleOf(item, members.length)
      return `(${members.map((type, at) => place(`${name}_${at + 1}`, type, values[at], at)).join(', ')})`
    })
    .join(', ')}`
}

/** Lists in text() have no type: one of arrays is a list of tuples, as an array would say of what it is. */
function untypedMembers(type: SqlType, list: readonly unknown[]): readonly SqlType[] | null {
  const first = list[0]
  return type === NullType && Array.isArray(first) && first.length > 0 ? first.map(() => NullType) : null
}
