// `compile()`: a statement as text with its parameters, result columns and what the driver needs.
import { ArgumentError, CompileError } from '../../errors.ts'
import { isStackOverflow } from '../../expression/base/cache-key.ts'
import { type Element, isElement } from '../../expression/base/element.ts'
import { Executable } from '../../expression/base/executable.ts'
import type { BindLike } from '../../expression/base/pass.ts'
import { describe } from '../../expression/coerce/describe.ts'
import { LONGEST_KEPT_TEXT } from '../../expression/element/text.ts'
import { Select } from '../../expression/select/select.ts'
import { checkKeys, quoteName } from '../../nearest.ts'
import type { Compiled, CompiledParameter, CompileOptions, ListHole, ResultColumn } from '../contract/compiled.ts'
import type { Codec } from '../contract/driver.ts'
import { bindPositions } from './binds.ts'
import type { AnyRenderers } from './renderers.ts'
import type { ListSlot, Slot } from './slot.ts'
import type { Spelling } from './spelling.ts'
import { Render, splitAtLists } from './state.ts'

/**
 * Compiles an element by a table of renderers.
 *
 * @throws ArgumentError it is no element; an unknown option, or one of another sort.
 * @throws CompileError the statement contradicts itself, has no spelling in the dialect, or is nested too deeply.
 */
export function compile(
  element: Element,
  renderers: AnyRenderers,
  spelling: Spelling,
  options: CompileOptions = NO_OPTIONS,
): Compiled {
  // The engine gives the binds that it has counted, and no options of anybody else's.
  if (options?.binds === undefined) checkArguments(element, options)
  try {
    return compileOnce(element, renderers, spelling, options)
  } catch (error) {
    if (isStackOverflow(error))
      throw new CompileError('The statement is nested too deeply to be written as text', { cause: error })
    throw error
  }
}

const NO_OPTIONS: CompileOptions = {}

function checkArguments(element: unknown, options: CompileOptions): void {
  if (!isElement(element))
    throw new ArgumentError(`compile() takes a statement or an expression; got ${describe(element)}`)
  if (options === NO_OPTIONS) return
  checkKeys('compile()', options, ['columnKeys', 'schemas', 'binds'], ['forMany', 'literalBinds'])
  const { columnKeys = null, schemas = null } = options
  if (columnKeys !== null && !(Array.isArray(columnKeys) && columnKeys.every((key) => typeof key === 'string')))
    throw new ArgumentError("compile(): columnKeys is a list of keys of columns: ['name']")
  if (schemas !== null && (typeof schemas !== 'object' || Array.isArray(schemas)))
    throw new ArgumentError("compile(): schemas is { '': 'tenant_1' }: schemas by the schemas they stand for")
}

function compileOnce(element: Element, renderers: AnyRenderers, spelling: Spelling, options: CompileOptions): Compiled {
  const out = new Render(spelling, renderers, options)
  const body = out.node(element)
  const text = out.withClause() + body
  const { sql, holes } = withHoles(text, out)
  const { slots } = out.placeholders
  const parameters: readonly CompiledParameter[] =
    out.lists.length === 0 ? slots : [...slots, ...listsBeside(slots, out.lists)]
  count(parameters as Slot[], element, options)
  const sort = element instanceof Executable ? element.sort : 'text'
  const { columns } = out
  return {
    sql,
    sort,
    host: spelling,
    statement: {
      sql,
      parameters: parameterCodecs(parameters, spelling),
      columns: columns === null ? null : columnCodecs(columns, spelling),
      prepare:
        sort !== 'ddl' &&
        out.uncacheable === null &&
        holes.length === 0 &&
        !out.plannedAnew &&
        !(sort === 'text' && sql.length > LONGEST_KEPT_TEXT),
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

function parameterCodecs(parameters: readonly CompiledParameter[], spelling: Spelling): (Codec | null)[] {
  const codecs: (Codec | null)[] = []
  for (let index = 0; index < parameters.length; index += 1) {
    const { type, isWritten } = parameters[index] as CompiledParameter
    const isFitted = isWritten === true && spelling.writtenCodec !== undefined
    codecs.push((isFitted ? spelling.writtenCodec?.(type) : spelling.codec(type)) ?? null)
  }
  return codecs
}

function columnCodecs(columns: readonly ResultColumn[], spelling: Spelling): (Codec | null)[] {
  const codecs: (Codec | null)[] = []
  for (let index = 0; index < columns.length; index += 1) {
    const column = columns[index] as ResultColumn
    codecs.push(spelling.resultCodec?.(column) ?? spelling.codec(column.type))
  }
  return codecs
}

/** Tells parameters which of the statement's binds they are. */
function count(slots: readonly Slot[], element: Element, { binds }: CompileOptions): void {
  if (slots.length === 0 || binds?.length === 0) return
  const positions = binds === undefined ? bindPositions(element) : numbersOf(binds)
  for (const slot of slots) if (slot.bind !== null) slot.index = positions.get(slot.bind) ?? -1
}

function numbersOf(binds: readonly BindLike[]): ReadonlyMap<BindLike, number> {
  const numbers = new Map<BindLike, number>()
  for (let index = 0; index < binds.length; index += 1) numbers.set(binds[index] as BindLike, index)
  return numbers
}

/** @throws CompileError a list has the name of a parameter that is none. */
function listsBeside(slots: readonly Slot[], lists: readonly ListSlot[]): CompiledParameter[] {
  return lists.map(({ empty: _, ...parameter }) => {
    const { key, bind, isLiteral } = parameter
    if (isLiteral !== true && bind?.anonymous === false && slots.some((slot) => slot.key === key))
      throw new CompileError(
        `Two parameters of this statement are called ${quoteName(key)}, and one of them is a list: give one another name`,
      )
    return parameter
  })
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
    return { offset, parameter: out.placeholders.slots.length + list, empty: (out.lists[list] as ListSlot).empty }
  })
  return { sql: pieces.join(''), holes }
}
