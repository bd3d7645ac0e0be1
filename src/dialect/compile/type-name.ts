// Types as DDL and CAST spell them.
import { CompileError } from '../../errors.ts'
import type { SchemaTranslateMap } from '../../expression/schema/schema-map.ts'
import type { ArrayType } from '../../expression/types/array.ts'
import type { UserDefinedType } from '../../expression/types/decorator.ts'
import type { EnumType } from '../../expression/types/enum.ts'
import type { FloatType, NumericType } from '../../expression/types/numeric.ts'
import type { LargeBinaryType } from '../../expression/types/scalar.ts'
import type { StringType } from '../../expression/types/string.ts'
import type { DateTimeType, IntervalType, TimeType } from '../../expression/types/temporal.ts'
import type { SqlType, TypeHost } from '../../expression/types/type.ts'
import { quoteName } from '../../nearest.ts'
import type { Identifiers } from './identifier.ts'

/** Spells one kind of type; `nameOf` spells types within it. */
export type TypeSpeller = (type: never, names: TypeNames) => string

/** A table of spellings by kind of type. */
export type TypeSpellings = Readonly<Record<string, TypeSpeller>>

/** A dialect's names of types. */
export class TypeNames {
  readonly #spellings: TypeSpellings
  readonly #host: TypeHost
  readonly #identifiers: Identifiers
  readonly #known: Map<number, string> = new Map()
  /** Other schemas in place of those that named types have. */
  readonly schemas: SchemaTranslateMap | null

  constructor(
    dialect: string,
    spellings: TypeSpellings,
    identifiers: Identifiers,
    schemas: SchemaTranslateMap | null = null,
  ) {
    this.schemas = schemas
    this.#host = { name: dialect }
    this.#spellings = spellings
    this.#identifiers = identifiers
  }

  /** @throws CompileError the type has no name in this dialect. */
  name(type: SqlType): string {
    const { id } = type
    let name = this.#known.get(id)
    if (name === undefined) {
      const own = type.forDialect(this.#host)
      const spell = Object.hasOwn(this.#spellings, own.kind) ? this.#spellings[own.kind] : undefined
      if (spell === undefined)
        throw new CompileError(
          own.kind === 'null'
            ? 'An expression without a type has no type name: give it one, such as literal(value, Integer)'
            : `The dialect '${this.#host.name}' has no name for the type ${quoteName(own.kind)}`,
        )
      name = spell(own as never, this)
      this.#known.set(id, name)
    }
    return name
  }

  /** The dialect. */
  get host(): TypeHost {
    return this.#host
  }

  quote(name: string): string {
    return this.#identifiers.quote(name)
  }
}

/** @throws CompileError a length or precision is no whole number. */
export function inParentheses(...numbers: readonly (number | null)[]): string {
  const given = numbers.filter((number) => number !== null)
  for (const number of given)
    if (!Number.isSafeInteger(number))
      throw new CompileError(`A type's length or precision is a whole number, not ${String(number)}`)
  return given.length === 0 ? '' : `(${given.join(', ')})`
}

function character(word: string): (type: StringType, names: TypeNames) => string {
  return (type, names) =>
    `${word}${inParentheses(type.length)}${type.collation === null ? '' : ` COLLATE ${collationName(type.collation, type.collationSchema, names)}`}`
}

/** A collation by its name, with its schema where it is told. */
export function collationName(
  name: string,
  schema: string | null | undefined,
  names: { quote(name: string): string },
): string {
  return schema === null || schema === undefined ? names.quote(name) : `${names.quote(schema)}.${names.quote(name)}`
}

function arrayName(type: ArrayType, names: TypeNames): string {
  const brackets = '[]'.repeat(Math.max(1, type.dimensions ?? 1))
  const [name, collation] = withoutCollation(names.name(type.element))
  return `${name}${brackets}${collation}`
}

const COLLATION = / COLLATE (?:(?:"(?:[^"]|"")*"|[^". ]+)\.)?(?:"(?:[^"]|"")*"|[^". ]+)$/

/** A type's name, and the ` COLLATE "C"` behind it, which is no part of it; empty for none. */
export function withoutCollation(name: string): readonly [name: string, collation: string] {
  const collation = COLLATION.exec(name)?.[0] ?? ''
  return [name.slice(0, name.length - collation.length), collation]
}

/** The standard's names. */
export const typeSpellings: TypeSpellings = {
  string: character('VARCHAR'),
  text: character('TEXT'),
  integer: () => 'INTEGER',
  smallInteger: () => 'SMALLINT',
  bigInteger: () => 'BIGINT',
  numeric: (type: NumericType) => `NUMERIC${type.precision === null ? '' : inParentheses(type.precision, type.scale)}`,
  float: (type: FloatType) => `FLOAT${inParentheses(type.precision)}`,
  double: () => 'DOUBLE PRECISION',
  real: () => 'REAL',
  boolean: () => 'BOOLEAN',
  date: () => 'DATE',
  time: (type: TimeType) => `TIME${inParentheses(type.precision)}${type.timezone ? ' WITH TIME ZONE' : ''}`,
  dateTime: (type: DateTimeType) =>
    `TIMESTAMP${inParentheses(type.precision)}${type.timezone ? ' WITH TIME ZONE' : ''}`,
  interval: (type: IntervalType) =>
    `INTERVAL${type.fields === null ? '' : ` ${type.fields}`}${type.precision === null ? '' : ` ${inParentheses(type.precision)}`}`,
  binary: () => 'BLOB',
  uuid: () => 'UUID',
  json: () => 'JSON',
  array: arrayName,
  char: character('CHAR'),
  nchar: character('NCHAR'),
  nvarchar: character('NVARCHAR'),
  clob: character('CLOB'),
  decimal: (type: NumericType) => `DECIMAL${type.precision === null ? '' : inParentheses(type.precision, type.scale)}`,
  exactDouble: () => 'DOUBLE',
  exactDateTime: () => 'DATETIME',
  blob: (type: LargeBinaryType) => `BLOB${inParentheses(type.length)}`,
  varbinary: (type: LargeBinaryType) => `VARBINARY${inParentheses(type.length)}`,
  fixedBinary: (type: LargeBinaryType) => `BINARY${inParentheses(type.length)}`,
  enum: (type: EnumType) => `VARCHAR${inParentheses(type.length)}`,
  user: (type: UserDefinedType<unknown>, names) => type.columnSpecification(names.host),
}
