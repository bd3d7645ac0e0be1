// tsalchemy's SQL expressions on its Engine.

import { createEngine } from 'tsalchemy'
import { type Contender, POOL_SIZE } from '../contract.ts'
import { reads } from './reads.ts'
import { compileReport } from './report.ts'
import { writes } from './writes.ts'

export const contender: Contender = {
  name: 'tsalchemy',
  async setup(url) {
    const engine = createEngine(url, { poolSize: POOL_SIZE, maxOverflow: 0, pipelining: true })
    await engine.ready()
    return {
      cells: {
        ...reads(engine),
        ...writes(engine),
        build: (inputs) => ({ run: () => inputs.map((input) => compileReport(engine, input)) }),
      },
      teardown: () => engine.dispose(),
    }
  },
}
