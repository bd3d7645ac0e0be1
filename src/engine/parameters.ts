// From what execution was given to the values of each placeholder, in order.
import type { CompiledParameter } from '../dialect/contract/compiled.ts'
import { ArgumentError, StatementError } from '../errors.ts'
import type { BindLike } from '../expression/base/pass.ts'
import { isRecord } from '../expression/coerce/record.ts'
import { type Bind, NO_VALUE } from '../expression/element/bind.ts'
import { quoteName, suggestion } from '../nearest.ts'
import { isUnawaited, UNAWAITED } from '../show.ts'
import type { CompiledEntry, Resolved } from './compiled-cache.ts'
import { clientDefaultOf } from './defaults.ts'

/** Values by name for one execution. */
export type NamedParameters = Readonly<Record<string, unknown>>
/** What `execute()` takes besides the statement: values by name, or several sets of them. */
export type ExecuteParameters = NamedParameters | readonly NamedParameters[]

/**
 * The sets of parameters that were given; null for none.
 *
 * @throws ArgumentError something that is no set of named values, or an empty list of them.
 */
export function parameterSets(given: unknown): readonly NamedParameters[] | null {
  if (given === undefined || given === null) return null
  if (!Array.isArray(given)) {
    if (!isRecord(given)) throw new ArgumentError(`Parameters are an object of values by name, got ${kindOf(given)}`)
    return [given]
  }
  if (given.length === 0)
    throw new ArgumentError(
      'The list of parameters is empty, so that there is nothing to run: ask for its length before; leave it out where the statement has its values',
    )
  // By index, so that a hole is met too.
  for (let i = 0; i < given.length; i += 1)
    if (!isRecord(given[i]))
      throw new ArgumentError(
        `A list of parameters must consist only of objects of values by name, got ${kindOf(given[i])}; values by position are for SQL given as a string`,
      )
  return given
}

/** Sorted names of a set, as the compiler takes them; `undefined` leaves a column out, as it does in `values()`. */
export function columnKeysOf(set: NamedParameters): readonly string[] {
  return Object.keys(set)
    .filter((name) => set[name] !== undefined)
    .sort()
}

/**
 * The values of the placeholders of a statement, processed by their types.
 *
 * @param group number of the set among several, for messages; null where there is one.
 * @throws StatementError a value is missing, undefined, unknown, or refused by its type.
 */
export function valuesOf(
  resolved: Resolved,
  given: NamedParameters | null,
  group: number | null,
  late: LateValue[] | null = null,
): unknown[] {
  const { entry, binds } = resolved
  const parameters = entry.compiled.parameters
  const values: unknown[] = new Array(parameters.length)
  if (given !== null) checkNames(entry, given, group)
  for (let i = 0; i < parameters.length; i++) {
    const parameter = parameters[i] as CompiledParameter
    const value = valueOf(entry, parameter, binds, given, group)
    if (parameter.defaultOf !== null && isThenable(value))
      wait({ entry, parameter, values, index: i, value }, late, group)
    else values[i] = parameter.process === null ? value : processed(entry, parameter, value)
  }
  return values
}

/**
 * The same for many sets, a list for each placeholder: without an array for each set.
 *
 * @throws StatementError as {@link valuesOf} does, for the first set that is wrong.
 */
export function valuesOfMany(
  resolved: Resolved,
  sets: readonly NamedParameters[],
  late: LateValue[] | null,
): unknown[][] {
  const { entry, binds } = resolved
  const { parameters } = entry.compiled
  const lists = parameters.map(() => new Array<unknown>(sets.length))
  for (let row = 0; row < sets.length; row++) {
    const given = sets[row] as NamedParameters
    checkNames(entry, given, row)
    for (let i = 0; i < parameters.length; i++) {
      const parameter = parameters[i] as CompiledParameter
      const values = lists[i] as unknown[]
      const value = valueOf(entry, parameter, binds, given, row)
      if (parameter.defaultOf !== null && isThenable(value))
        wait({ entry, parameter, values, index: row, value }, late, row)
      else values[row] = parameter.process === null ? value : processed(entry, parameter, value)
    }
  }
  return lists
}

function wait(value: LateValue, late: LateValue[] | null, group: number | null): void {
  if (late === null)
    throw refused(
      value.entry,
      `The default of ${nameOf(value.parameter, group)} is a promise, which nobody waits for here`,
    )
  // Where another value is refused, nobody is left to hear of it.
  value.value.then(undefined, () => {})
  late.push(value)
}

/** A value that is still to come: a default whose function is asynchronous. */
export interface LateValue {
  readonly entry: CompiledEntry
  readonly parameter: CompiledParameter
  /** Where it is to stand. */
  readonly values: unknown[]
  readonly index: number
  readonly value: PromiseLike<unknown>
}

/** Waits for values, and puts them where they are to stand. */
export async function settleLate(late: readonly LateValue[]): Promise<void> {
  const settled = await Promise.all(late.map(({ value }) => value))
  for (let i = 0; i < late.length; i += 1) {
    const { entry, parameter, values, index } = late[i] as LateValue
    values[index] = processed(entry, parameter, settled[i])
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

function valueOf(
  entry: CompiledEntry,
  parameter: CompiledParameter,
  binds: readonly BindLike[],
  given: NamedParameters | null,
  group: number | null,
): unknown {
  if (given !== null && Object.hasOwn(given, parameter.key)) {
    const value = given[parameter.key]
    if (value === undefined) throw refused(entry, `The value of ${nameOf(parameter, group)} is undefined; NULL is null`)
    return value
  }
  const bind = (parameter.index >= 0 ? binds[parameter.index] : parameter.bind) as Bind | null | undefined
  if (bind) {
    const value = bind.callable ? bind.effectiveValue() : bind.value
    if (value !== NO_VALUE) return value
    if (!parameter.required) return null
  } else if (parameter.defaultOf !== null) {
    const { defaultOf } = parameter
    return clientDefaultOf(defaultOf, () => {
      // One of several rows has its number behind the column's key: `name_m1`.
      const suffix = parameter.key.startsWith(defaultOf.key) ? parameter.key.slice(defaultOf.key.length) : ''
      return rowValues(entry, binds, given, suffix)
    })
  }
  throw refused(entry, `A value is required for ${nameOf(parameter, group)}`)
}

/** The values that a statement gives for one row, by column key. */
function rowValues(
  entry: CompiledEntry,
  binds: readonly BindLike[],
  given: NamedParameters | null,
  suffix: string,
): Readonly<Record<string, unknown>> {
  const row: Record<string, unknown> = Object.create(null)
  for (const parameter of entry.compiled.parameters) {
    if (parameter.defaultOf !== null || !parameter.key.endsWith(suffix)) continue
    const key = parameter.key.slice(0, parameter.key.length - suffix.length)
    if (entry.writes(key)) row[key] = valueOf(entry, parameter, binds, given, null)
  }
  return row
}

function processed(entry: CompiledEntry, parameter: CompiledParameter, value: unknown): unknown {
  try {
    return parameter.process === null ? value : parameter.process(value)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw refused(entry, `The value of ${nameOf(parameter, null)} is refused: ${why}`, cause)
  }
}

/** Refuses names that no placeholder has: a misspelt name would otherwise be a value that silently goes nowhere. */
function checkNames(entry: CompiledEntry, given: NamedParameters, group: number | null): void {
  const { names } = entry
  // Costs no list of the names, as Object.keys does.
  for (const name in given) {
    if (names.has(name) || !Object.hasOwn(given, name) || (given[name] === undefined && entry.writes(name))) continue
    if (group !== null && entry.writes(name))
      throw refused(
        entry,
        `Set ${group} gives ${quoteName(name)}, which the first set (0) does not: all sets of a statement have the same names`,
      )
    const where = group === null ? '' : ` (set ${group})`
    throw refused(
      entry,
      `The statement has no parameter ${quoteName(name)}${where}${suggestion(name, entry.possibleNames)}`,
    )
  }
}

function nameOf(parameter: CompiledParameter, group: number | null): string {
  return `parameter ${quoteName(parameter.key)}${group === null ? '' : ` of set ${group}`}`
}

function refused(entry: CompiledEntry, message: string, cause?: unknown): StatementError {
  const statement = entry.compiled.sql
  return new StatementError(`${message}\n[SQL: ${statement}]`, { statement, cause })
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'a list'
  if (isUnawaited(value)) return UNAWAITED
  return typeof value === 'object' ? `a ${value.constructor?.name ?? 'value'}` : `a value of type ${typeof value}`
}
