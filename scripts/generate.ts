// Writes what is derived from the sources: the public surface file, and `sideEffects` of package.json. `--check` only compares.

import { readFileSync, writeFileSync } from 'node:fs'
import { renderPublicApi } from '../test/architecture/public-api.ts'
import { filesWithEffects } from '../test/architecture/rules.ts'
import { readSourceTree } from '../test/architecture/source-tree.ts'

const tree = readSourceTree()
const manifest = read('package.json')
const generated: Record<string, string> = {
  'test/architecture/public-api.txt': renderPublicApi(tree),
  'package.json': `${JSON.stringify({ ...JSON.parse(manifest), sideEffects: sideEffects() }, null, 2)}\n`,
}

let stale = 0
for (const [path, content] of Object.entries(generated)) {
  if (read(path) === content) continue
  stale += 1
  if (process.argv.includes('--check')) console.error(`${path} is stale: run npm run generate`)
  else writeFileSync(new URL(`../${path}`, import.meta.url), content)
}
if (process.argv.includes('--check') && stale > 0) process.exitCode = 1

function sideEffects(): string[] {
  return filesWithEffects(tree).map((path) => `./dist/${path.replace(/\.ts$/, '.js')}`)
}

function read(path: string): string {
  try {
    return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
  } catch {
    return ''
  }
}
