// Kysely on pg.

import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { type Contender, POOL_SIZE } from '../contract.ts'
import { reads } from './reads.ts'
import { report } from './report.ts'
import type { Database } from './schema.ts'
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
  name: 'kysely',
  async setup(url) {
    const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE, types })
    const database = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) })
    return {
      cells: {
        ...reads(database),
        ...writes(database),
        build: (inputs) => ({ run: () => inputs.map((input) => report(database, input)) }),
      },
      teardown: () => database.destroy(),
    }
  },
}
