// How long building, keying and compiling a statement of 23 nodes takes; a report, not a test:
//   npx tsx --tsconfig test/tsconfig.json test/dialect/compile/speed.ts
import { Column, Integer, MetaData, String, select, table } from 'tsalchemy'
import { postgresqlDialect } from '../../../src/dialect/postgresql/dialect.ts'
import { Interner, KeyPass } from '../../../src/expression/base/cache-key.ts'

const ROUNDS = 9
const TIMES = 50_000

const metadata = new MetaData({ columnNaming: 'snake_case' })
const users = table('users', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String(50)),
  age: Column(Integer),
})
const addresses = table('addresses', metadata, {
  id: Column(Integer, { primaryKey: true }),
  userId: Column(Integer, { foreignKey: 'users.id' }),
  email: Column(String),
})
const u = users.c
const a = addresses.c

const build = () =>
  select(u.id, u.name, a.email)
    .joinFrom(users, addresses)
    .where(u.name.like('a%'), u.age.gt(18), u.id.in([1, 2, 3]))
    .orderBy(u.name.desc(), a.id)
    .limit(10)

/** Median and minimum of rounds, in nanoseconds of processor time for one call. */
function report(name: string, run: () => unknown): void {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const start = process.cpuUsage()
    for (let index = 0; index < TIMES; index += 1) run()
    return (process.cpuUsage(start).user * 1000) / TIMES
  }).sort((one, other) => one - other)
  const median = rounds[ROUNDS >> 1] ?? 0
  console.log(`${name.padEnd(10)} median ${median.toFixed(0)} ns, minimum ${(rounds[0] ?? 0).toFixed(0)} ns`)
}

const dialect = postgresqlDialect()
const statement = build()
const pass = new KeyPass(new Interner())
console.log(dialect.compile(statement).sql)
report('build', build)
report('key', () => pass.start(statement))
report('compile', () => dialect.compile(statement))
