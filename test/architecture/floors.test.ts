// Imports go down floors only, in no circle, and past no wall; a made-up tree shows that each rule can fail.

import { expect, test } from 'vitest'
import { circles, FLOORS, forbiddenImports, reachable, roomOf } from './floors.ts'
import { parseTree, readSourceTree } from './source-tree.ts'

const tree = readSourceTree()

test('the library keeps to its floors', () => {
  expect(tree.size).toBeGreaterThan(0)
  expect(forbiddenImports(tree)).toEqual([])
})

test('the library has no circle of imports, type imports included', () => {
  expect(circles(tree)).toEqual([])
})

test("the package's face does not load the ORM", () => {
  const face = tree.has('index.ts') ? [...reachable(tree, 'index.ts')] : []
  expect(face.filter((path) => /^(orm|migrate|cli)\//.test(path))).toEqual([])
})

test('no room stands on two floors', () => {
  const rooms = FLOORS.flat()
  expect(rooms).toHaveLength(new Set(rooms).size)
})

test('the longest fitting room counts', () => {
  expect(roomOf('dialect/contract/driver.ts')).toBe('dialect/contract/')
  expect(roomOf('dialect/url.ts')).toBe('dialect/')
  expect(roomOf('dialect/registry.ts')).toBe('dialect/registry.ts')
  expect(roomOf('orm/index.ts')).toBe('orm/')
  expect(roomOf('other/file.ts')).toBe(null)
})

const WALLS: [string, Record<string, string>, string[]][] = [
  [
    'up a floor',
    { 'errors.ts': `import { a } from './engine/a.ts'`, 'engine/a.ts': '' },
    ['errors.ts imports engine/a.ts: that is a floor above'],
  ],
  [
    'up a floor for a type',
    { 'expression/types/type.ts': `import type { A } from '../element/a.ts'`, 'expression/element/a.ts': '' },
    ['expression/types/type.ts imports expression/element/a.ts: that is a floor above'],
  ],
  [
    'up a floor by a re-export',
    { 'expression/base/a.ts': `export { b } from '../schema/b.ts'`, 'expression/schema/b.ts': '' },
    ['expression/base/a.ts imports expression/schema/b.ts: that is a floor above'],
  ],
  [
    'up a floor by import() and by an import type',
    {
      'pool/a.ts': `await import('../engine/b.ts'); let b: import('../engine/b.ts').B`,
      'engine/b.ts': '',
    },
    Array(2).fill('pool/a.ts imports engine/b.ts: that is a floor above'),
  ],
  [
    'between siblings',
    {
      'dialect/postgresql/a.ts': `import '../sqlite/b.ts'`,
      'dialect/sqlite/b.ts': '',
      'migrate/c.ts': `import type { D } from '../orm/contract/d.ts'`,
      'orm/contract/d.ts': '',
    },
    [
      'dialect/postgresql/a.ts imports dialect/sqlite/b.ts: siblings never meet',
      'migrate/c.ts imports orm/contract/d.ts: siblings never meet',
    ],
  ],
  [
    'past what the pool may see',
    {
      'pool/a.ts': `import '../dialect/contract/b.ts'; import '../dialect/url.ts'; import '../expression/base/c.ts'`,
      'dialect/contract/b.ts': '',
      'dialect/url.ts': '',
      'expression/base/c.ts': '',
    },
    [
      'pool/a.ts imports dialect/url.ts: pool/ sees only pool/, dialect/contract/, abort.ts, errors.ts, events.ts, log.ts, nearest.ts, show.ts',
      'pool/a.ts imports expression/base/c.ts: pool/ sees only pool/, dialect/contract/, abort.ts, errors.ts, events.ts, log.ts, nearest.ts, show.ts',
    ],
  ],
  [
    'to a database from above',
    {
      'engine/a.ts': `import '../dialect/postgresql/b.ts'`,
      'dialect/registry.ts': `import('./postgresql/b.ts')`,
      'dialect/postgresql/b.ts': '',
    },
    ['engine/a.ts imports dialect/postgresql/b.ts: databases are reached through dialect/registry.ts'],
  ],
  [
    'of packages and modules that are not for the room',
    {
      'dialect/postgresql/a.ts': `import pg from 'pg'; import 'pg/lib/connection.js'; import 'node:net'`,
      'engine/b.ts': `import pg from 'pg'; import 'lodash'; import 'node:net'`,
      'expression/base/c.ts': `import { inspect } from 'node:util'`,
    },
    [
      'engine/b.ts imports pg: pg is for dialect/postgresql/ only',
      'engine/b.ts imports lodash: not a package this library uses',
      'expression/base/c.ts imports node:util: this room computes and does nothing else',
    ],
  ],
  [
    'of files that are not there',
    { 'log.ts': `import './gone.ts'` },
    ['log.ts imports gone.ts: there is no such file'],
  ],
  [
    'from a room without a floor',
    { 'shed/a.ts': '' },
    ['shed/a.ts stands on no floor: give its room one in test/architecture/floors.ts'],
  ],
]

test.each(WALLS)('refuses imports %s', (_name, texts, violations) => {
  expect(forbiddenImports(parseTree(texts))).toEqual(violations)
})

test('sees a circle of type imports, and one within a room', () => {
  const round = parseTree({
    'engine/a.ts': `import type { B } from './b.ts'`,
    'engine/b.ts': `export type { C } from './c.ts'`,
    'engine/c.ts': `export type C = import('./a.ts').A`,
    'log.ts': `import './log.ts'`,
  })
  expect(circles(round)).toEqual(['engine/a.ts > engine/b.ts > engine/c.ts > engine/a.ts', 'log.ts > log.ts'])
})

test('follows what an entry loads', () => {
  const loads = parseTree({
    'index.ts': `export { a } from './engine/a.ts'`,
    'engine/a.ts': `import('../orm/b.ts')`,
    'orm/b.ts': '',
    'orm/c.ts': '',
  })
  expect([...reachable(loads, 'index.ts')]).toEqual(['index.ts', 'engine/a.ts', 'orm/b.ts'])
})
