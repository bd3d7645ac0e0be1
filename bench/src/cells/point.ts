// Select one row of ten columns by its key: one after the other on one connection, and 64 in flight on a pool of ten.

import { ITEMS } from '../dataset.ts'
import type { Item } from '../models.ts'
import type { Random } from '../random.ts'
import { type Cell, line } from './contract.ts'

/** How many selects are in flight in the concurrent cell. */
export const WIDTH = 64

const shared = {
  operation: 'select',
  floorIsTimed: true,
  input: (random: Random, operations: number) => random.distinct(operations, ITEMS),
  lines: itemLines,
  reset: [],
  outputIsStatement: false,
} as const

export const point: Cell<'point'> = {
  ...shared,
  name: 'point',
  title: 'select one row of ten columns by its key, one after the other on one connection',
  sizes: { direct: { operations: 1000, repeats: 1 }, delayed: { operations: 100, repeats: 1 } },
}

export const point64: Cell<'point-64'> = {
  ...shared,
  name: 'point-64',
  title: `the same select, ${WIDTH} in flight on a pool of ten connections`,
  sizes: {
    direct: { operations: 4000, repeats: 1 },
    delayed: { operations: 2000, repeats: 1 },
  },
}

export function itemLines(items: readonly Item[]): string[] {
  return items.map((item) =>
    line(
      item.id,
      item.code,
      item.title,
      item.category,
      item.active,
      item.score,
      item.price,
      item.createdAt,
      item.bornOn,
      item.attributes,
    ),
  )
}

/** Runs `task` over the keys with `WIDTH` in flight; results keep the order of the keys. */
export async function concurrently<T>(keys: readonly number[], task: (key: number) => Promise<T>): Promise<T[]> {
  const results = new Array<T>(keys.length)
  let next = 0
  const lane = async () => {
    while (next < keys.length) {
      const index = next++
      results[index] = await task(keys[index] as number)
    }
  }
  await Promise.all(Array.from({ length: WIDTH }, lane))
  return results
}
