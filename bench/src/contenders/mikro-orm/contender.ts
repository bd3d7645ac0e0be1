// MikroORM 7 on pg: its unit of work, a fork of the entity manager for each piece of work.

import { MikroORM } from '@mikro-orm/postgresql'
import { type Contender, POOL_SIZE } from '../contract.ts'
import { schemas } from './entities.ts'
import { reads } from './reads.ts'
import { writes } from './writes.ts'

export const contender: Contender = {
  name: 'mikro-orm',
  async setup(url) {
    const orm = await MikroORM.init({
      clientUrl: url,
      entities: schemas,
      pool: { min: 0, max: POOL_SIZE },
      debug: false,
      discovery: { warnWhenNoEntities: false },
    })
    return { cells: { ...reads(orm), ...writes(orm) }, teardown: () => orm.close() }
  },
}
