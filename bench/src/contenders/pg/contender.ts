// Plain pg, as it is mostly written: unnamed statements, object rows, VALUES batches, an UPDATE a row.

import pg from 'pg'
import { type Contender, POOL_SIZE } from '../contract.ts'
import { reads } from './reads.ts'
import { writes } from './writes.ts'

const INT8 = 20
const DATE = 1082

const types: pg.CustomTypesConfig = {
  getTypeParser(oid, format) {
    if (oid === INT8) return BigInt
    if (oid === DATE) return (text: string) => text
    return pg.types.getTypeParser(oid, format)
  },
}

export const contender: Contender = {
  name: 'pg',
  async setup(url) {
    const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE, types })
    return { cells: { ...reads(pool), ...writes(pool) }, teardown: () => pool.end() }
  },
}
