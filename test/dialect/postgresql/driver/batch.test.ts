// Batches: one flight, in order, stopped at the first error; the same on a server and on PGlite.

import { describe, expect, test } from 'vitest'
import { bytea, int4, text } from '../../../../src/dialect/postgresql/codec/index.ts'
import { command, failure, raw, rows, run, sharedConnection, typed } from './support.ts'

describe.each(['postgresql', 'pglite'])('on %s', (name) => {
  const connection = sharedConnection(name)

  test('gives rows, columns, tag and count', async () => {
    const result = await run(connection(), "SELECT 1 AS a, 'x' AS b UNION ALL SELECT 2, NULL")
    expect(result).toEqual({
      rows: [
        [1, 'x'],
        [2, null],
      ],
      columns: [
        { name: 'a', typeId: 23 },
        { name: 'b', typeId: 25 },
      ],
      tag: 'SELECT',
      rowCount: 2,
    })
  })

  test('tells tags and counts apart', async () => {
    const results = await connection().run([
      command('BEGIN'),
      command('CREATE TEMP TABLE tags (id int) ON COMMIT DROP'),
      command('INSERT INTO tags SELECT generate_series(1, 3)'),
      command('UPDATE tags SET id = id + 1 RETURNING id'),
      command('DELETE FROM tags WHERE id > 2'),
      command('SAVEPOINT here'),
      command(''),
      command('SHOW search_path'),
      command('ROLLBACK'),
    ])
    expect(results.map(({ tag, rowCount, columns }) => [tag, rowCount, columns?.length ?? null])).toEqual([
      ['BEGIN', null, null],
      ['CREATE TABLE', null, null],
      ['INSERT', 3, null],
      ['UPDATE', 3, 1],
      ['DELETE', 2, null],
      ['SAVEPOINT', null, null],
      ['', null, null],
      ['SHOW', null, 1],
      ['ROLLBACK', null, null],
    ])
  })

  test('takes one flight for any number of commands, none for none', async () => {
    const before = connection().flights
    expect(await connection().run([])).toEqual([])
    expect(connection().flights).toBe(before)
    await connection().run(Array.from({ length: 200 }, (_, index) => command('SELECT $1::int4', index)))
    expect(connection().flights).toBe(before + 1)
  })

  test('stops at the first error, says which, and keeps the results before it', async () => {
    const error = await failure(
      connection().run([command('SELECT 1'), command('SELECT 1/0'), command('SELECT 3'), command('SELECT nonsense')]),
    )
    expect(error).toMatchObject({
      message: 'division by zero',
      commandIndex: 1,
      disconnected: false,
      sent: true,
      canceled: false,
      parameterIndex: null,
      fields: { sqlState: '22012', severity: 'ERROR' },
    })
    expect(error.results.map((result) => result.rows)).toEqual([[[1]]])
    expect(connection().transactionStatus).toBe('idle')
    expect(await rows(connection(), 'SELECT 4')).toEqual([[4]])
  })

  test('passes on all that the server says of an error', async () => {
    await run(
      connection(),
      'CREATE TEMP TABLE said (id int CONSTRAINT said_key PRIMARY KEY, CONSTRAINT small CHECK (id < 9))',
    )
    const unique = await failure(connection().run([command('INSERT INTO said VALUES (1), (1)')]))
    expect(unique.fields).toMatchObject({
      sqlState: '23505',
      table: 'said',
      constraint: 'said_key',
      detail: 'Key (id)=(1) already exists.',
    })
    expect(unique.fields?.schema).toMatch(/^pg_temp/)
    const syntax = await failure(connection().run([command('SELECT * FROM nowhere')]))
    expect(syntax.fields).toMatchObject({ sqlState: '42P01', position: 15 })
  })

  test('is one implicit transaction without BEGIN', async () => {
    await run(connection(), 'CREATE TEMP TABLE implicit (id int)')
    await failure(connection().run([command('INSERT INTO implicit VALUES (1)'), command('SELECT 1/0')]))
    expect(await rows(connection(), 'SELECT * FROM implicit')).toEqual([])
  })

  test('leaves a failed explicit transaction failed, until a rollback', async () => {
    const error = await failure(connection().run([command('BEGIN'), command('SELECT 1/0'), command('COMMIT')]))
    expect(error.commandIndex).toBe(1)
    expect(connection().transactionStatus).toBe('failed')
    expect((await failure(connection().run([command('SELECT 1')]))).fields?.sqlState).toBe('25P02')
    await run(connection(), 'ROLLBACK')
    expect(connection().transactionStatus).toBe('idle')
  })

  test('reports COMMIT of a failed transaction by its tag', async () => {
    await failure(connection().run([command('BEGIN'), command('SELECT 1/0')]))
    expect(await run(connection(), 'COMMIT')).toMatchObject({ tag: 'ROLLBACK' })
  })

  test('runs nothing where BEGIN itself fails', async () => {
    await run(connection(), 'CREATE TEMP TABLE unbegun (id int)')
    const batch = [
      command('BEGIN ISOLATION LEVEL nonsense'),
      command('INSERT INTO unbegun VALUES (1)'),
      command('COMMIT'),
    ]
    expect((await failure(connection().run(batch))).commandIndex).toBe(0)
    expect(await rows(connection(), 'SELECT * FROM unbegun')).toEqual([])
  })

  test('blames a deferred constraint on COMMIT, or on the end of the batch', async () => {
    await run(connection(), 'CREATE TEMP TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)')
    const twice = command('INSERT INTO late VALUES (1), (1)')
    const explicit = await failure(connection().run([command('BEGIN'), twice, command('COMMIT')]))
    expect(explicit).toMatchObject({ commandIndex: 2, fields: { sqlState: '23505' } })
    expect(explicit.results).toHaveLength(2)
    expect(connection().transactionStatus).toBe('idle')
    const implicit = await failure(connection().run([twice, command('SELECT 1')]))
    expect(implicit).toMatchObject({ commandIndex: 2, fields: { sqlState: '23505' } })
    expect(implicit.results).toHaveLength(2)
  })

  test('knows the transaction status at every answer', async () => {
    expect(connection().transactionStatus).toBe('idle')
    await run(connection(), 'BEGIN')
    expect(connection().transactionStatus).toBe('active')
    await failure(connection().run([command('SELECT 1/0')]))
    expect(connection().transactionStatus).toBe('failed')
    await run(connection(), 'ROLLBACK')
    expect(connection().transactionStatus).toBe('idle')
  })

  test('refuses a second batch while one is running, and is not confused by it', async () => {
    const first = connection().run([command('SELECT 1')])
    const error = await failure(connection().run([command('SELECT 2')]))
    expect(error).toMatchObject({ sent: false, disconnected: false })
    expect(error.message).toContain('is running a batch')
    expect((await first)[0]?.rows).toEqual([[1]])
  })

  test('tells which parameter of which command could not be encoded, and sends nothing', async () => {
    const before = connection().flights
    const statement = typed('SELECT $1::text, $2::int4', [text, int4])
    const error = await failure(
      connection().run([command('CREATE TABLE never (id int)'), { statement, parameters: ['a', 1.5] }]),
    )
    expect(error).toMatchObject({ commandIndex: 1, parameterIndex: 1, sent: false, disconnected: false })
    expect(error.message).toMatch(/^parameter \$2 \(int4\): int4 does not take a number with a fraction/)
    expect(connection().flights).toBe(before)
    expect(await rows(connection(), "SELECT to_regclass('never')")).toEqual([[null]])
  })

  test('never repeats a value in the message', async () => {
    const statement = typed('SELECT $1::int4', [int4])
    const error = await failure(connection().run([{ statement, parameters: ['s3cret'] }]))
    expect(error.message).not.toContain('s3cret')
    expect(error.message).toContain('a string')
  })

  test('refuses NUL and lone surrogates in values and in SQL', async () => {
    for (const value of ['a\0b', '\ud800', 'x\udc00y']) {
      expect(await failure(connection().run([command('SELECT $1::text', value)]))).toMatchObject({
        sent: false,
        parameterIndex: 0,
      })
      expect(await failure(connection().run([command(`SELECT '${value}'`)]))).toMatchObject({ sent: false })
      const json = command('SELECT $1::jsonb', { deep: [value] })
      expect(await failure(connection().run([json]))).toMatchObject({ sent: false, parameterIndex: 0 })
    }
    expect(await rows(connection(), 'SELECT $1::text', '😀')).toEqual([['😀']])
  })

  test('refuses more than 65535 parameters, and sends 65535', async () => {
    const list = (count: number) => Array.from({ length: count }, (_, index) => `$${index + 1}`).join(',')
    const values = Array.from({ length: 65536 }, (_, index) => index)
    const many = {
      statement: raw(`SELECT cardinality(ARRAY[${list(65536)}]::int4[])`, 65536, false),
      parameters: values,
    }
    const error = await failure(connection().run([many]))
    expect(error).toMatchObject({ sent: false, commandIndex: 0 })
    expect(error.message).toContain(
      'takes at most 65535 parameters, not 65536; send lists as one array, and the rows of an INSERT as',
    )
    const most = {
      statement: raw(`SELECT cardinality(ARRAY[${list(65535)}]::int4[])`, 65535, false),
      parameters: values.slice(1),
    }
    expect((await connection().run([most]))[0]?.rows).toEqual([[65535]])
  })

  test('refuses more bytes than one message can have, before anything is sent', async () => {
    // Nobody writes into them, so that they take no memory.
    const half = new Uint8Array(2 ** 29)
    const before = connection().flights
    const both = { statement: typed('SELECT length($1) + length($2)', [bytea, bytea]), parameters: [half, half] }
    expect(await failure(connection().run([both]))).toMatchObject({
      sent: false,
      message: 'a batch may take at most 1073741823 bytes',
    })
    expect(connection().flights).toBe(before)
    expect(await rows(connection(), 'SELECT 1')).toEqual([[1]])
  })

  test('refuses a wrong number of parameters', async () => {
    const error = await failure(connection().run([{ statement: raw('SELECT $1', 1), parameters: [] }]))
    expect(error).toMatchObject({ sent: false, commandIndex: 0 })
    expect(error.message).toBe('the statement has 1 parameters and was given 0')
  })

  test('gives columns of hostile names as data', async () => {
    const { columns, rows: found } = await run(
      connection(),
      'SELECT 1 AS "__proto__", 2 AS "constructor", 3 AS a, 4 AS a, 5 AS "q""\\\'"',
    )
    expect(columns?.map((column) => column.name)).toEqual(['__proto__', 'constructor', 'a', 'a', `q"\\'`])
    expect(found).toEqual([[1, 2, 3, 4, 5]])
    expect(Object.getPrototypeOf(found[0])).toBe(Array.prototype)
  })

  test('gives rows of no columns, and statements that return none', async () => {
    expect(await run(connection(), 'SELECT FROM generate_series(1, 2)')).toMatchObject({
      rows: [[], []],
      columns: [],
      rowCount: 2,
    })
    expect(await run(connection(), 'SET LOCAL search_path = public')).toMatchObject({
      rows: [],
      columns: null,
      tag: 'SET',
    })
  })

  test('gives arrays that the receiver owns', async () => {
    const statement = raw('SELECT 1 AS a')
    const [first] = await connection().run([{ statement, parameters: [] }])
    first?.rows[0]?.push('mine')
    const [second] = await connection().run([{ statement, parameters: [] }])
    expect(second?.rows).toEqual([[1]])
  })

  test('carries values of 30 MB both ways', async () => {
    const large = 'é0123456789'.repeat(2_500_000)
    const [[found]] = (await rows(connection(), 'SELECT $1::text', large)) as [[string]]
    expect(found === large).toBe(true)
  })

  test('hears notices', async () => {
    const heard: unknown[] = []
    connection().onNotice((notice) => heard.push(notice))
    connection().onNotice(() => {
      throw new Error('a listener of no importance')
    })
    await run(connection(), `DO $$ BEGIN RAISE WARNING 'mind the gap' USING HINT = 'step over'; END $$`)
    expect(heard).toEqual([{ severity: 'WARNING', sqlState: '01000', message: 'mind the gap', hint: 'step over' }])
  })

  test('reports the settings of the server, also when they change', async () => {
    expect(connection().serverSettings.get('server_version')).toMatch(/^1\d/)
    await run(connection(), "SET application_name = 'changed'")
    expect(connection().serverSettings.get('application_name')).toBe('changed')
  })

  test('refuses COPY TO STDOUT, whose data it would drop', async () => {
    const error = await failure(
      connection().run([command('SELECT 1'), command('COPY (SELECT 2) TO STDOUT'), command('SELECT 3')]),
    )
    expect(error).toMatchObject({ commandIndex: 1, disconnected: false })
    expect(error.message).toContain('COPY TO STDOUT')
    expect(await rows(connection(), 'SELECT 4')).toEqual([[4]])
  })

  test.each([
    'COPY copied FROM STDIN',
    '; copy copied (a)\n-- b\nfrom  stdin with (format csv)',
    '/* a /* nested */ one */ copy "from /*" from/**/stdin',
  ])('refuses %j, which would wait for ever or take the connection down', async (sql) => {
    const error = await failure(connection().run([command('SELECT 1'), command(sql), command('SELECT 2')]))
    expect(error).toMatchObject({ sent: false, disconnected: false })
    expect(error.message).toContain('COPY FROM STDIN cannot be run as a statement')
    expect(await rows(connection(), "SELECT 'copy t from stdin'")).toEqual([['copy t from stdin']])
  })

  test('fails on a value it cannot decode, and goes on', async () => {
    const error = await failure(
      connection().run([command('SELECT 1'), command('SELECT 1 AS one, \'infinity\'::timestamptz AS "end"')]),
    )
    expect(error).toMatchObject({ commandIndex: 1, disconnected: false })
    expect(error.message).toBe(
      `row 1 of the result, column "end": cannot read "infinity" as timestamptz; a Date cannot hold it: read the column as a string, by DateTime({ timezone: true, as: 'string' }), or select it with ::text`,
    )
    expect(error.results).toHaveLength(1)
    expect(await rows(connection(), 'SELECT 2')).toEqual([[2]])
  })
})
