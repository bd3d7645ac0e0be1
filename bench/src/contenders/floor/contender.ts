// The floor: raw pg at its best. Named statements, array rows, hand-written constructors, set-based SQL for batches.

import pg from 'pg'
import { type Contender, POOL_SIZE } from '../contract.ts'
import { reads } from './reads.ts'
import { types } from './types.ts'
import { writes } from './writes.ts'

export const contender: Contender = {
  name: 'floor',
  async setup(url) {
    const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE, types })
    return { cells: { ...reads(pool), ...writes(pool) }, teardown: () => pool.end() }
  },
}
