// What text().columns() tells is held against what the server gives.
import { Column, createEngine, Float, Integer, MetaData, Numeric, String, table, text } from 'tsalchemy'
import { afterAll, describe, expect, it } from 'vitest'
import { provides, sqlDatabases } from '../../support/server.ts'

const users = table('users', new MetaData(), { id: Column(Integer, { primaryKey: true }), name: Column(String(20)) })
const TWO = "SELECT '1' AS name, 2 AS id"

describe.each(sqlDatabases())('columns of text() on $name', ({ name, url }) => {
  const engine = createEngine(url)
  afterAll(() => engine.dispose())

  it('stand in the order of the text', async () => {
    expect(
      await engine
        .execute(text(TWO).columns({ name: String(), id: Integer }))
        .tuples()
        .all(),
    ).toEqual([['1', 2]])
    expect(
      await engine
        .execute(text(TWO).columns({ name: String() }))
        .mappings()
        .all(),
    ).toEqual([{ name: '1' }])
  })

  it('may have other names than the text gives, and those of tables any', async () => {
    expect(
      await engine
        .execute(text(TWO).columns({ userName: String(), userId: Integer }))
        .mappings()
        .all(),
    ).toEqual([{ userName: '1', userId: 2 }])
    const crossed = text("SELECT '1' AS id, 2 AS name").columns(users.c.name, users.c.id)
    expect(await engine.execute(crossed).scalars(users.c.id).all()).toEqual([2])
  })

  it('are refused in another order', async () => {
    const crossed = text('SELECT 1 AS a, 2 AS b').columns({ b: Integer, a: Integer })
    const why =
      'columns() of text() tells the columns in the order of the text: it names b, a, and the statement gives a, b'
    for (let time = 0; time < 2; time += 1) await expect(engine.execute(crossed)).rejects.toThrow(why)
    if (provides({ name }, 'latency')) await expect(engine.stream(crossed).all()).rejects.toThrow(why)
  })

  it('are no numbers where the text gives none', async () => {
    const types = [Integer, Float, Numeric(8, 2, { as: 'number' })]
    for (const type of types)
      for (const given of ['hi', ''])
        await expect(
          engine.execute(text(`SELECT CAST('${given}' AS VARCHAR(5)) AS a`).columns({ a: type })).scalar(),
        ).rejects.toThrow('cannot read')
    expect(
      await engine
        .execute(text("SELECT CAST('1.50' AS VARCHAR(5)) AS a").columns({ a: Numeric(8, 2, { as: 'number' }) }))
        .scalar(),
    ).toBe(1.5)
  })

  it('are refused where there are more of them', async () => {
    await expect(engine.execute(text('SELECT 1 AS a').columns({ a: Integer, b: Integer }))).rejects.toThrow(
      'it names a, b, and the statement gives a',
    )
  })
})
