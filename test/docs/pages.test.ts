// Every code block of README.md and docs/ compiles, runs on an embedded database, and does what the page says it does.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { readPage } from './page.ts'
import { differences, record } from './recorder.ts'

/** Blocks that are only compiled prove little; raise this with a reason in the commit. */
const MOST_NOT_RUN = 1

const root = fileURLToPath(new URL('../..', import.meta.url))
const recorder = join(root, 'test/docs/recorder.ts')
mkdirSync(join(root, '.cache'), { recursive: true })
const folder = mkdtempSync(join(root, '.cache/docs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const documents = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.md'))
  .map((path) => join('docs', path))
const pages = [...['README.md', 'CONTRIBUTING.md'].filter((path) => existsSync(join(root, path))), ...documents].map(
  (path) => ({
    path,
    markdown: readFileSync(join(root, path), 'utf8'),
    ...readPage(readFileSync(join(root, path), 'utf8'), relative(join(folder, path), recorder).replaceAll('\\', '/')),
  }),
)
const programs = pages.flatMap(({ path, programs }) => {
  return programs.map((program) => ({ ...program, path, file: join(folder, path, `${program.name}.ts`) }))
})
for (const { file, code } of programs) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, code)
}

test('all blocks compile', () => {
  const options = { noUnusedLocals: false, noUnusedParameters: false }
  const config = { extends: '../../test/tsconfig.json', compilerOptions: options, include: ['**/*.ts'], exclude: [] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout, stderr } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    cwd: folder,
    encoding: 'utf8',
  })
  expect(stdout.replaceAll(/\/(?:page|line-\d+)\.ts\(/g, '(') + stderr).toBe('')
})

test('few blocks are compiled only', () => {
  expect(pages.reduce((sum, { notRun }) => sum + notRun, 0)).toBeLessThanOrEqual(MOST_NOT_RUN)
})

describe.each(programs.filter(({ runs }) => runs))('$path, $name', ({ file, path, expectations }) => {
  test('runs, and sends and prints what the page says', async () => {
    const records = await record(() => import(pathToFileURL(file).href))
    expect(differences(expectations, records).map((difference) => `${path}:${difference}`)).toEqual([])
    // A page that is given up goes on, and prints into the next one's records.
  }, 120_000)
})

const LINK = /\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g

test.each(pages)('the links of $path lead somewhere', ({ path, markdown }) => {
  const broken = [...markdown.matchAll(LINK)].filter(([, target = '', anchor]) => {
    const file = target === '' ? join(root, path) : join(root, dirname(path), target)
    return !existsSync(file) || (anchor !== undefined && !anchors(readFileSync(file, 'utf8')).has(anchor))
  })
  expect(broken.map(([link]) => link)).toEqual([])
})

/** The anchors GitHub gives to headings. */
function anchors(markdown: string): Set<string> {
  const headings = markdown.match(/^#+ .*$/gm) ?? []
  return new Set(
    headings.map((heading) =>
      heading
        .replace(/^#+ /, '')
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .trim()
        .replaceAll(' ', '-'),
    ),
  )
}
