// Pages become programs line by line; what cannot be checked is refused.

import { expect, test } from 'vitest'
import { readPage } from './page.ts'

const read = (...lines: string[]) => readPage(lines.join('\n'), './recorder.ts')

test('the blocks of a page are one program on the lines of the page, and import each name once', () => {
  const { programs } = read(
    '# Title',
    '```ts',
    'import { select,',
    "  type Table } from 'tsalchemy'",
    'const a = 1',
    '```',
    'prose',
    '  ```ts',
    "  import { select, insert } from 'tsalchemy'",
    '  console.log(a)',
    '  ```',
  )
  expect(programs).toHaveLength(1)
  expect(programs[0]?.code.split('\n')).toEqual([
    "import { block as $block } from './recorder.ts'",
    '$block(0)',
    "import { select } from 'tsalchemy'; import { type Table } from 'tsalchemy'",
    '',
    'const a = 1',
    '$block(null)',
    '',
    '$block(1)',
    "import { insert } from 'tsalchemy'",
    'console.log(a)',
    '$block(null)',
    '',
  ])
})

test('a standalone block is a program of its own', () => {
  const { programs } = read('# Title', '```ts', 'const a = 1', '```', '```ts standalone', 'const a = 2', '```')
  expect(programs.map(({ name }) => name)).toEqual(['page', 'line-5'])
  expect(programs[0]?.code).not.toContain('const a = 2')
  expect(programs[1]?.code.split('\n')[5]).toBe('const a = 2')
})

test('a block that is not run becomes a function, and is counted', () => {
  const page = read(
    '# Title',
    '```ts no-run',
    "import { createEngine } from 'tsalchemy'",
    'await createEngine(1)',
    '```',
  )
  expect(page.notRun).toBe(1)
  expect(page.programs[0]?.runs).toBe(false)
  expect(page.programs[0]?.code.split('\n')).toEqual([
    "import { block as $block } from './recorder.ts'; import { createEngine } from './recorder.ts'",
    'export async function $dormant0() {',
    '',
    'await createEngine(1)',
    '}',
    '',
  ])
})

test('sql and output blocks belong to the code before them', () => {
  const { programs } = read(
    '# Title',
    '```ts',
    'f()',
    '```',
    '```sql',
    'SELECT 1',
    '```',
    '```text',
    'one',
    '',
    'two',
    '```',
  )
  expect(programs[0]?.expectations).toEqual(
    new Map([
      [
        0,
        [
          { kind: 'sql', line: 5, text: 'SELECT 1' },
          { kind: 'output', line: 8, text: 'one\n\ntwo' },
        ],
      ],
    ]),
  )
})

test.each([
  ['line 2: the sql block follows no code that runs', ['# Title', '```sql', 'SELECT 1', '```']],
  ['line 4: the text block follows no code that runs', ['# Title', '```ts no-run', '```', '```text', '1', '```']],
  ["line 2: 'norun' is no mark of a block", ['# Title', '```ts norun', '```']],
  ["line 2: nothing checks a block of 'typescript'", ['# Title', '```typescript', 'f()', '```']],
  ['line 2: the block is never closed', ['# Title', '```ts', 'f()']],
  ['line 1: a page begins with its title', ['```ts', 'f()', '```']],
])('refuses: %s', (message, lines) => {
  expect(() => read(...lines)).toThrow(message)
})

test('refuses code that cannot be parsed, at its line', () => {
  expect(() => read('# Title', '', '```ts', 'const = 1', '```')).toThrow(/^line 4: /)
})

test('a using of the whole page and decorated classes are refused: the transform would forget the decorators', () => {
  const page = (using: string, ...classes: string[]) =>
    read('# Title', '```ts', using, '```', '', '```ts', ...classes, '```')
  const decorated = ["@Entity('a')", 'class A {}']
  for (const classes of [decorated, ['class A { @Column(5) id!: number }'], ["@Entity('a')", 'export class A {}']])
    for (const using of ['await using engine = f()', 'using engine = f()'])
      expect(() => page(using, ...classes)).toThrow(
        "line 3: a 'using' of the whole page, and classes with decorators: Vite's transform forgets the decorators; put what uses it into a block",
      )
  expect(() => page('{ using engine = f() }', ...decorated)).not.toThrow()
  expect(() => page('await using engine = f()', 'class A {}')).not.toThrow()
})
