// The floor with a reader of timestamps of its own: V8 reads the server's ISO form itself, pg's reader takes several regular expressions.

import type { Contender } from '../contract.ts'
import { connectFloor } from '../floor/contender.ts'
import { typesWith } from '../floor/types.ts'

const TIMESTAMPTZ = 1184

const types = typesWith(new Map([[TIMESTAMPTZ, (text) => new Date(text)]]))

export const contender: Contender = {
  name: 'pg-tuned',
  async setup(url) {
    const { cells, teardown } = connectFloor(url, types)
    // The floor builds nothing.
    const { build: _, ...timed } = cells
    return { cells: timed, teardown }
  },
}
