// `compile()`: a statement as text with its parameters, result columns and what the driver needs.
import { CompileError } from '../../errors.ts'
import { isStackOverflow } from '../../expression/base/cache-key.ts'
import type { Element } from '../../expression/base/element.ts'
import { Executable } from '../../expression/base/executable.ts'
import type { BindLike } from '../../expression/base/pass.ts'
import { Select } from '../../expression/select/select.ts'
import type { Compiled, CompiledParameter, CompileOptions, ListHole } from '../contract/compiled.ts'
import { bindPositions } from './binds.ts'
import type { AnyRenderers } from './renderers.ts'
import type { ListSlot, Slot } from './slot.ts'
import type { Spelling } from './spelling.ts'
import { Render, splitAtLists } from './state.ts'

/**
 * Compiles an element by a table of renderers.
 *
 * @throws CompileError the statement contradicts itself, has no spelling in the dialect, or is nested too deeply.
 */
export function compile(
  element: Element,
  renderers: AnyRenderers,
  spelling: Spelling,
  options: CompileOptions = {},
): Compiled {
  try {
    return compileOnce(element, renderers, spelling, options)
  } catch (error) {
    if (isStackOverflow(error))
      throw new CompileError('The statement is nested too deeply to be written as text', { cause: error })
    throw error
  }
}

function compileOnce(element: Element, renderers: AnyRenderers, spelling: Spelling, options: CompileOptions): Compiled {
  const out = new Render(spelling, renderers, options)
  const body = out.node(element)
  const text = out.withClause() + body
  const { sql, holes } = withHoles(text, out)
  const slots: Slot[] = out.lists.length === 0 ? out.fixed : [...out.fixed, ...out.lists]
  const positions = positionsOf(element, slots, options)
  const parameters = slots.map((slot) => parameterOf(slot, positions))
  const sort = element instanceof Executable ? element.sort : 'text'
  const { columns } = out
  return {
    sql,
    sort,
    statement: {
      sql,
      parameters: slots.map((slot) => spelling.codec(slot.type)),
      columns: columns === null ? null : columns.map((column) => spelling.codec(column.type)),
      prepare: sort !== 'ddl' && out.uncacheable === null && holes.length === 0,
    },
    parameters,
    columns,
    returnsRows: out.implicitReturning
      ? false
      : columns !== null
        ? true
        : sort === 'text' || element instanceof Select
          ? null
          : false,
    implicitReturning: out.implicitReturning,
    holes,
    uncacheable: out.uncacheable,
    warnings: out.warnings,
  }
}

function positionsOf(element: Element, slots: readonly Slot[], options: CompileOptions): ReadonlyMap<BindLike, number> {
  const { binds } = options
  if (slots.length === 0 || binds?.length === 0) return NO_POSITIONS
  return binds === undefined ? bindPositions(element) : new Map(binds.map((bind, index) => [bind, index]))
}

const NO_POSITIONS: ReadonlyMap<BindLike, number> = new Map()

function parameterOf(slot: Slot | ListSlot, positions: ReadonlyMap<BindLike, number>): CompiledParameter {
  const { key, type, required, process, defaultOf, bind } = slot
  const index = bind === null ? -1 : (positions.get(bind) ?? -1)
  const isLiteral = 'isLiteral' in slot && slot.isLiteral === true
  const parameter = { index, key, type, required, process, defaultOf, bind, isLiteral }
  return 'around' in slot && slot.around !== undefined ? { ...parameter, around: slot.around } : parameter
}

/**
 * The same text in one piece: V8 keeps what was put together as a tree of its parts, ten times as large, for as long as somebody holds
 * it. Reading a character makes it one.
 */
function inOnePiece(text: string): string {
  return text.charCodeAt(0) > 0 ? text : ''
}

function withHoles(text: string, out: Render): { readonly sql: string; readonly holes: readonly ListHole[] } {
  if (out.lists.length === 0) return { sql: inOnePiece(text), holes: [] }
  const { pieces, lists } = splitAtLists(text)
  let offset = 0
  const holes = lists.map((list, index) => {
    offset += pieces[index]?.length ?? 0
    return { offset, parameter: out.fixed.length + list, empty: (out.lists[list] as ListSlot).empty }
  })
  return { sql: pieces.join(''), holes }
}
