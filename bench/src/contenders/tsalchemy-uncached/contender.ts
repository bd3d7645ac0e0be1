// tsalchemy without its cache of compiled statements: each is compiled anew.

import { createEngine } from 'tsalchemy'
import { type Contender, POOL_SIZE } from '../contract.ts'
import { compileReport } from '../tsalchemy/report.ts'

export const contender: Contender = {
  name: 'tsalchemy-uncached',
  async setup(url) {
    const engine = createEngine(url, { poolSize: POOL_SIZE, maxOverflow: 0, compiledCacheSize: 0 })
    await engine.ready()
    return {
      cells: { build: (inputs) => ({ run: () => inputs.map((input) => compileReport(engine, input)) }) },
      teardown: () => engine.dispose(),
    }
  },
}
