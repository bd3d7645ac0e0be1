// What 50 tables and 100 queries cost the compiler: instantiations and check time, library by library.
// npm run typecheck-bench -- [--rounds n]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { programs } from './sources.ts'

const bench = fileURLToPath(new URL('../..', import.meta.url))
const given = process.argv.indexOf('--rounds')
const rounds = given < 0 ? 5 : Number(process.argv[given + 1])
if (process.argv.includes('--help') || !Number.isInteger(rounds) || rounds < 1) {
  console.log(
    'npm run typecheck-bench -- [--rounds n]\n\nType-checks 50 tables and 100 queries written for each library; n times each, medians. Default 5.',
  )
  process.exit(process.argv.includes('--help') ? 0 : 2)
}

interface Cost {
  readonly instantiations: number
  readonly checkMs: number
}

const folder = mkdtempSync(join(bench, '.typecheck-'))
try {
  const rows = programs.map(({ library, full, empty }) => {
    const [whole, alone] = [cost(library, 'full', full), cost(library, 'empty', empty)]
    return {
      library,
      'instantiations, whole': whole.instantiations,
      'of which imports': alone.instantiations,
      'schema and queries': whole.instantiations - alone.instantiations,
      'check ms, whole': Math.round(whole.checkMs),
      'of which imports ms': Math.round(alone.checkMs),
    }
  })
  console.log(`50 tables of 10 columns, 100 queries; tsc --singleThreaded, medians of ${rounds}`)
  console.table(rows)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** @throws Error the program does not compile: then the numbers would mean nothing. */
function cost(library: string, name: string, text: string): Cost {
  const file = `${library}-${name}.ts`
  writeFileSync(join(folder, file), text)
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../tsconfig.json',
      compilerOptions: { noEmit: true, skipLibCheck: true, rootDir: '..', noUnusedLocals: false },
      include: [file],
    }),
  )
  const all = Array.from({ length: rounds }, () => {
    const tsc = join(bench, 'node_modules/typescript/bin/tsc')
    const { stdout, status } = spawnSync(
      process.execPath,
      [tsc, '-p', folder, '--extendedDiagnostics', '--singleThreaded', '--pretty', 'false'],
      { encoding: 'utf8' },
    )
    if (status !== 0) throw new Error(`${library} does not compile:\n${stdout.slice(0, 3000)}`)
    const number = (label: RegExp): number => Number(label.exec(stdout)?.[1])
    return { instantiations: number(/^Instantiations:\s+(\d+)/m), checkMs: 1000 * number(/^Check time:\s+([\d.]+)s/m) }
  })
  return { instantiations: all[0]?.instantiations ?? 0, checkMs: median(all.map(({ checkMs }) => checkMs)) }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, two) => one - two)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
