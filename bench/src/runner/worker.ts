// The process of one contender: each has its own, so that heaps, optimised code and CPU time do not mix.

import type { Cell, CellName, Input, Link, Size } from '../cells/contract.ts'
import { cells } from '../cells/index.ts'
import type { Running, Task } from '../contenders/contract.ts'
import { registry } from '../contenders/registry.ts'
import { Random } from '../random.ts'
import type { Evidence, Measurement, Reply, Request } from './messages.ts'

let running: Running | null = null

async function answer(request: Request): Promise<Reply> {
  switch (request.kind) {
    case 'setup': {
      const entry = registry.get(request.contender)
      if (entry === undefined) throw new Error(`no contender ${request.contender}`)
      const { contender } = await entry.load()
      running = await contender.setup(request.url)
      return { kind: 'ready', cells: Object.keys(running.cells) as CellName[] }
    }
    case 'run':
      return { kind: 'measured', ...(await run(request.cell, request.link, request.seed, request.verify)) }
    case 'teardown':
      await running?.teardown()
      running = null
      return { kind: 'finished', peakBytes: process.resourceUsage().maxRSS * 1024 }
  }
}

async function run<N extends CellName>(
  name: N,
  link: Link,
  seed: number,
  verify: boolean,
): Promise<{ measurement: Measurement; evidence: Evidence | null }> {
  const cell = cells[name]
  const size: Size | undefined = cell.sizes[link]
  const task = running?.cells[name] as Task<N> | undefined
  if (size === undefined || task === undefined) throw new Error(`${name} does not run ${link} here`)
  const random = new Random(seed)
  const repeats = verify ? 1 : size.repeats
  let seconds = 0
  let cpuSeconds = 0
  let evidence: Evidence | null = null
  for (let repeat = 0; repeat < repeats; repeat++) {
    const once = await runOnce(cell, task, cell.input(random, size.operations), verify)
    seconds += once.seconds
    cpuSeconds += once.cpuSeconds
    evidence = once.evidence
  }
  const operations = repeats * size.operations
  const measurement = {
    operations,
    secondsPerOperation: seconds / operations,
    cpuSecondsPerOperation: cpuSeconds / operations,
  }
  return { measurement, evidence }
}

/**
 * A function of its own, so that nobody holds what came out once it returns: a variable of the loop would keep the rows of one run
 * alive during the next, where garbage collection would copy them.
 */
async function runOnce<N extends CellName>(
  cell: Cell<N>,
  task: Task<N>,
  input: Input<N>,
  verify: boolean,
): Promise<{ seconds: number; cpuSeconds: number; evidence: Evidence | null }> {
  const prepared = await task(input)
  try {
    // The young generation only. A full collection would also throw away the hidden classes of which no object is left, and the
    // code that was optimised for them: every run would begin with cold code, which no working program has.
    globalThis.gc?.({ type: 'minor' })
    const cpuBefore = process.cpuUsage()
    const before = performance.now()
    const output = await prepared.run()
    const seconds = (performance.now() - before) / 1e3
    const cpu = process.cpuUsage(cpuBefore)
    const evidence = verify ? { lines: cell.lines(output), keys: cell.keys?.of(output) ?? null } : null
    return { seconds, cpuSeconds: (cpu.user + cpu.system) / 1e6, evidence }
  } finally {
    await prepared.finish?.()
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${describe(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}

process.on('message', (request: Request) => {
  answer(request)
    .catch((error: unknown): Reply => ({ kind: 'failed', message: describe(error) }))
    .then((reply) => process.send?.(reply, undefined, undefined, () => undefined))
})
process.on('disconnect', () => process.exit())
