// Examples of doc comments become programs on the lines of their source.

import { expect, test } from 'vitest'
import { parseTree, type SourceFile } from '../architecture/source-tree.ts'
import { exampleProgram, examples } from './example.ts'

function fileOf(...lines: string[]): SourceFile {
  const file = parseTree({ 'a.ts': lines.join('\n') }).get('a.ts')
  if (file === undefined) throw new Error('no file')
  return file
}

test('examples are found with their lines, without fences and other tags', () => {
  const file = fileOf(
    '/** No example. */',
    'export const a = 1',
    '/**',
    ' * Text.',
    ' * @example',
    ' * ```ts',
    ' * f()',
    ' * ```',
    ' *',
    ' * @example',
    ' * if (a) {',
    ' *   g()',
    ' * }',
    ' * @throws never',
    ' */',
    'export const b = 1',
  )
  expect(examples(file)).toMatchObject([
    { line: 6, lines: ['', 'f()'] },
    { line: 11, lines: ['if (a) {', '  g()', '}'] },
  ])
})

test('names come from the first module that has them, unless the example declares them', () => {
  const example = { line: 3, lines: ['const one = f(two, three)', 'one.two', 'const { four } = one', 'four()'] }
  const modules = [
    { from: './prelude.ts', names: new Set(['two', 'one']) },
    { from: 'tsalchemy', names: new Set(['f', 'two', 'four']) },
  ]
  expect(exampleProgram(example, modules, './is.ts').code.split('\n')).toEqual([
    "import { is as $is } from './is.ts'; import { two } from './prelude.ts'; import { f } from 'tsalchemy'; void $is; ",
    '',
    ...example.lines,
    '',
  ])
})

test("JavaScript's own objects stay what they are", () => {
  const example = { line: 2, lines: ['Column(JSON()); JSON.parse(a)', 'new Date(JSON.parse(b))', 'String.raw`c`'] }
  const modules = [{ from: 'tsalchemy', names: new Set(['Column', 'JSON', 'Date', 'String']) }]
  expect(exampleProgram(example, modules, './is.ts').code).toMatch(
    /^import \{ is as \$is \} from '.\/is.ts'; import \{ Column, JSON \} from 'tsalchemy'; /,
  )
})

test('a statement with a comment behind or below it is compared with it', () => {
  const lines = [
    'a.b()   // SELECT 1',
    'c(',
    '  1,',
    ')',
    '// SELECT 2',
    '// FROM d',
    '',
    '// prose',
    'e()',
    '',
    '// more prose',
  ]
  const { code } = exampleProgram({ line: 1, lines }, [], './is.ts')
  expect(code.split('\n').slice(0, 4)).toEqual([
    `import { is as $is } from './is.ts'; void $is; $is(a.b(), "SELECT 1")   // SELECT 1`,
    '$is(c(',
    '  1,',
    '), "SELECT 2", "FROM d")',
  ])
  expect(code).toContain('\ne()\n')
})

test('an example that waits is not pure', () => {
  const pure = (code: string): boolean => exampleProgram({ line: 1, lines: [code] }, [], '').pure
  expect(['f()', 'await f()', 'for await (const a of b) c()', 'await using a = b()'].map(pure)).toEqual([
    true,
    false,
    false,
    false,
  ])
})
