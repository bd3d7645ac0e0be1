// Loading entities with MikroORM.

import type { MikroORM } from '@mikro-orm/postgresql'
import { concurrently } from '../../cells/point.ts'
import type { TaskTable } from '../contract.ts'
import { Author, Item } from './entities.ts'

export function reads(orm: MikroORM): TaskTable {
  return {
    point(ids) {
      const manager = orm.em.fork()
      const run = async () => {
        const found: Item[] = []
        for (const id of ids) found.push(await manager.findOneOrFail(Item, id))
        return found
      }
      return { run }
    },
    'point-64': (ids) => ({ run: () => concurrently(ids, (id) => orm.em.fork().findOneOrFail(Item, id)) }),
    load: () => ({ run: () => orm.em.fork().find(Item, {}, { orderBy: { id: 'asc' } }) }),
    // 'select-in' is the faster of its strategies on this shape.
    tree: (cohort) => ({
      run: () =>
        orm.em.fork().find(Author, { cohort }, { populate: ['books'], strategy: 'select-in', orderBy: { id: 'asc' } }),
    }),
  }
}
