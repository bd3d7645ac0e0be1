// Drizzle on pg, queries built at every call, as they mostly are.

import { type Contender, POOL_SIZE } from '../contract.ts'
import { connect } from './connect.ts'
import { reads } from './reads.ts'
import { report } from './report.ts'
import { writes } from './writes.ts'

export const contender: Contender = {
  name: 'drizzle',
  async setup(url) {
    const { database, pool } = connect(url, POOL_SIZE)
    return {
      cells: {
        ...reads(database, pool),
        ...writes(database),
        build: (inputs) => ({ run: () => inputs.map((input) => report(database, input)) }),
      },
      teardown: () => pool.end(),
    }
  },
}
