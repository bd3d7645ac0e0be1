// `String(statement)`: readable SQL for people, by the default dialect; never fails for want of a spelling.

import { type Element, stringify } from '../expression/base/element.ts'
import { Executable } from '../expression/base/executable.ts'
import { Insert } from '../expression/dml/insert.ts'
import { Bind, NO_VALUE } from '../expression/element/bind.ts'
import { ansi } from './compile/ansi.ts'
import { expandLists } from './compile/expanding.ts'
import type { AnyRenderers } from './compile/renderers.ts'
import { DefaultDialect } from './default.ts'

/** Elements of some dialect only are shown by their kind. */
const tolerant = new Proxy(ansi as unknown as AnyRenderers, {
  get: (table, kind: string) => (Object.hasOwn(table, kind) ? table[kind] : () => `<${kind}>`),
})
const dialect: DefaultDialect = new DefaultDialect(tolerant)

/**
 * An element as readable SQL.
 *
 * @example
 * String(select(users.c.id).where(users.c.id.in([1, 2])))
 * // SELECT users.id
 * // FROM users
 * // WHERE users.id IN (:id_1_1, :id_1_2)
 */
export function readableSql(given: Element): string {
  // What classes mean only their plugin knows.
  const element = given instanceof Executable && given.plugin !== null ? given.plugin.prepare(given).statement : given
  const compiled = dialect.compile(element, { columnKeys: keysOf(element) })
  if (compiled.holes.length === 0) return compiled.sql
  const values = compiled.parameters.map(({ bind, isLiteral, isList, process }) => {
    const value = bind instanceof Bind ? bind.effectiveValue() : null
    if (value === NO_VALUE) return isLiteral === true && isList !== true ? undefined : []
    return isLiteral === true && process !== null ? process(value) : value
  })
  return expandLists(compiled, dialect, values).sql
}

/** An INSERT that says nothing of values is shown with all columns, as execution may give any. */
function keysOf(element: Element): readonly string[] | null {
  if (!(element instanceof Insert)) return null
  const { table, values, rows, from } = element.state
  return values === null && rows === null && from === null ? table.columnList.map((column) => column.key) : null
}

stringify.plug(readableSql)
