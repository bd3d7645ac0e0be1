// Types of users: decorators, variants, types of their own; and the upper-case types.
import * as portable from 'tsalchemy'
import {
  ARRAY,
  ArgumentError,
  Column,
  cast,
  column,
  Integer,
  insert,
  JSON,
  literal,
  MetaData,
  Numeric,
  type SqlType,
  String,
  select,
  TypeDecorator,
  type TypeHost,
  table,
  UserDefinedType,
} from 'tsalchemy'
import { BIT, HSTORE, INT4MULTIRANGE, INT4RANGE, JSONB, postgresqlDialect, VARBIT } from 'tsalchemy/postgresql'
import { sqliteDialect } from 'tsalchemy/sqlite'
import { expect, test } from 'vitest'
import { defaultDialect } from '../../src/dialect/default.ts'
import { CreateTable } from '../../src/expression/schema/ddl/table.ts'

const postgres = postgresqlDialect()

class Cents extends TypeDecorator<number, number> {
  readonly impl = Integer
  override readonly cacheOk: boolean = true
  override processBindParam(value: number | null): number | null {
    return value === null ? null : Math.round(value * 100)
  }
  override processResultValue(value: number | null): number | null {
    return value === null ? null : value / 100
  }
}

class Prefixed extends TypeDecorator<string> {
  readonly prefix: string
  readonly impl = String(20)
  override readonly cacheOk: boolean
  constructor(prefix: string, cacheOk: boolean) {
    super()
    this.prefix = prefix
    this.cacheOk = cacheOk
  }
  override processLiteralParam(value: string | null): string | null {
    return value === null ? null : this.prefix + value
  }
  override loadDialectImpl(host: TypeHost): SqlType<string> {
    return host.name === 'postgresql' ? portable.TEXT : this.impl
  }
}

class Vector extends UserDefinedType<number[]> {
  override readonly cacheOk: boolean = true
  readonly dimensions: number
  constructor(dimensions: number) {
    super()
    this.dimensions = dimensions
  }
  columnSpecification(): string {
    return `vector(${this.dimensions})`
  }
  toText(value: number[]): string {
    return `[${value.join(',')}]`
  }
  fromText(text: string): number[] {
    return globalThis.JSON.parse(text) as number[]
  }
}

test('a decorator is spelt as what it stands on, on each dialect', () => {
  const t = table('t', new MetaData(), { a: Column(new Cents()), b: Column(new Prefixed('x', true)) })
  expect(defaultDialect.compile(new CreateTable(t)).sql).toBe(
    '\nCREATE TABLE t (\n\ta INTEGER NOT NULL, \n\tb VARCHAR(20) NOT NULL\n)\n\n',
  )
  expect(postgres.compile(new CreateTable(t)).sql).toBe(
    '\nCREATE TABLE t (\n\ta INTEGER NOT NULL, \n\tb TEXT NOT NULL\n)\n\n',
  )
  expect(postgres.compile(select(t.c.a).where(t.c.a.eq(1.5), t.c.b.in(['y']))).sql).toBe(
    'SELECT t.a \nFROM t \nWHERE t.a = $1::INTEGER AND t.b = ANY ($2::TEXT[])',
  )
})

test('a decorator changes values on their way, in lists, arrays and literals too', () => {
  const a = column('a', new Cents())
  const compiled = postgres.compile(select(a).where(a.eq(1.5), a.in([2.25, 3])))
  expect(compiled.parameters.map(({ process }, index) => process?.([1.5, [2.25, 3]][index]))).toEqual([150, [225, 300]])
  expect(compiled.columns?.map(({ process }) => process?.(150))).toEqual([1.5])
  expect(compiled.columns?.map(({ process }) => process?.(null))).toEqual([null])
  const many = ARRAY(new Cents())
  expect(many.bindProcessor(postgres)?.([[1.5], [null]])).toEqual([[150], [null]])
  expect(many.resultProcessor(postgres)?.([[150], [null]])).toEqual([[1.5], [null]])
  const b = column('b', new Prefixed('x', true))
  expect(defaultDialect.compile(select(a).where(b.eq("o'y"), a.in([1.5])), { literalBinds: true }).sql).toBe(
    "SELECT a \nWHERE b = 'xo''y' AND a IN (150)",
  )
})

test('values beside a decorator are of its type; a method can say otherwise', () => {
  class Loose extends Cents {
    override coerceComparedValue(value: unknown): SqlType | null | undefined {
      return typeof value === 'string' ? String : this
    }
  }
  expect(postgres.compile(column('a', new Loose()).eq('x' as never)).sql).toBe('a = $1::VARCHAR')
  expect(postgres.compile(column('a', new Cents()).eq(1)).sql).toBe('a = $1::INTEGER')
  expect(postgres.compile(column('a', new Cents()).add(1)).parameters[0]?.process?.(2)).toBe(200)
})

test('equal decorators are one type where their class says so', () => {
  expect(new Cents().id).toBe(new Cents().id)
  expect(new Prefixed('x', true).id).toBe(new Prefixed('x', true).id)
  expect(new Prefixed('x', true).id).not.toBe(new Prefixed('y', true).id)
  expect(new Prefixed('x', false).id).not.toBe(new Prefixed('x', false).id)
  expect(new Vector(3).id).toBe(new Vector(3).id)
  expect(new Vector(3).id).not.toBe(new Vector(4).id)
  const withFunction = (): TypeDecorator<number> => Object.assign(new Cents(), { call: () => 1 })
  expect(withFunction().id).not.toBe(withFunction().id)
})

test('types that behave differently are different in cache keys', () => {
  const types: readonly SqlType[] = [
    JSON(),
    JSON({ noneAsNull: false }),
    JSONB(),
    ARRAY(Integer),
    ARRAY(Integer, { zeroIndexes: true }),
    ARRAY(Integer, { dimensions: 2 }),
    INT4RANGE,
    INT4MULTIRANGE,
    BIT(3),
    BIT(4),
    VARBIT(4),
    HSTORE,
    portable.CHAR(3),
    String(3),
    portable.DECIMAL(5, 2),
    Numeric(5, 2),
    Numeric(5, 2, { as: 'number' }),
  ]
  expect(new Set(types.map((type) => type.id)).size).toBe(types.length)
  expect(JSON({ noneAsNull: false }).id).toBe(JSON({ noneAsNull: false }).id)
  expect(() => JSON({ noneAsNul: false } as never)).toThrow(/'noneAsNul'.*'noneAsNull'/)
  expect(() => ARRAY('x' as never)).toThrow(ArgumentError)
  expect(() => ARRAY(Integer, { dimension: 2 } as never)).toThrow(/'dimension'.*'dimensions'/)
})

test('a type of the user is spelt by itself and travels as text', () => {
  const t = table('t', new MetaData(), { v: Column(new Vector(3)), many: Column(ARRAY(new Vector(3))) })
  expect(postgres.compile(new CreateTable(t)).sql).toBe(
    '\nCREATE TABLE t (\n\tv vector(3) NOT NULL, \n\tmany vector(3)[] NOT NULL\n)\n\n',
  )
  const distance = t.c.v.op('<->', { returnType: portable.Double })([1, 2, 3])
  expect(postgres.compile(select(distance.label('d'))).sql).toBe('SELECT t.v <-> $1::vector(3) AS d \nFROM t')
  expect(postgres.compile(insert(t).values({ v: [1], many: [[1]] })).sql).toBe(
    'INSERT INTO t (v, many) VALUES ($1::vector(3), $2::vector(3)[])',
  )
  expect(defaultDialect.compile(literal([1, 2], new Vector(2)), { literalBinds: true }).sql).toBe("'[1,2]'")
})

test('a variant is another type on some databases', () => {
  const type = JSON<{ a: number }>().withVariant(JSONB<{ a: number }>(), 'postgresql')
  expect(defaultDialect.compile(cast(column('x'), type)).sql).toBe('CAST(x AS JSON)')
  expect(postgres.compile(cast(column('x'), type)).sql).toBe('CAST(x AS JSONB)')
  expect(postgres.compile(column('x', type).eq({ a: 1 })).sql).toBe('x = $1::JSONB')
  const named = String.withVariant(String(5), 'postgresql')
  expect(defaultDialect.typeName(named)).toBe('VARCHAR')
  expect(postgres.typeName(named)).toBe('VARCHAR(5)')
  expect(named.id).not.toBe(String.id)
  expect(named.id).toBe(String.withVariant(String(5), 'postgresql').id)
  expect(named.id).not.toBe(String.withVariant(String(6), 'postgresql').id)
  const cents = Numeric(10, 2, { as: 'number' }).withVariant(new Cents(), 'postgresql')
  expect(cents.bindProcessor(postgres)?.(1.5)).toBe(150)
  expect(cents.bindProcessor(defaultDialect)).toBe(null)
  expect(() => String.withVariant(String)).toThrow(
    new ArgumentError("withVariant() takes the names of dialects behind the type, such as 'postgresql'"),
  )
  expect(() => String.withVariant('x' as never, 'postgresql')).toThrow(ArgumentError)
  expect(() => named.withVariant(String(9), 'sqlite', 'postgresql')).toThrow(
    new ArgumentError("withVariant(): the type string has a variant for 'postgresql' already"),
  )
  expect(() => String.withVariant(named, 'sqlite')).toThrow(
    new ArgumentError('withVariant() takes a type without variants: name each of them with its own dialects'),
  )
  const three = named.withVariant(String(9), 'sqlite')
  expect([postgres.typeName(three), sqliteDialect().typeName(three)]).toEqual(['VARCHAR(5)', 'VARCHAR(9)'])
})

test.each([
  [portable.INTEGER, 'INTEGER'],
  [portable.INT, 'INTEGER'],
  [portable.SMALLINT, 'SMALLINT'],
  [portable.BIGINT, 'BIGINT'],
  [portable.NUMERIC(5, 2), 'NUMERIC(5, 2)'],
  [portable.DECIMAL(5, 2), 'DECIMAL(5, 2)'],
  [portable.DECIMAL, 'DECIMAL'],
  [portable.FLOAT(3), 'FLOAT(3)'],
  [portable.REAL, 'REAL'],
  [portable.DOUBLE, 'DOUBLE'],
  [portable.DOUBLE_PRECISION, 'DOUBLE PRECISION'],
  [portable.BOOLEAN, 'BOOLEAN'],
  [portable.VARCHAR(5), 'VARCHAR(5)'],
  [portable.CHAR(5), 'CHAR(5)'],
  [portable.NCHAR(5), 'NCHAR(5)'],
  [portable.NVARCHAR(5), 'NVARCHAR(5)'],
  [portable.TEXT, 'TEXT'],
  [portable.CLOB, 'CLOB'],
  [portable.BLOB, 'BLOB'],
  [portable.BINARY(5), 'BINARY(5)'],
  [portable.VARBINARY(5), 'VARBINARY(5)'],
  [portable.DATE, 'DATE'],
  [portable.TIME, 'TIME'],
  [portable.TIMESTAMP, 'TIMESTAMP'],
  [portable.DATETIME, 'DATETIME'],
  [portable.UUID, 'UUID'],
])('%#: an upper-case type is spelt %s', (type, name) => {
  expect(defaultDialect.typeName(type as SqlType)).toBe(name)
})
