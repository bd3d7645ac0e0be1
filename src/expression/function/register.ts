// `registerFunction()`: tells the type of a function that this library does not know.
import { ArgumentError } from '../../errors.ts'
import { checkKeys, quoteName } from '../../nearest.ts'
import { nameArgument, typeArgument } from '../comparator/argument.ts'
import type { Expression } from '../element/column-element.ts'
import { SqlType } from '../types/type.ts'
import { func } from './func.ts'
import type { FunctionCall } from './function.ts'
import { KNOWN, REGISTERED, type ResultRule } from './known.ts'

/** What {@link registerFunction} is told. */
export interface FunctionRegistration<R> {
  /** The type of what it gives; or a function of the types of its arguments. */
  readonly returns: SqlType<R> | ((types: readonly SqlType[]) => SqlType<R>)
  /** The schema or package that it is in. Default: none is written. */
  readonly schema?: string
}

/** An argument of a registered function: a value or an expression. */
export type FunctionArguments<A extends readonly unknown[]> = { [I in keyof A]: A[I] | Expression<A[I] | null> }

/** Calls a registered function. */
export type RegisteredFunction<R, A extends readonly unknown[]> = (...args: FunctionArguments<A>) => FunctionCall<R>

/**
 * Tells the type of a function of the database, once for the process: `func(name)` then has it too. What it gives is the
 * function, typed: `R` is what it returns, `A` what it takes.
 * @throws ArgumentError the name is known already, to this library or by an earlier call
 * @example
 * const distance = registerFunction<number, [string, string]>('levenshtein', { returns: Integer })
 * select(distance(users.c.name, 'ed'))   // SELECT levenshtein(users.name, :levenshtein_2) AS levenshtein_1 FROM users
 */
export function registerFunction<R, A extends readonly unknown[] = readonly unknown[]>(
  name: string,
  registration: FunctionRegistration<R>,
): RegisteredFunction<R, A> {
  nameArgument(name, 'registerFunction()')
  checkKeys(`registerFunction('${name}')`, registration, ['returns'], [], ['schema'])
  const { returns, schema } = registration
  const path: [string, ...string[]] = schema === undefined ? [name] : [schema, name]
  const key = path.join('.')
  if ((schema === undefined && KNOWN.has(name)) || REGISTERED.has(key))
    throw new ArgumentError(`registerFunction(): the function ${quoteName(key)} is known already`)
  REGISTERED.set(key, ruleOf(returns, `registerFunction('${name}') returns`))
  return (...args) => func<R>(path, ...args)
}

function ruleOf<R>(returns: FunctionRegistration<R>['returns'], where: string): ResultRule {
  // Types can be called too: String is one, and so is String(50).
  if (returns instanceof SqlType || typeof returns !== 'function') {
    const type = typeArgument(returns, where)
    return () => type
  }
  return (operands) => typeArgument(returns(operands.map((operand) => operand.type)), where)
}
