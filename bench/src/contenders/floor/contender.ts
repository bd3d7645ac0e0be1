// The floor: raw pg, written well. Named statements, array rows, hand-written constructors, set-based SQL for batches.

import pg from 'pg'
import { type Contender, POOL_SIZE, type Running } from '../contract.ts'
import { reads } from './reads.ts'
import { typesWith } from './types.ts'
import { writes } from './writes.ts'

export const contender: Contender = {
  name: 'floor',
  setup: async (url) => connectFloor(url, typesWith(new Map())),
}

/** The floor's tasks, with the values read by `types`. */
export function connectFloor(url: string, types: pg.CustomTypesConfig): Running {
  const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE, types })
  return { cells: { ...reads(pool), ...writes(pool) }, teardown: () => pool.end() }
}
