// Lists that are written at execution: `IN (:a_1, :a_2)`, for dialects that cannot take a list as one parameter.
import type { SqlType } from '../../expression/types/type.ts'
import type { Compiled, CompiledParameter } from '../contract/compiled.ts'
import type { Codec, Command } from '../contract/driver.ts'
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
  if (parameter.isLiteral === true)
    // Without a value a statement can only be looked at.
    return value === undefined
      ? spelling.placeholder(0, parameter.key, parameter.type)
      : spelling.literal(value, parameter.type)
  const list = value as readonly unknown[]
  const place = (name: string, type: SqlType, value: unknown, at = 0): string => {
    const position = all.push({ name, type, value })
    const text = spelling.placeholder(position, name, type)
    return parameter.around?.[at]?.join(text) ?? text
  }
  const members = memberTypes(parameter.type)
  return list
    .map((item, index) => {
      const name = `${parameter.key}_${index + 1}`
      if (members === null) return place(name, parameter.type, item)
      const values = item as readonly unknown[]
      return `(${members.map((type, at) => place(`${name}_${at + 1}`, type, values[at], at)).join(', ')})`
    })
    .join(', ')
}
