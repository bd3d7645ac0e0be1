// Promises of the types of documents without a type: unknown wherever they stand, never `never`. Checked by tsc.
import {
  ARRAY,
  bindparam,
  Column,
  cast,
  column,
  func,
  Integer,
  literal,
  literalColumn,
  MetaData,
  table,
  typeCoerce,
  values,
} from 'tsalchemy'
import { Composite, JSONB } from 'tsalchemy/postgresql'

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
const holds = <_X extends true>(): void => {}
const c = column('x', JSONB())
holds<Equal<(typeof c)['~value'], unknown>>()
const c2 = literalColumn('x', JSONB())
holds<Equal<(typeof c2)['~value'], unknown>>()
const c3 = cast(c, JSONB())
holds<Equal<(typeof c3)['~value'], unknown>>()
const c4 = c.cast(JSONB())
holds<Equal<(typeof c4)['~value'], unknown>>()
const c5 = typeCoerce(c, JSONB())
holds<Equal<(typeof c5)['~value'], unknown>>()
const t = table('t', new MetaData(), {
  p: Column(JSONB()),
  q: Column(ARRAY(JSONB())),
  r: Column(JSONB(), { nullable: true }),
  s: Column(Composite('x', { a: JSONB() })),
})
const c6 = t.c.p
holds<Equal<(typeof c6)['~value'], unknown>>()
const c7 = t.c.q
holds<Equal<(typeof c7)['~value'], unknown[]>>()
const c8 = t.c.r
holds<Equal<(typeof c8)['~value'], unknown>>()
const c9 = t.c.s
holds<Equal<(typeof c9)['~value'], { readonly a: unknown }>>()
const c10 = values({ a: JSONB() }).c.a
holds<Equal<(typeof c10)['~value'], unknown>>()
const c11 = func('f').tableValued({ a: JSONB() }).c.a
holds<Equal<(typeof c11)['~value'], unknown>>()
const c12 = c.as(JSONB())
holds<Equal<(typeof c12)['~value'], unknown>>()
const c13 = bindparam('x', { type: JSONB() })
holds<Equal<(typeof c13)['~value'], unknown>>()
const c14 = literal(null as unknown, JSONB())
holds<Equal<(typeof c14)['~value'], unknown>>()
const c15 = column('x', ARRAY(JSONB()))
holds<Equal<(typeof c15)['~value'], unknown[]>>()
const c16 = column('x', Integer)
holds<Equal<(typeof c16)['~value'], number>>()
const c17 = column('x')
holds<Equal<(typeof c17)['~value'], unknown>>()
