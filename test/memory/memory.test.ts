// The heap stays flat: 24,000 statements here, a million by `node --expose-gc --import tsx scripts/memory.ts`.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { postgresUrl } from '../support/server.ts'
import { runWorkload } from './workload.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

it('statements of all kinds leave nothing on the heap', async () => {
  const samples = await runWorkload({
    url: postgresUrl(),
    statements: 24_000,
    warmUp: 8_000,
    samples: 3,
    collectGarbage,
  })
  const [first, last] = [samples[0], samples.at(-1)]
  // A leak of 200 bytes a statement would be 3.2 MB.
  expect((last?.heapBytes ?? 0) - (first?.heapBytes ?? 0)).toBeLessThan(2_500_000)
}, 120_000)
