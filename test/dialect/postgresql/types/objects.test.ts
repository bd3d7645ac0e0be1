// Objects that hold values of every sort of type, many in one flush, changed and changed back.
import {
  ARRAY,
  Column,
  createEngine,
  Enum,
  Integer,
  JSON,
  Numeric,
  Range,
  select,
  Text,
  TypeDecorator,
} from 'tsalchemy'
import { DeclarativeBase, Entity, mapped, sessionmaker } from 'tsalchemy/orm'
import { Composite, Domain, INET, INT4MULTIRANGE, INT4RANGE, JSONB } from 'tsalchemy/postgresql'
import { describe, expect, test } from 'vitest'
import { databases } from '../../../support/server.ts'

class Decimal {
  readonly digits: string
  constructor(digits: string) {
    this.digits = digits
  }
  toString(): string {
    return this.digits
  }
}
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
const Mood = Enum('sad', 'ok', { name: 'object_mood' })
const Spot = Composite('object_spot', { name: Text, moods: ARRAY(Mood) })
type SpotValue = { readonly name: string | null; readonly moods: ('sad' | 'ok')[] | null }

class Base<Self = unknown> extends DeclarativeBase<Self> {}
@Entity('object_things')
class Thing extends Base<Thing> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(INT4RANGE) range!: Range<number>
  @Column(INT4MULTIRANGE) ranges!: Range<number>[]
  @Column(Spot, { nullable: true }) spot!: SpotValue | null
  @Column(ARRAY(Spot)) spots!: SpotValue[]
  @Column(new Cents()) price!: number
  @Column(Numeric(10, 2, { as: Decimal })) amount!: Decimal
  @Column(Domain('object_count', Integer)) count!: number
  @Column(INET) address!: string
  @Column(JSONB<{ a: number }>()) body!: { a: number }
  @Column(ARRAY(JSON<unknown>())) documents!: unknown[]
}

describe.each(databases())('objects on $name', ({ url }) => {
  test('are written and read as they are, and only changes are written', async () => {
    const engine = createEngine(url)
    try {
      await Base.metadata.createAll(engine)
      const Session = sessionmaker({ bind: engine })
      const values = (n: number) => ({
        id: n,
        range: new Range(n, n + 5),
        ranges: [new Range(n, n + 1), new Range(n + 5, null)],
        spot: n % 2 === 0 ? null : { name: '"(,)\\', moods: ['sad' as const] },
        spots: [
          { name: null, moods: null },
          { name: 'x', moods: [] },
        ],
        price: n + 0.25,
        amount: new Decimal(`${n}.50`),
        count: n,
        address: `10.0.0.${n}`,
        body: { a: n },
        documents: [[n], { b: '"' }, 'x'],
      })
      {
        await using session = Session()
        for (let n = 1; n <= 12; n += 1) session.add(new Thing(values(n)))
        await session.commit()
      }
      await using session = Session()
      const things = await session.scalars(select(Thing).orderBy(mapped(Thing).id)).all()
      expect(things.map((thing) => thing.toObject())).toEqual(things.map((_, index) => values(index + 1)))
      expect(things).toHaveLength(12)
      // Equal values are no change.
      for (const thing of things) Object.assign(thing, { ...values(thing.id) })
      expect([...session.dirty].filter((thing) => session.isModified(thing))).toEqual([])
      for (const thing of things) {
        thing.range = Range.empty()
        thing.spots = [{ name: 'changed', moods: ['ok'] }]
        thing.price = 0.5
        thing.amount = new Decimal('0.10')
      }
      await session.commit()
      session.expungeAll()
      const changed = await session.scalars(select(Thing).orderBy(mapped(Thing).id)).all()
      expect(
        changed.map(({ range, spots, price, amount }) => [range.isEmpty, spots[0]?.name, price, `${amount}`]),
      ).toEqual(changed.map(() => [true, 'changed', 0.5, '0.10']))
    } finally {
      await Base.metadata.dropAll(engine)
      await engine.dispose()
    }
  })
})
