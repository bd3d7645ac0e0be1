// Runs a million statements of all kinds and fails where the heap has grown by more than 5%.
//
//     DATABASE_URL=postgresql://... TSX_TSCONFIG_PATH=test/tsconfig.json node --expose-gc --import tsx scripts/memory.ts [statements]

import { runWorkload } from '../test/memory/workload.ts'

const MOST_GROWTH = 1.05

const collectGarbage = (globalThis as { gc?: () => void }).gc
const { DATABASE_URL: url } = process.env
if (collectGarbage === undefined || !url) {
  console.error('usage: DATABASE_URL=postgresql://... node --expose-gc --import tsx scripts/memory.ts [statements]')
  process.exit(2)
}
const statements = Number(process.argv[2] ?? 1_000_000)
const started = performance.now()
const samples = await runWorkload({
  url,
  statements,
  warmUp: Math.min(100_000, Math.round(statements / 5)),
  samples: 10,
  collectGarbage,
  sampled({ statements, heapBytes }) {
    const seconds = ((performance.now() - started) / 1000).toFixed(0)
    console.log(`${String(statements).padStart(9)} statements  ${(heapBytes / 2 ** 20).toFixed(2)} MiB  ${seconds} s`)
  },
})
/** Three samples, as one is off by as much as is allowed, for what is open and cached at its moment. */
const median = (few: typeof samples): number =>
  few.map(({ heapBytes }) => heapBytes).sort((one, other) => one - other)[few.length >> 1] ?? 0
const growth = median(samples.slice(-3)) / median(samples.slice(0, 3))
console.log(`growth: ${((growth - 1) * 100).toFixed(1)}%`)
process.exitCode = growth <= MOST_GROWTH ? 0 : 1
