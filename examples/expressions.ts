// Level 2: SQL expressions. Run it: npx tsx --tsconfig examples/tsconfig.json examples/expressions.ts [url]
import {
  Column,
  createEngine,
  deleteFrom,
  func,
  Integer,
  insert,
  MetaData,
  SQLAlchemyError,
  String,
  select,
  table,
  update,
} from 'tsalchemy'

const metadata = new MetaData()
const customers = table('customers', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String),
  age: Column(Integer),
})
const orders = table('orders', metadata, {
  id: Column(Integer, { primaryKey: true }),
  customerId: Column(Integer, { name: 'customer_id', foreignKey: 'customers.id' }),
  item: Column(String(50)),
  amount: Column(Integer),
})

const url = process.argv[2] ?? process.env.DATABASE_URL ?? 'pglite://'
const engine = createEngine(url)
try {
  await metadata.createAll(engine, { checkFirst: false }) // a table of that name is an error here: it is somebody else's

  await engine.begin(async (connection) => {
    const leo = await connection
      .execute(insert(customers).values({ name: 'leo', age: 26 }).returning(customers.c.id))
      .scalarOne()
    await connection.execute(
      insert(customers).values([
        { name: 'ada', age: 36 },
        { name: 'bob', age: 17 },
      ]),
    )
    await connection.execute(insert(orders), [
      { customerId: leo, item: 'tea', amount: 3 },
      { customerId: leo, item: 'cup', amount: 1 },
      { customerId: leo + 1, item: 'tea', amount: 9 },
    ])
  })

  console.log(
    'adults:',
    await engine.execute(select(customers).where(customers.c.age.ge(18)).orderBy(customers.c.name)).all(),
  )

  const joined = select(customers.c.name, orders.c.item, orders.c.amount).join(orders).orderBy(orders.c.id)
  console.log('orders:', await engine.execute(joined).tuples().all())

  const totals = select(customers.c.name, func.sum(orders.c.amount).label('total'))
    .join(orders)
    .groupBy(customers.c.name)
    .having(func.count().gt(1))
  console.log('more than one order:', await engine.execute(totals).all())

  const older = update(customers)
    .where(customers.c.name.eq('leo'))
    .values({ age: customers.c.age.add(1) })
    .returning(customers.c.name, customers.c.age)
  console.log('updated:', await engine.execute(older).one())

  const gone = deleteFrom(customers).where(customers.c.age.lt(18)).returning(customers.c.name)
  console.log('deleted:', await engine.execute(gone).scalars().all())

  try {
    await engine.begin(async (connection) => {
      await connection.execute(insert(customers).values({ name: 'ghost', age: 1 }))
      throw new Error('changed my mind')
    })
  } catch (error) {
    console.log('rolled back:', (error as Error).message)
  }
  console.log('customers left:', await engine.execute(select(func.count()).selectFrom(customers)).scalarOne())

  await metadata.dropAll(engine)
} catch (error) {
  if (!(error instanceof SQLAlchemyError)) throw error
  console.error(`${error.name}: ${error.message}`)
  process.exitCode = 1
} finally {
  await engine.dispose()
}
