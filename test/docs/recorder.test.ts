// What a page says is compared with what its program did.

import { expect, test } from 'vitest'
import { block, createEngine, differences, record } from './recorder.ts'

const said = (kind: 'sql' | 'output', text: string) => new Map([[0, [{ kind, line: 7, text }]]])

test('output is compared as it stands', async () => {
  const recorded = await record(async () => {
    console.log('before')
    block(0)
    console.log('a', 1)
    console.error('b\nc')
    block(null)
    console.log('behind')
  })
  expect(differences(said('output', 'a 1\nb\nc\n'), recorded)).toEqual([])
  expect(differences(said('output', 'a 1\nb'), recorded)).toEqual([String.raw`7 says 'a 1\nb', got 'a 1\nb\nc'`])
})

test('statements are compared without their layout', async () => {
  const recorded = await record(async () => {
    await using engine = createEngine('pglite://')
    await engine.execute('SELECT 0')
    block(0)
    await engine.execute('SELECT 1')
    await engine.execute('SELECT\n  2')
  })
  expect(differences(said('sql', '-- two of them\nSELECT 1;\nSELECT 2'), recorded)).toEqual([])
  expect(differences(said('sql', 'SELECT 1'), recorded)).toEqual([
    `7 says [ 'SELECT 1' ], got [ 'SELECT 1', 'SELECT 2' ]`,
  ])
})

test('a failing program gives the console back', async () => {
  const { log } = console
  await expect(record(() => Promise.reject(new Error('on purpose')))).rejects.toThrow('on purpose')
  expect(console.log).toBe(log)
})
