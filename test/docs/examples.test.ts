// Every `@example` of the public doc comments compiles, and what only computes gives what the comment beside it says.

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { documentedNames, entryPoints, publicNames } from '../architecture/public-api.ts'
import { readSourceTree } from '../architecture/source-tree.ts'
import { exampleProgram, examples } from './example.ts'
import { comparisons, tell } from './is.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
mkdirSync(join(root, '.cache'), { recursive: true })
const folder = mkdtempSync(join(root, '.cache/examples-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const tree = readSourceTree()
const support = readSourceTree(join(root, 'test/docs'))
const namesOf = (path: string): Set<string> => new Set(publicNames(support, path).map(({ name }) => name))
const PRELUDES: Readonly<Record<string, ReadonlySet<string>>> = {
  'prelude-columns.ts': namesOf('prelude-columns.ts'),
  'prelude.ts': namesOf('prelude.ts'),
}
const faces = [...entryPoints()].map(([from, entry]) => ({
  from,
  names: new Set(publicNames(tree, entry).map(({ name }) => name)),
}))

const unreadable: string[] = []
const shown = new Set(
  [...entryPoints().values()].flatMap((entry) => publicNames(tree, entry)).map(({ path, name }) => `${path} ${name}`),
)

const programs = [...tree.values()].flatMap((file) => {
  // What is no API may sketch.
  const publicExamples = examples(file).filter((example) =>
    documentedNames(file, example).some((name) => shown.has(`${file.path} ${name}`)),
  )
  return publicExamples.flatMap((example) => {
    const path = join(folder, file.path, `line-${example.line}.ts`)
    const from = (target: string): string => relative(dirname(path), join(root, target)).replaceAll('\\', '/')
    const own = { from: from(`src/${file.path}`), names: new Set(publicNames(tree, file.path).map(({ name }) => name)) }
    const database = file.path.startsWith('dialect/postgresql/')
    const modules = [
      own,
      ...Object.entries(PRELUDES)
        .filter(([path]) => path === 'prelude.ts' || file.path.startsWith('expression/'))
        .map(([path, names]) => ({ from: from(`test/docs/${path}`), names })),
      ...(database ? faces.toReversed() : faces),
    ]
    try {
      return { source: file.path, path, ...exampleProgram(example, modules, from('test/docs/is.ts')) }
    } catch (error) {
      unreadable.push(`src/${file.path}: ${error}`)
      return []
    }
  })
})
for (const { path, code } of programs) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, code)
}

test('all examples can be parsed', () => {
  expect(unreadable).toEqual([])
})

test('there are examples', () => {
  expect(programs.length).toBeGreaterThan(10)
})

test('all examples compile', () => {
  const options = {
    noUnusedLocals: false,
    noUnusedParameters: false,
    verbatimModuleSyntax: false,
    erasableSyntaxOnly: false,
  }
  const config = {
    extends: '../../test/tsconfig.json',
    compilerOptions: options,
    include: ['**/*.ts', '../../test/docs/modules.d.ts'],
    exclude: [],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect(stdout.replaceAll(/\/line-\d+\.ts\(/g, '(') + stderr).toBe('')
})

test.each(programs.filter(({ pure }) => pure))('src/$source:$line does what it says', async ({ path }) => {
  expect(await tell(() => import(pathToFileURL(path).href))).toEqual([])
})

test('most of what they compute was compared', () => {
  expect(comparisons()).toBeGreaterThan(60)
})
