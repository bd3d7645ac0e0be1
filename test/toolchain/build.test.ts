// The package as it is published: what the compiler emits loads, entry point by entry point. The other tests run the sources.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
mkdirSync(join(root, '.cache'), { recursive: true })
const folder = mkdtempSync(join(root, '.cache/build-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, { readonly default?: string } | string>>
}
const entries = Object.values(exports).flatMap((entry) => (typeof entry === 'object' && entry.default) || [])

test('every entry point of the built package loads by itself', () => {
  symlinkSync(join(root, 'package.json'), join(folder, 'package.json'))
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const built = spawnSync(
    process.execPath,
    [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', join(folder, 'dist'), '--pretty', 'false'],
    { cwd: root, encoding: 'utf8' },
  )
  expect(built.stdout + built.stderr).toBe('')
  expect(entries.length).toBeGreaterThan(2)
  for (const entry of entries) {
    const url = pathToFileURL(join(folder, entry)).href
    const loaded = spawnSync(process.execPath, ['--input-type=module', '-e', `await import(${JSON.stringify(url)})`], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(loaded.stderr, entry).toBe('')
    expect(loaded.status, entry).toBe(0)
  }
  // A compiler and a process for each entry point, one after the other.
}, 120_000)
