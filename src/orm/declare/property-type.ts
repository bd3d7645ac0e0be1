// The SQL type of a property whose `@Column()` names none: what the compiler emitted of the property's TypeScript type.
import { BigInteger, Integer } from '../../expression/types/numeric.ts'
import { LargeBinary, Boolean as SqlBoolean } from '../../expression/types/scalar.ts'
import { String as SqlString } from '../../expression/types/string.ts'
import { DateTime, Date as SqlDate } from '../../expression/types/temporal.ts'
import type { SqlType } from '../../expression/types/type.ts'
import { MappingError } from '../errors.ts'

/** The part of `reflect-metadata` that is used here. */
interface MetadataReader {
  getMetadata?(key: string, target: object, property: string): unknown
}

/** The constructor that stands for a property's TypeScript type; undefined where the compiler emitted none. */
export function designType(prototype: object, key: string): unknown {
  return (Reflect as MetadataReader).getMetadata?.('design:type', prototype, key)
}

const MOMENT = DateTime({ timezone: true })

const TYPES: ReadonlyMap<unknown, SqlType> = new Map<unknown, SqlType>([
  [String, SqlString],
  [Number, Integer],
  [Boolean, SqlBoolean],
  [Date, MOMENT],
  [BigInt, BigInteger],
  [Uint8Array, LargeBinary],
  // Compilers emit the name: in a module that imports SQL types of these names, it is they that are found under it.
  [SqlString, SqlString],
  [SqlBoolean, SqlBoolean],
  [SqlDate, MOMENT],
])

/**
 * The SQL type that the property's TypeScript type stands for.
 *
 * @throws MappingError none is known; the message says what to write.
 */
export function typeOfProperty(className: string, prototype: object, key: string): SqlType {
  const design = designType(prototype, key)
  const type = TYPES.get(design)
  if (type !== undefined) return type
  if (typeof Buffer === 'function' && design === Buffer) return LargeBinary
  const [why, example] = reason(design, key)
  throw new MappingError(
    `${className}.${key} needs a type: @Column() names none, and ${why}. Write one: ${example}, for example`,
  )
}

/** Why the property's type tells nothing, and what to write instead. */
function reason(design: unknown, key: string): readonly [string, string] {
  if (design === undefined)
    return [
      'the compiler tells none (standard decorators, esbuild and tsx never do; tsc, SWC and Vite do under experimentalDecorators with emitDecoratorMetadata)',
      `@Column(String(50)) ${key}!: string`,
    ]
  if (design === Object)
    return [
      "of a union (such as 'string | null'), an interface or an alias the compiler tells only that it is an object",
      `@Column(String(50), { nullable: true }) ${key}!: string | null`,
    ]
  if (design === Array) return ['Array stands for no SQL type', `@Column(ARRAY(String)) ${key}!: string[]`]
  const name = typeof design === 'function' && design.name !== '' ? design.name : 'its class'
  return [`${name} stands for no SQL type`, `@Column(JSON<${name}>()) ${key}!: ${name}`]
}
