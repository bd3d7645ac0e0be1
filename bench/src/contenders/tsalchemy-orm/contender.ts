// tsalchemy's ORM: entities and sessions, a session for each piece of work.

import { createEngine } from 'tsalchemy'
import { sessionmaker } from 'tsalchemy/orm'
import { type Contender, POOL_SIZE } from '../contract.ts'
import { reads } from './reads.ts'
import { writes } from './writes.ts'

export const contender: Contender = {
  name: 'tsalchemy-orm',
  async setup(url) {
    const engine = createEngine(url, { poolSize: POOL_SIZE, maxOverflow: 0 })
    const makeSession = sessionmaker({ bind: engine })
    return { cells: { ...reads(makeSession), ...writes(makeSession) }, teardown: () => engine.dispose() }
  },
}
