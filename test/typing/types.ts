// Promises of the types of columns: what values they have, what operators give, and what must not compile. Checked by tsc.

import {
  ARRAY,
  BigInteger,
  Column,
  type ColumnElement,
  column,
  DateTime,
  Enum,
  type Expression,
  Integer,
  Interval,
  type IntervalValue,
  JSON,
  jsonNull,
  literal,
  MetaData,
  Numeric,
  Range,
  type SqlType,
  String,
  select,
  Text,
  TypeDecorator,
  table,
  UserDefinedType,
  type ValueOf,
} from 'tsalchemy'
import {
  Composite,
  Domain,
  HSTORE,
  INET,
  INT4RANGE,
  type INT8MULTIRANGE,
  JSONB,
  MONEY,
  toTsvector,
} from 'tsalchemy/postgresql'

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
/** Enumerations of TypeScript are unions of their members, which {@link Equal} takes for something else. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
const holds = <_X extends true>(): void => {}
type Value<E> = E extends Expression<infer V> ? V : never

interface Body {
  a: { b: string; maybe?: number }
  list: { n: number }[]
  none: null
}
declare enum Color {
  red,
  green = 5,
}
declare enum Word {
  yes = 'y',
  no = 'n',
}
class Decimal {
  readonly digits: string
  constructor(digits: string) {
    this.digits = digits
  }
}
class Flags extends TypeDecorator<ReadonlySet<string>, string[]> {
  readonly impl = ARRAY(String)
  override processBindParam(value: ReadonlySet<string> | null): string[] | null {
    return value && [...value]
  }
}
class Wrong extends TypeDecorator<number, string> {
  // @ts-expect-error the processor gives what the type below does not take
  readonly impl = Integer
}
class Vector extends UserDefinedType<number[]> {
  columnSpecification(): string {
    return 'vector'
  }
  toText(value: number[]): string {
    return value.join()
  }
  fromText(text: string): number[] {
    return [text.length]
  }
}

export function values(): void {
  const status = Enum('active', 'banned', { name: 'status' })
  holds<Equal<ValueOf<typeof status>, 'active' | 'banned'>>()
  const bare = Enum('a', 'b')
  holds<Equal<ValueOf<typeof bare>, 'a' | 'b'>>()
  const color = Enum(Color, { name: 'color' })
  holds<Same<ValueOf<typeof color>, Color>>()
  const word = Enum(Word)
  holds<Same<ValueOf<typeof word>, Word>>()
  const level = Enum({ low: 1, high: 'h' } as const)
  holds<Equal<ValueOf<typeof level>, 1 | 'h'>>()
  const address = Composite('address', { street: Text, zips: ARRAY(Integer) })
  holds<Equal<ValueOf<typeof address>, { readonly street: string | null; readonly zips: number[] | null }>>()
  const age = Domain('age', Integer)
  holds<Equal<ValueOf<typeof age>, number>>()
  const price = Numeric(10, 2, { as: Decimal })
  holds<Equal<ValueOf<typeof price>, Decimal>>()
  const grid = ARRAY(Integer, { dimensions: 2 })
  holds<Equal<ValueOf<typeof grid>, number[][]>>()
  holds<Equal<ValueOf<typeof INT4RANGE>, Range<number>>>()
  holds<Equal<ValueOf<typeof INT8MULTIRANGE>, Range<bigint>[]>>()
  const variant: SqlType<Body> = JSON<Body>().withVariant(JSONB<Body>(), 'postgresql')
  const t = table('t', new MetaData(), {
    status: Column(status),
    flags: Column(new Flags(), { nullable: true }),
    body: Column(variant),
    vector: Column(new Vector()),
  })
  const rows = select(t)
  holds<
    Equal<
      (typeof rows)['~row'],
      { status: 'active' | 'banned'; flags: ReadonlySet<string> | null; body: Body; vector: number[] }
    >
  >()
  t.c.status.eq('active')
  // @ts-expect-error no value of the enumeration
  t.c.status.eq('actve')
  // @ts-expect-error an option that is not there
  Enum('a', { nmae: 'x' })
  // @ts-expect-error a variant of other values
  String.withVariant(Integer, 'postgresql')
  // @ts-expect-error no class of Temporal has a time zone of its own here
  DateTime({ timezone: true, as: 'plainDateTime' })
  void Wrong
}

export function documents(): void {
  const body = column('body', JSONB<Body>())
  const maybe = column('maybe', JSONB<Body | null>())
  const unknown = column('unknown', JSONB<unknown>())
  const a = body.at('a')
  holds<Equal<Value<typeof a>, Body['a']>>()
  const b = body.at('a').at('b')
  holds<Equal<Value<typeof b>, string>>()
  const optional = body.at('a').at('maybe')
  holds<Equal<Value<typeof optional>, number | null>>()
  const member = body.at('list').at(0)
  holds<Equal<Value<typeof member>, { n: number } | null>>()
  const path = body.path(['list', 0, 'n'])
  holds<Equal<Value<typeof path>, number | null>>()
  const missing = maybe.at('a')
  holds<Equal<Value<typeof missing>, Body['a'] | null>>()
  const any = unknown.at('x').at(5)
  holds<Equal<Value<typeof any>, unknown>>()
  const text = body.at('a').asString()
  holds<Equal<Value<typeof text>, string | null>>()
  const number = body.at('list').as(Integer)
  holds<Equal<Value<typeof number>, number | null>>()
  body.contains({ a: { b: 'x' } })
  body.contains({ list: [{ n: 1 }] })
  const merged: ColumnElement<Body> = body.concat({ none: null })
  unknown.contains([1])
  maybe.eq(jsonNull)
  // @ts-expect-error no key of the document
  body.at('c')
  // @ts-expect-error a value of the wrong type
  body.contains({ a: { b: 5 } })
  // @ts-expect-error a number has no keys
  column('n', Integer).at('x')
  // @ts-expect-error texts are asked by text
  column('s', String).contains(5)
  void merged
}

export function arraysAndRanges(): void {
  const tags = column('tags', ARRAY(String))
  const tag = tags.at(1)
  holds<Equal<Value<typeof tag>, string | null>>()
  const part = tags.slice(1, null)
  holds<Equal<Value<typeof part>, string[]>>()
  tags.contains(['x'])
  tags.overlaps(['x'])
  // @ts-expect-error members are texts
  tags.contains([5])
  // @ts-expect-error an array has places, no keys
  tags.at('x')
  const range = column('r', INT4RANGE)
  range.contains(5)
  range.contains(new Range(1, 2))
  range.eq(new Range(1, null))
  const union: ColumnElement<Range<number>> = range.add(new Range(1, 2))
  // @ts-expect-error the ends are numbers
  range.contains('5')
  // @ts-expect-error the ends are numbers
  range.overlaps(new Range('a', 'b'))
  // @ts-expect-error bounds are one of four
  void new Range(1, 2, '[[')
  const pairs = column('h', HSTORE).at('k')
  holds<Equal<Value<typeof pairs>, string | null>>()
  column('i', INET).eq('10.0.0.1')
  toTsvector('english', column('s', Text)).matchesQuery('a & b')
  literal(new Range(1, 2), INT4RANGE)
  // @ts-expect-error a range of bigints is another type
  literal(new Range(1n, 2n), INT4RANGE)
  void union
}

/** Decimals, amounts and intervals are multiplied with numbers; numbers with their own kind, and whole numbers of 64 bits with such. */
export const factors = (): void => {
  const decimal: ColumnElement<string> = literal('1.5', Numeric).multiply(2)
  const amount: ColumnElement<string> = literal('$1', MONEY).divide(literal(1.5))
  const span: ColumnElement<IntervalValue> = literal({ months: 0, days: 1, microseconds: 0n }, Interval).multiply(0.5)
  // @ts-expect-error a whole number of 64 bits by one of 64 bits
  literal(2n, BigInteger).multiply(2)
  // @ts-expect-error a number by a text
  literal(2).divide('2')
  void decimal
  void amount
  void span
}
