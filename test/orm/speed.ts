// Times what every object costs: construction, hydration, reading. Run: npx tsx --tsconfig test/tsconfig.json test/orm/speed.ts

import { Column } from '../../src/expression/schema/column-definition.ts'
import { Integer } from '../../src/expression/types/numeric.ts'
import { String } from '../../src/expression/types/string.ts'
import { DeclarativeBase, Entity, mapperOf, Relationship } from '../../src/orm/index.ts'
import { EntityCollection } from '../../src/orm/instrument/collection.ts'
import { setLoadedCollection } from '../../src/orm/instrument/history.ts'

class Base<Self = unknown> extends DeclarativeBase<Self> {}

/** A class of ten columns; each call makes a new one, so that reading is not tuned to a single class. */
function entityOf(name: string) {
  @Entity(name)
  class Thing extends Base<Thing> {
    @Column(Integer, { primaryKey: true }) a!: number
    @Column(Integer) b!: number
    @Column(Integer) c!: number
    @Column(String()) d!: string
    @Column(String()) e!: string
    @Column(String()) f!: string
    @Column(Integer) g!: number
    @Column(Integer) h!: number
    @Column(Integer) i!: number
    @Column(Integer) j!: number
    @Relationship(() => Part, { backPopulates: 'thing' }) parts!: Part[]
  }
  @Entity(`${name}_part`)
  class Part extends Base<Part> {
    @Column(Integer, { primaryKey: true }) id!: number
    @Column({ foreignKey: `${name}.a` }) thingId!: number
    @Relationship(() => Thing, { backPopulates: 'parts' }) thing!: Thing
  }
  return { Thing, Part }
}

const classes = Array.from({ length: 20 }, (_, index) => entityOf(`thing${index}`))
const [first] = classes
if (first === undefined) throw new TypeError('no class')
const { Thing, Part } = first
const things = mapperOf(Thing)
const parts = mapperOf(Part)
const partsOfThing = things.relationships[0]
if (partsOfThing === undefined) throw new TypeError('no relationship')

/** The best of several rounds, in nanoseconds for each of `count` steps. */
function time(what: string, count: number, round: () => unknown): void {
  let best = Number.POSITIVE_INFINITY
  for (let index = 0; index < 60; index += 1) {
    const start = performance.now()
    round()
    best = Math.min(best, performance.now() - start)
  }
  console.log(`${what.padEnd(58)} ${((best / count) * 1e6).toFixed(1).padStart(8)} ns`)
}

const N = 10_000
const row = (id: number): unknown[] => [id, 1, 2, 'x', 'y', 'z', 3, 4, 5, 6]
let rows: unknown[][] = []
const fresh = (): void => {
  rows = Array.from({ length: N }, (_, id) => row(id))
}
const keep: unknown[] = new Array(N)

time('rows alone (in each of the next two)', N, fresh)
time('row + plain object literal of ten properties', N, () => {
  fresh()
  for (let index = 0; index < N; index += 1) {
    const values = rows[index] as number[]
    keep[index] = {
      a: values[0],
      b: values[1],
      c: values[2],
      d: values[3],
      e: values[4],
      f: values[5],
      g: values[6],
      h: values[7],
      i: values[8],
      j: values[9],
    }
  }
})
time('row + hydrated entity of ten columns', N, () => {
  fresh()
  for (let index = 0; index < N; index += 1) keep[index] = things.instantiate(rows[index] as unknown[])
})
time('new Thing()', N, () => {
  for (let index = 0; index < N; index += 1) keep[index] = new Thing()
})
time('new Thing({ ... ten values })', N, () => {
  for (let index = 0; index < N; index += 1)
    keep[index] = new Thing({ a: index, b: 1, c: 2, d: 'x', e: 'y', f: 'z', g: 3, h: 4, i: 5, j: 6 })
})
const objects = classes.map(
  ({ Thing: Each }) => mapperOf(Each).instantiate(row(1)).entity as InstanceType<typeof Thing>,
)
time('read of an attribute, 20 classes in turn', 2_000 * 20 * 5, () => {
  let sum = 0
  for (let index = 0; index < 2_000; index += 1)
    for (const each of objects) sum += each.a + each.b + each.g + each.h + each.i
  return sum
})
const [one] = objects
time('read of an attribute, one class', 40_000 * 5, () => {
  let sum = 0
  if (one !== undefined) for (let index = 0; index < 40_000; index += 1) sum += one.a + one.b + one.g + one.h + one.i
  return sum
})
time('set of an attribute of a transient object', 40_000, () => {
  const thing = new Thing()
  for (let index = 0; index < 40_000; index += 1) thing.b = index
})
time('parent + 5 children hydrated and put into its collection', N / 10, () => {
  for (let index = 0; index < N / 10; index += 1) {
    const parent = things.instantiate(row(index))
    const members: object[] = []
    for (let child = 0; child < 5; child += 1) members.push(parts.instantiate([child, index]).entity)
    setLoadedCollection(parent, partsOfThing, members)
    keep[index] = parent
  }
})
time('push into a collection with back-reference', N, () => {
  const thing = new Thing()
  const list = thing.parts
  for (let index = 0; index < N; index += 1) list.push(new Part())
})
time('new EntityCollection()', N, () => {
  for (let index = 0; index < N; index += 1) keep[index] = new EntityCollection()
})
