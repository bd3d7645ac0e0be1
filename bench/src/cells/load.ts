// Load 10,000 rows of ten mixed columns in one query.

import type { Cell } from './contract.ts'
import { itemLines } from './point.ts'

export const load: Cell<'load'> = {
  name: 'load',
  title: 'load 10,000 rows of ten mixed columns',
  operation: 'load',
  sizes: { direct: { operations: 1, repeats: 3 }, delayed: { operations: 1, repeats: 2 } },
  floorIsTimed: true,
  input: () => undefined,
  lines: itemLines,
  reset: [],
  outputIsStatement: false,
}
