// The SQL type of a property whose `@Column()` names none: what the compiler emitted of the property's TypeScript type.

import { BigInteger, Integer } from '../../expression/types/numeric.ts'
import { LargeBinary, Boolean as SqlBoolean } from '../../expression/types/scalar.ts'
import { String as SqlString } from '../../expression/types/string.ts'
import { DateTime } from '../../expression/types/temporal.ts'
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

const TYPES: ReadonlyMap<unknown, SqlType> = new Map<unknown, SqlType>([
  [String, SqlString],
  [Number, Integer],
  [Boolean, SqlBoolean],
  [Date, DateTime({ timezone: true })],
  [BigInt, BigInteger],
  [Uint8Array, LargeBinary],
])

const EXAMPLES: ReadonlyMap<unknown, string> = new Map([[Array, 'ARRAY(Integer)']])

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
  const example = EXAMPLES.get(design) ?? 'String(50)'
  throw new MappingError(`${className}.${key} needs a type: ${why(design)}. Write it: @Column(${example}) ${key}!: ...`)
}

function why(design: unknown): string {
  if (design === undefined)
    return '@Column() names none, and the compiler told none (standard decorators, esbuild and tsx never do; tsc, SWC and Vite do under experimentalDecorators with emitDecoratorMetadata)'
  if (design === Object)
    return "@Column() names none, and of a union (such as 'string | null'), an interface or an alias the compiler tells only that it is an object"
  const name = typeof design === 'function' ? design.name : String(design)
  return `@Column() names none, and ${name} stands for no SQL type`
}
