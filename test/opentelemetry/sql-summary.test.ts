// What is read from SQL for the names of spans, and what of it may not be shown.
import { expect, it } from 'vitest'
import { summaryOf, withoutLiterals } from '../../src/opentelemetry/sql-summary.ts'

it.each([
  ['SELECT users.id \nFROM users \nWHERE users.id = $1::INTEGER', 'SELECT', 'users', 'SELECT users'],
  [
    'select * from shop.orders o join shop."Order Lines" l on o.id = l.id',
    'SELECT',
    null,
    'SELECT shop.orders shop.Order Lines',
  ],
  ['SELECT 1', 'SELECT', null, 'SELECT'],
  ['INSERT INTO users (name) VALUES ($1::VARCHAR) RETURNING users.id', 'INSERT', 'users', 'INSERT users'],
  ['INSERT INTO archive SELECT * FROM orders', 'INSERT', null, 'INSERT archive SELECT orders'],
  ['INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2', 'INSERT', 't', 'INSERT t'],
  ['UPDATE users SET name=$1 WHERE id = $2', 'UPDATE', 'users', 'UPDATE users'],
  ['DELETE FROM ONLY users USING orders WHERE true', 'DELETE', null, 'DELETE users orders'],
  ['SELECT a FROM t FOR UPDATE', 'SELECT', 't', 'SELECT t'],
  ['SELECT extract(year FROM d), trim(both FROM x) FROM t', 'SELECT', 't', 'SELECT t'],
  ['SELECT a IS DISTINCT FROM b FROM t, u AS x, v', 'SELECT', null, 'SELECT t u v'],
  ['SELECT * FROM unnest($1) AS x', 'SELECT', null, 'SELECT'],
  ['SELECT * FROM (SELECT id FROM inside) AS x', 'SELECT', 'inside', 'SELECT SELECT inside'],
  ['WITH x AS (SELECT id FROM a) SELECT * FROM x JOIN b ON true', 'SELECT', null, 'SELECT a SELECT b'],
  ['WITH gone (id) AS (DELETE FROM a RETURNING id) SELECT count(*) FROM gone', 'SELECT', 'a', 'DELETE a SELECT'],
  ['MERGE INTO t USING s ON true WHEN MATCHED THEN UPDATE SET a = 1', 'MERGE', null, 'MERGE t s'],
  ['CREATE TABLE IF NOT EXISTS users (id INTEGER)', 'CREATE', 'users', 'CREATE users'],
  ['TRUNCATE a, b', 'TRUNCATE', null, 'TRUNCATE a b'],
  ["SELECT 'FROM secret', $$FROM hidden$$ /* FROM no */ -- FROM no\nFROM t", 'SELECT', 't', 'SELECT t'],
  ['COPY users (id, name) FROM STDIN', 'COPY', 'users', 'COPY users'],
  ['copy shop."Order Lines" from stdin with (format csv)', 'COPY', 'shop.Order Lines', 'COPY shop.Order Lines'],
  ['COPY users TO STDOUT', 'COPY', 'users', 'COPY users'],
  ["COPY users FROM '/tmp/x'", 'COPY', 'users', 'COPY users'],
  ['COPY (SELECT users.id FROM users) TO STDOUT', 'COPY', 'users', 'COPY SELECT users'],
  ['COPY (SELECT 1 FROM a JOIN b ON true) TO STDOUT', 'COPY', null, 'COPY SELECT a b'],
  ['SELECT copy FROM t', 'SELECT', 't', 'SELECT t'],
  ['vacuum', 'VACUUM', null, 'VACUUM'],
  ["'never closed", 'SQL', null, 'SQL'],
  ['', 'SQL', null, 'SQL'],
])('%s', (sql, operation, collection, summary) => {
  expect(summaryOf(sql)).toEqual({ operation, collection, summary })
})

it('cuts what is too long, and reads what is hostile in no time', () => {
  const tables = Array.from({ length: 200 }, (_, index) => `table_${index}`)
  expect(summaryOf(`SELECT * FROM ${tables.join(', ')}`).summary).toHaveLength(255)
  const started = performance.now()
  for (const part of ["'", '"', '(', '$a$', '/*', '--', 'FROM ', "''"]) summaryOf(part.repeat(20_000))
  expect(performance.now() - started).toBeLessThan(5000)
})

it('takes literals away and nothing else', () => {
  expect(withoutLiterals(`SELECT 'it''s', 42, 1.5e10, $1, $x$secret$x$, "name 5", a1 FROM t2 WHERE x = :y -- 5`)).toBe(
    'SELECT ?, ?, ?, $1, ?, "name 5", a1 FROM t2 WHERE x = :y -- 5',
  )
})
