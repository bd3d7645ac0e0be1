// Instants: exact to the millisecond in both formats, whatever the time zone of the process.

import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { daysFromCivil } from '../../../../src/dialect/postgresql/codec/calendar.ts'
import { timestamptz } from '../../../../src/dialect/postgresql/codec/index.ts'
import { raw, rows, sharedConnection, typed } from '../driver/support.ts'

const zone = process.env.TZ
afterEach(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

test('days are counted as the calendar of Date counts them', () => {
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true }), (date) => {
      const days = daysFromCivil(date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate())
      expect(days).toBe(Math.floor(date.getTime() / 86_400_000))
    }),
  )
})

describe.each(['UTC', 'America/New_York', 'Asia/Kathmandu'])('in the time zone %s', (name) => {
  test('reading and writing name the same instant', () => {
    process.env.TZ = name
    for (const iso of [
      '2024-03-10T07:30:00.000Z',
      '1883-11-18T12:00:00.001Z',
      '0044-03-15T00:00:00.000Z',
      '-000043-03-15T10:00:00.999Z',
      '+012345-12-31T23:59:59.999Z',
      '0000-01-01T00:00:00.000Z',
    ]) {
      const date = new Date(iso)
      const bytes = Buffer.from(timestamptz.encode(date) as string)
      expect(timestamptz.decodeText(bytes, 0, bytes.length).toISOString()).toBe(iso)
    }
  })
})

describe.each(['postgresql', 'pglite'])('on %s', (name) => {
  const connection = sharedConnection(name)

  test.each(['UTC', 'America/New_York', 'Europe/Dublin', 'Asia/Kathmandu', 'Africa/Monrovia'])(
    'text and bytes agree in sessions in %s',
    async (session) => {
      await connection().run([{ statement: raw("SELECT set_config('TimeZone', $1, false)", 1), parameters: [session] }])
      const asText = typed("SELECT 'epoch'::timestamptz + $1 * interval '1 microsecond'", [null], null, false)
      const asBytes = typed("SELECT 'epoch'::timestamptz + $1 * interval '1 microsecond' AS instant", [null])
      const instants = [
        0,
        1,
        -1,
        999,
        -999,
        -1000,
        -1001,
        -2717640000000000 + 123,
        253402300799999,
        -6213559680000001,
        1709209296789012,
      ]
      await connection().run([{ statement: asBytes, parameters: [0] }])
      for (const microseconds of instants) {
        const expected = new Date(Math.floor(microseconds / 1000))
        const results = await connection().run([
          { statement: asText, parameters: [microseconds] },
          { statement: asBytes, parameters: [microseconds] },
        ])
        for (const result of results) expect(result.rows).toEqual([[expected]])
      }
    },
  )

  test('the days of the calendar are spelled as the server spells them', async () => {
    const statement = typed(
      'SELECT day, day::text FROM unnest($1::date[]) WITH ORDINALITY AS days (day, n) ORDER BY n',
      [null],
    )
    const [first, last] = [-2451545, 2145031948]
    const numbers = fc.sample(
      fc.oneof(fc.integer({ min: first, max: last }), fc.integer({ min: -800000, max: 800000 })),
      2000,
    )
    const edges = [first, last, 0, -1, 1, -730119, -730120, -730485, -730486, 2921939, 2921940]
    const literal = (days: readonly number[]) =>
      connection().run([
        {
          statement: raw(`SELECT array_agg('2000-01-01'::date + n)::text FROM unnest('{${days.join(',')}}'::int[]) n`),
          parameters: [],
        },
      ])
    const days = [...edges, ...numbers, ...edges]
    const [made] = await literal(days)
    const list = String(made?.rows[0]?.[0]).replace('}', ',infinity,-infinity}')
    // Described first, then asked for in bytes, twice: the second time from what was kept.
    for (let run = 0; run < 3; run++) {
      const [result] = await connection().run([{ statement, parameters: [list] }])
      expect(result?.rows).toHaveLength(days.length + 2)
      for (const [day, text] of result?.rows ?? []) expect(day).toBe(text)
    }
  })

  test('text, documents and truth read the same from text and from bytes', async () => {
    const select = `SELECT 'čaj'::text, 'x'::varchar(5), 'y'::char(3), 'z'::name, true, false, NULL::bool, '{"a": [1, "é"]}'::jsonb,
      '{"a":[1]}'::json, 'null'::jsonb, ''::text, '2024-02-29'::date`
    const expected = ['čaj', 'x', 'y  ', 'z', true, false, null, { a: [1, 'é'] }, { a: [1] }, null, '', '2024-02-29']
    for (const statement of [raw(select), raw(select, 0, false)])
      for (let run = 0; run < 2; run++) {
        const [result] = await connection().run([{ statement, parameters: [] }])
        expect(result?.rows).toEqual([expected])
      }
  })

  test('what a Date cannot hold is an error that says what to do', async () => {
    for (const text of ['infinity', '-infinity', '275760-09-13 00:00:00.001+00', '294276-12-31 23:59:59.999999+00']) {
      const prepared = raw(`SELECT '${text}'::timestamptz`)
      for (let run = 0; run < 2; run++) {
        await expect(connection().run([{ statement: prepared, parameters: [] }])).rejects.toThrow(
          /as timestamptz; a Date cannot hold it/,
        )
      }
    }
    expect(
      await rows(
        connection(),
        "SELECT '275760-09-13 00:00:00+00'::timestamptz, '4713-01-01 00:00:00+00 BC'::timestamptz",
      ),
    ).toEqual([[new Date(8.64e15), new Date('-004712-01-01T00:00:00Z')]])
  })
})
