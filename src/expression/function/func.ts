// `func`: any function of the database, by its name.
import { ArgumentError } from '../../errors.ts'
import { describe } from '../coerce/describe.ts'
import { elementOf } from '../coerce/expect.ts'
import { argumentFor } from '../comparator/construct.ts'
import { Bind } from '../element/bind.ts'
import { ColumnClause } from '../element/column.ts'
import type { ColumnElement } from '../element/column-element.ts'
import { comma } from '../operator/catalog.ts'
import { NullType } from '../types/null.ts'
import { String as StringSql } from '../types/string.ts'
import type { SqlType } from '../types/type.ts'
import { FunctionCall } from './function.ts'
import { ALIKE, KNOWN, KNOWN_BARE, REGISTERED, type ResultRule } from './known.ts'
import type { Functions } from './signatures.ts'

type Maker = (...args: readonly unknown[]) => FunctionCall

/** A function that gives the functions of the package of its name. */
interface Namespace extends Maker {
  readonly [name: string]: Namespace
}

const EVERYTHING: ColumnElement = new ColumnClause('*', '*', NullType, null, true)

function makerOf(packages: readonly string[], key: string): Maker {
  const isOwn = packages.length === 0
  const bare = isOwn ? KNOWN_BARE.get(key) : undefined
  if (bare !== undefined) return bareMaker(bare.name, bare.type)
  const known = isOwn ? KNOWN.get(key) : undefined
  const name = known?.name ?? key
  const where = `func.${[...packages, key].join('.')}()`
  const isAlike = ALIKE.has(name)
  const hasOffset = name === 'lag' || name === 'lead'
  const path = [...packages, key].join('.')
  const operandsOf = (args: readonly unknown[]): ColumnElement[] => {
    const beside = isAlike ? typeAmong(args) : null
    return args.map((arg, index) =>
      // A column is an argument as it is.
      arg instanceof ColumnClause
        ? arg
        : argumentFor(where, name, arg, hasOffset && index === 1 ? null : beside).selfGroup(comma),
    )
  }
  const isCount = name === 'count' && known !== undefined
  if (name === 'aggregate_strings' && known !== undefined) return stringsMaker(where, name, known.result)
  return (...args) => {
    const operands = args.length === 0 ? (isCount ? ALL : NONE) : operandsOf(args)
    // Looked up at the call, as functions may be registered later than they are named.
    const result = known?.result ?? REGISTERED.get(path)
    return new FunctionCall(packages, name, operands, result === undefined ? NullType : result(operands))
  }
}

/** `aggregate_strings(of, separator)`: the separator is written, as some databases take no parameter there. */
function stringsMaker(where: string, name: string, result: ResultRule): Maker {
  return (...args) => {
    const [of, separator] = args
    if (args.length !== 2) throw new ArgumentError(`${where} takes an expression and what stands between its values`)
    const between =
      typeof separator === 'string'
        ? new Bind(name, separator, StringSql, { anonymous: true, literalExecute: true })
        : argumentFor(where, name, separator, null)
    const operands = [argumentFor(where, name, of, null).selfGroup(comma), between.selfGroup(comma)]
    return new FunctionCall([], name, operands, result(operands))
  }
}

function bareMaker(name: string, type: SqlType): Maker {
  return (...args) => {
    if (args.length > 0)
      throw new ArgumentError(`func.${name}() takes no arguments: it is written ${name.toUpperCase()}`)
    return new FunctionCall([], name, [], type, false, [], true)
  }
}

/** The type of the first argument that is an expression with one. */
function typeAmong(args: readonly unknown[]): SqlType | null {
  for (const arg of args) {
    const type = (elementOf(arg) as ColumnElement | null)?.type
    if (type !== undefined && type !== NullType) return type
  }
  return null
}

const ALL: readonly ColumnElement[] = [EVERYTHING]
const NONE: readonly ColumnElement[] = []

/** A name that gives the functions of a package, and is a function itself; once named they are found as any property is, without the proxy. */
function namespace(packages: readonly string[], self: (...args: never[]) => FunctionCall): Namespace {
  const unnamed = new Proxy(Object.create(null), {
    get(_nothing, key): unknown {
      // A thenable would be called by `await`.
      if (typeof key !== 'string' || key === 'then') return undefined
      const member = namespace([...packages, key], makerOf(packages, key))
      Object.defineProperty(self, key, { value: member })
      return member
    },
  })
  // A function of the database can be called as what functions have of their own.
  for (const key of Object.getOwnPropertyNames(self)) Reflect.deleteProperty(self, key)
  return Object.setPrototypeOf(self, unnamed) as Namespace
}

/** `func('name', ...)`, as `func.name(...)`. */
const byName = (path: unknown, ...args: readonly unknown[]): FunctionCall => {
  const names: readonly unknown[] = Array.isArray(path) ? path : [path]
  const wrong = names.find((name) => typeof name !== 'string' || name === '')
  const last = names.at(-1)
  if (typeof last !== 'string' || wrong !== undefined)
    throw new ArgumentError(`func() takes the name of a function; got ${describe(wrong ?? path)}`)
  return makerOf(names.slice(0, -1) as string[], last)(...args)
}

/**
 * The functions of the database: known ones are typed and spelt in camelCase (`func.arrayAgg` is `array_agg`), any other is
 * written as it is named, with `func.name<Value>(...)` for its type; packages and schemas by a dot. Under TypeScript's
 * `noUncheckedIndexedAccess` unknown ones are called `func<Value>('name', ...)`, packages in a list. Arguments are
 * expressions, or values that become parameters named after the function.
 *
 * What it gives can be followed by `.over()`, `.filter()`, `.withinGroup()`, `.distinct()` and `.aggregateOrderBy()`.
 * @throws ArgumentError for an argument that is `undefined` or of no SQL type
 * @example
 * func.count()                              // count(*)
 * func.coalesce(users.c.nick, 'nobody')     // coalesce(users.nick, :coalesce_1)
 * func<string>('my_own', 5)                 // my_own(:my_own_1)
 * func<string>(['pg_catalog', 'pg_typeof'], 5)   // pg_catalog.pg_typeof(:pg_typeof_1)
 */
export const func: Functions = namespace([], byName) as unknown as Functions
