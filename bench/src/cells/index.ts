// All cells, in the order of the tables.

import { build } from './build.ts'
import type { Cell, CellName } from './contract.ts'
import { insert } from './insert.ts'
import { load } from './load.ts'
import { point, point64 } from './point.ts'
import { transaction } from './transaction.ts'
import { tree } from './tree.ts'
import { update } from './update.ts'

export const cells: { readonly [N in CellName]: Cell<N> } = {
  point,
  'point-64': point64,
  load,
  tree,
  insert,
  update,
  transaction,
  build,
}

export const cellNames: readonly CellName[] = Object.keys(cells) as CellName[]
