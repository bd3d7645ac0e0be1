// Level 1: raw SQL through the Engine. Run it: npx tsx --tsconfig examples/tsconfig.json examples/raw.ts [url]
import { createEngine, SQLAlchemyError, text } from 'tsalchemy'

const url = process.argv[2] ?? process.env.DATABASE_URL ?? 'pglite://'
const engine = createEngine(url)
try {
  await using connection = await engine.connect()
  await connection.execute(text('CREATE TABLE customers (id SERIAL PRIMARY KEY, name VARCHAR, age INTEGER)'))
  await connection.execute(text('INSERT INTO customers (name, age) VALUES (:name, :age)'), { name: 'leo', age: 26 })
  await connection.commit()

  const row = await connection.execute('SELECT id, name, age FROM customers').tuples().one()
  console.log(row)

  await connection.execute('DROP TABLE customers') // so that the next program finds the database as this one did
  await connection.commit()
} catch (error) {
  if (!(error instanceof SQLAlchemyError)) throw error
  console.error(`${error.name}: ${error.message}`)
  process.exitCode = 1
} finally {
  await engine.dispose()
}
