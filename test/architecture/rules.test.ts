// The sources keep the house rules; a made-up tree shows that each rule can fail.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  ANY_COUNT,
  badNames,
  countAny,
  declaredSockets,
  dialectNames,
  filesWithEffects,
  forbiddenConstructs,
  LINE_BUDGET,
  LONG_FILES,
  longFiles,
  SOCKETS,
  withoutFirstLine,
} from './rules.ts'
import { parseTree, readSourceTree } from './source-tree.ts'

const tree = readSourceTree()
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

test('nothing forbidden is written', () => {
  expect(forbiddenConstructs(tree)).toEqual([])
})

test('no room above the dialects decides by the name of a database', () => {
  expect(dialectNames(tree)).toEqual([])
})

test('`any` only becomes rarer', () => {
  const count = countAny(tree)
  expect(count, `write ${count} as ANY_COUNT in rules.ts`).toBe(Math.min(count, ANY_COUNT))
  expect(ANY_COUNT, `write ${count} as ANY_COUNT in rules.ts, so that it stays there`).toBe(count)
})

test('each file says first what lives there', () => {
  expect(withoutFirstLine(tree)).toEqual([])
})

test('files stay short, or say why not', () => {
  expect(longFiles(tree)).toEqual([])
  for (const reason of Object.values(LONG_FILES)) expect(reason).toMatch(/\w{3,}( \S+){3,}/)
})

test('files are named in kebab-case by what they hold', () => {
  expect(badNames(tree)).toEqual([])
})

test('the sockets are those that were agreed on', () => {
  expect(declaredSockets(tree)).toEqual(SOCKETS)
})

test('package.json tells bundlers which files do something when loaded', () => {
  expect(manifest.sideEffects).toEqual(filesWithEffects(tree).map((path) => `./dist/${path.replace(/\.ts$/, '.js')}`))
})

test.each([
  ['as any', 'const a = b as any'],
  ['decorator', '@sealed class A {}'],
  ['default export', 'export default 1'],
  ['enum', 'enum A { B }'],
  ['eval', "eval('1')"],
  ['namespace', 'namespace A {}'],
  ['new Function', "new Function('return 1')"],
  ['new builtin error', "throw new TypeError('x')"],
  ['new builtin error', "throw Error('x')"],
  ['non-null', 'a!.b'],
  ['star export', "export * from './b.ts'"],
])('refuses %s', (kind, code) => {
  const refused = forbiddenConstructs(parseTree({ 'a.ts': `// A file.\n${code}\n` }))
  expect(refused).toHaveLength(1)
  expect(refused[0]).toMatch(new RegExp(`^a\\.ts:2 ${kind}: `))
})

test('augmenting global types and deriving errors are allowed', () => {
  const allowed =
    'declare global { interface SymbolConstructor { readonly x: symbol } }\nexport class E extends Error {}'
  expect(forbiddenConstructs(parseTree({ 'a.ts': allowed }))).toEqual([])
})

test('refuses names of databases in strings, but not in imports, texts and dialects', () => {
  const code = `import 'pg'; if (dialect.name === 'postgresql') f('sqlite://', 'use postgresql://host/name', \`mysql\`)`
  expect(dialectNames(parseTree({ 'engine/a.ts': code, 'dialect/b.ts': code }))).toEqual([
    "engine/a.ts:1 dialect name: 'postgresql'",
    "engine/a.ts:1 dialect name: 'sqlite://'",
    'engine/a.ts:1 dialect name: `mysql`',
  ])
})

test('counts `any` in every place of a type', () => {
  expect(countAny(parseTree({ 'a.ts': 'let a: any; let b: any[] = c as any; type D = Record<string, any>' }))).toBe(4)
})

test('sees a missing, empty or block comment at the top', () => {
  const texts = {
    'good.ts': '// What lives in this file.\n',
    'none.ts': 'export {}\n',
    'short.ts': '// code\n',
    'block.ts': '/* What lives in this file. */\n',
  }
  expect(withoutFirstLine(parseTree(texts))).toEqual(['block.ts', 'none.ts', 'short.ts'])
})

test('sees long files and exceptions without need', () => {
  const texts = { 'long.ts': ';\n'.repeat(LINE_BUDGET + 1), 'full.ts': ';\n'.repeat(LINE_BUDGET) }
  expect(longFiles(parseTree(texts), {})).toEqual(['long.ts has 401 lines; split it or say in LONG_FILES why not'])
  expect(longFiles(parseTree(texts), { 'long.ts': 'a table', 'full.ts': 'was long', 'gone.ts': 'was there' })).toEqual([
    'full.ts needs no exception any more',
    'gone.ts needs no exception any more',
  ])
})

test('refuses names that are not kebab-case or say nothing', () => {
  const names = ['a/bindValue.ts', 'a/Bind.ts', 'a/string-utils.ts', 'helper/a.ts', 'class_x.ts']
  const good = ['a/cache-key.ts', 'a/utility-type.ts', 'v2/a.ts']
  expect(badNames(parseTree(Object.fromEntries([...names, ...good].map((name) => [name, '']))))).toEqual(
    [...names].sort(),
  )
})

test('finds sockets and effects', () => {
  const texts = {
    'expression/a.ts': `export const operate: Socket<F> = new Socket('operate')\nexport const b = new Socket<F>('b')`,
    'expression/plugs.ts': `import { operate } from './a.ts'\noperate.plug(f)`,
    'expression/loads.ts': `'use strict'\nimport './plugs.ts'`,
    'expression/quiet.ts': `import { operate } from './a.ts'\nexport class A { static { define(this) } }\nexport const b = f()`,
  }
  expect(declaredSockets(parseTree(texts))).toEqual({ operate: 'expression/a.ts', b: 'expression/a.ts' })
  expect(filesWithEffects(parseTree(texts))).toEqual(['expression/loads.ts', 'expression/plugs.ts'])
})
