// Order by dependency: complete, right and always the same; circles are found.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CircularDependencyError } from '../../../src/errors.ts'
import {
  type Edge,
  findCycles,
  topologicalLevels,
  topologicalSort,
} from '../../../src/expression/schema/topological.ts'

/** Edges from lower to higher numbers only have no circle. */
const graphs = fc
  .integer({ min: 1, max: 30 })
  .chain((size) =>
    fc.tuple(
      fc.shuffledSubarray([...Array(size).keys()], { minLength: size }),
      fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1))),
    ),
  )

describe('topologicalSort', () => {
  test('puts each after those it depends on, levels in the order given', () => {
    expect(
      topologicalLevels(
        ['c', 'b', 'a'],
        [
          ['a', 'c'],
          ['b', 'c'],
        ],
      ),
    ).toEqual([['b', 'a'], ['c']])
    expect(topologicalSort([], [])).toEqual([])
    expect(topologicalSort(['a'], [['x', 'a']])).toEqual(['a'])
  })

  test('is a permutation that respects all edges, whatever the graph', () => {
    fc.assert(
      fc.property(graphs, ([things, pairs]) => {
        const edges: Edge<number>[] = pairs.filter(([a, b]) => a < b)
        const sorted = topologicalSort(things, edges)
        expect([...sorted].sort()).toEqual([...things].sort())
        for (const [before, after] of edges) expect(sorted.indexOf(before)).toBeLessThan(sorted.indexOf(after))
        expect(findCycles(things, edges)).toEqual([])
      }),
    )
  })

  test('raises with a real circle, whatever the graph', () => {
    fc.assert(
      fc.property(graphs, ([things, edges]) => {
        const groups = findCycles(things, edges)
        const inGroup = (one: number, other: number): boolean =>
          groups.some((group) => group.includes(one) && group.includes(other))
        for (const [before, after] of edges) if (before === after) expect(inGroup(before, after)).toBe(true)
        if (groups.length === 0) {
          topologicalSort(things, edges)
          return
        }
        const { cycle } = catchCircle(() => topologicalSort(things, edges))
        cycle.forEach((thing, index) => {
          const next = cycle[(index + 1) % cycle.length]
          expect(edges.some(([before, after]) => before === thing && after === next)).toBe(true)
        })
      }),
    )
  })

  test('says who is in the circle', () => {
    const a = { name: 'a' }
    const b = { name: 'b' }
    const error = catchCircle(() =>
      topologicalSort(
        [a, b],
        [
          [a, b],
          [b, a],
        ],
      ),
    )
    expect(error.message).toBe('These depend on each other in a circle: a -> b -> a')
    expect(error.cycle).toEqual([a, b])
  })

  test('sorts a chain of 100,000 and finds a circle in it', () => {
    const things = [...Array(100_000).keys()]
    const edges: Edge<number>[] = things.slice(1).map((thing) => [thing - 1, thing])
    expect(topologicalSort([...things].reverse(), edges)).toEqual(things)
    expect(findCycles(things, [...edges, [things.length - 1, 0]])[0]).toHaveLength(100_000)
  })
})

function catchCircle(sort: () => unknown): CircularDependencyError {
  try {
    sort()
  } catch (error) {
    if (error instanceof CircularDependencyError) return error
    throw error
  }
  throw new Error('no circle was found')
}
