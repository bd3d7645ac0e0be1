import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { PendingResult, Result, Row, RowShape } from '../../../src/engine/result/index.ts'
import {
  AmbiguousColumnError,
  InvalidRequestError,
  MultipleResultsFound,
  NoResultFound,
  NoSuchColumnError,
  ResourceClosedError,
} from '../../../src/errors.ts'
import { column } from '../../../src/index.ts'

interface User {
  id: number
  name: string
}

function users(...rows: [number, string][]): Result<User, [number, string]> {
  return new Result({ rows, shape: new RowShape(['id', 'name']), rowCount: rows.length })
}

function resultOf(keys: string[], ...rows: unknown[][]): Result<Record<string, unknown>> {
  return new Result({ rows, shape: new RowShape(keys), rowCount: rows.length })
}

const written = (): Result<never, never> => new Result({ rows: null, shape: new RowShape([]), rowCount: 3 })
const three = (): Result<User, [number, string]> => users([1, 'ed'], [2, 'wendy'], [3, 'mary'])

describe('rows', () => {
  it('have the names as own properties in order and nothing else', () => {
    const [row] = users([1, 'ed']).all() as [User]
    expect(row).toEqual({ id: 1, name: 'ed' })
    expect(Object.keys(row)).toEqual(['id', 'name'])
    expect({ ...row }).toStrictEqual({ id: 1, name: 'ed' })
    expect(JSON.stringify(row)).toBe('{"id":1,"name":"ed"}')
    expect(inspect(row)).toBe("Row { id: 1, name: 'ed' }")
    expect(row).toBeInstanceOf(Row)
  })

  it('are iterated in the order of the columns, also where names look like numbers', () => {
    const [row] = resultOf(['b', '2', 'a', '1'], [10, 20, 30, 40]).all() as unknown as [Iterable<unknown>]
    expect([...row]).toEqual([10, 20, 30, 40])
  })

  it('can be compared with the rows of another statement', () => {
    expect(users([1, 'ed']).all()).toEqual(resultOf(['id', 'name'], [1, 'ed']).all())
    expect(users([1, 'ed']).all()).not.toEqual(resultOf(['id', 'name'], [1, 'eve']).all())
  })

  it('take any name for an ordinary one', () => {
    const keys = ['__proto__', 'constructor', 'toString', 'then', 'hasOwnProperty', '', 'a"b']
    for (const form of [
      resultOf(
        keys,
        keys.map((_, i) => i),
      ),
      resultOf(
        keys,
        keys.map((_, i) => i),
      ).mappings(),
    ]) {
      const [row] = form.all() as [Record<string, unknown>]
      expect(Object.entries(row)).toEqual(keys.map((key, i) => [key, i]))
      expect(Object.getPrototypeOf(row)).not.toBe(0)
    }
    const [row] = resultOf(['__proto__', 'x'], [{ admin: true }, 1]).all() as [Record<string, unknown>]
    expect((row as { admin?: unknown }).admin).toBe(undefined)
    expect([...(row as unknown as Iterable<unknown>)]).toEqual([{ admin: true }, 1])
  })

  it('refuse a name that two columns have, and only that', () => {
    const result = (): Result => resultOf(['a', 'b', 'a'], [1, 2, 3])
    const [row] = result().all() as [{ a: unknown; b: unknown } & Iterable<unknown>]
    expect(row.b).toBe(2)
    expect(Object.keys(row)).toEqual(['b'])
    expect([...row]).toEqual([1, 2, 3])
    const ambiguous = new AmbiguousColumnError(
      "Several columns of the result are called 'a': give them labels, or read the row as a tuple",
    )
    expect(() => row.a).toThrow(ambiguous)
    expect(() => result().scalars('a')).toThrow(ambiguous)
    expect(() => result().mappings().all()).toThrow(ambiguous)
    expect(result().tuples().all()).toEqual([[1, 2, 3]])
    expect(result().scalars(2).all()).toEqual([3])
  })

  it('hold what was read, whatever the names and the width', () => {
    const width = fc.integer({ min: 0, max: 70 })
    const key = fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom('__proto__', 'constructor', '0', '7', 'valueOf'))
    fc.assert(
      fc.property(
        width.chain((n) => fc.uniqueArray(key, { minLength: n, maxLength: n })),
        fc.integer({ min: 1, max: 12 }),
        (keys, count) => {
          const rows = Array.from({ length: count }, (_, r) => keys.map((_, c) => r * 100 + c))
          const objects = resultOf(keys, ...rows.map((row) => [...row])).all()
          objects.forEach((object, r) => {
            expect([...(object as unknown as Iterable<unknown>)]).toEqual(rows[r])
            expect(Object.keys(object).toSorted()).toEqual(keys.toSorted())
            keys.forEach((name, c) => {
              expect(Object.getOwnPropertyDescriptor(object, name)).toEqual({
                value: rows[r]?.[c],
                enumerable: true,
                writable: true,
                configurable: true,
              })
            })
          })
        },
      ),
      { numRuns: 60 },
    )
  })

  it('are made fast: 10,000 rows of 10 columns within 10 ms even on a busy machine', () => {
    const keys = Array.from({ length: 10 }, (_, i) => `column_${i}`)
    const values = Array.from({ length: 10_000 }, (_, r) => keys.map((_, c) => r + c))
    const times = Array.from({ length: 15 }, () => {
      const started = performance.now()
      new RowShape(keys).rows(values)
      return performance.now() - started
    })
    expect(Math.min(...times)).toBeLessThan(10)
  })
})

describe('reading', () => {
  it('all() gives all that is left, once', () => {
    const result = three()
    expect(result.fetchOne()).toEqual({ id: 1, name: 'ed' })
    expect(result.all()).toEqual([
      { id: 2, name: 'wendy' },
      { id: 3, name: 'mary' },
    ])
    expect(result.all()).toEqual([])
    expect(result.fetchOne()).toBe(null)
    expect([...result]).toEqual([])
    expect(result.closed).toBe(false)
  })

  it('reads in portions', () => {
    expect([...three().partitions(2)].map((part) => part.map((row) => row.id))).toEqual([[1, 2], [3]])
    expect(three().fetchMany(2)).toHaveLength(2)
    expect(() => three().fetchMany(0)).toThrow(InvalidRequestError)
  })

  it('is iterated', () => {
    expect([...three()].map((row) => row.name)).toEqual(['ed', 'wendy', 'mary'])
  })

  it.each([
    ['first', { id: 1, name: 'ed' }, { id: 1, name: 'ed' }, null],
    ['one', MultipleResultsFound, { id: 1, name: 'ed' }, NoResultFound],
    ['oneOrNone', MultipleResultsFound, { id: 1, name: 'ed' }, null],
    ['scalar', 1, 1, null],
    ['scalarOne', MultipleResultsFound, 1, NoResultFound],
    ['scalarOneOrNone', MultipleResultsFound, 1, null],
  ] as const)('%s() of several rows, one row, no row', (method, ...expected) => {
    const results = [three(), users([1, 'ed']), users()]
    results.forEach((result, index) => {
      const wanted = expected[index]
      if (typeof wanted === 'function') expect(() => result[method]()).toThrow(wanted)
      else expect(result[method]()).toEqual(wanted)
      expect(result.closed).toBe(true)
      expect(() => result.all()).toThrow(new ResourceClosedError('This result object is closed.'))
    })
  })

  it('says what was found in well-known words', () => {
    expect(() => users().one()).toThrow('No row was found when one was required')
    expect(() => three().one()).toThrow('Multiple rows were found when exactly one was required')
    expect(() => three().oneOrNone()).toThrow('Multiple rows were found when one or none was required')
  })

  it('tells a NULL from a missing row', () => {
    expect(resultOf(['a'], [null]).scalarOne()).toBe(null)
    expect(() => resultOf(['a']).scalarOne()).toThrow(NoResultFound)
    expect(() => resultOf(['a'], [null], [null]).scalarOneOrNone()).toThrow(MultipleResultsFound)
  })

  it('refuses to read what returns no rows', () => {
    for (const read of [
      (r: Result) => r.all(),
      (r: Result) => r.one(),
      (r: Result) => r.first(),
      (r: Result) => r.scalars().all(),
    ])
      expect(() => read(written() as never)).toThrow(
        new ResourceClosedError('This result object does not return rows. It has been closed automatically.'),
      )
    expect(written()).toMatchObject({ returnsRows: false, closed: true, rowCount: 3 })
    expect(written().keys()).toEqual([])
    expect(three()).toMatchObject({ returnsRows: true, closed: false, rowCount: 3 })
  })

  it('can be closed', () => {
    const result = three()
    result.close()
    expect(() => result.all()).toThrow('This result object is closed.')
    expect(result.keys()).toEqual(['id', 'name'])
  })
})

describe('views', () => {
  it('share their place in the rows', () => {
    const result = three()
    expect(result.scalars().fetchOne()).toBe(1)
    expect(result.tuples().fetchOne()).toEqual([2, 'wendy'])
    expect(result.scalars('name').all()).toEqual(['mary'])
  })

  it('pick columns, also of views', () => {
    expect(three().columns('name', 'id').all()[0]).toEqual({ name: 'ed', id: 1 })
    expect(three().columns('name', 'id').keys()).toEqual(['name', 'id'])
    expect(three().columns('name', 'id').tuples().all()[0]).toEqual(['ed', 1])
    expect(three().columns('name', 'id').columns(1).scalars().all()).toEqual([1, 2, 3])
    expect(three().columns('name', 'id').scalars('name').unique().all()).toEqual(['ed', 'wendy', 'mary'])
    expect(three().mappings().all()[0]).toStrictEqual({ id: 1, name: 'ed' })
  })

  it('name the nearest column where there is none', () => {
    expect(() => three().scalars('nmae' as never)).toThrow(
      new NoSuchColumnError("The result has no column 'nmae'; did you mean 'name'?"),
    )
    expect(() => three().columns(2)).toThrow('The result has no column number 2: it has 2, counted from 0')
    expect(() => three().columns({})).toThrow('The result has no column for this expression')
  })

  it('find a column by the expression that was selected', () => {
    const [id, name] = [column('id'), column('name')]
    const selecting = { exportedColumns: [id, name] }
    const result = new Result({ rows: [[1, 'ed']], shape: new RowShape(['id', 'renamed']), selecting, rowCount: 1 })
    expect(result.scalars(name).one()).toBe('ed')
    expect(
      new Result({ rows: [[1, 'ed']], shape: new RowShape(['id', 'name']), rowCount: 1 }).scalars(name).one(),
    ).toBe('ed')
  })
})

describe('unique', () => {
  it('compares all values of a row', () => {
    const rows = (): Result => resultOf(['a', 'b'], [1, 'x'], [1, 'x'], [1, 'y'], ['1', 'x'])
    expect(rows().unique().tuples().all()).toEqual([
      [1, 'x'],
      [1, 'y'],
      ['1', 'x'],
    ])
    expect(rows().scalars().unique().all()).toEqual([1, '1'])
    expect(rows().unique().scalars().all()).toEqual([1, '1'])
    expect(
      rows()
        .unique((row) => (row as { b: string }).b)
        .tuples()
        .all(),
    ).toEqual([
      [1, 'x'],
      [1, 'y'],
    ])
  })

  it('compares data by value and objects of classes by identity', () => {
    class Entity {}
    const entity = new Entity()
    const date = (): Date => new Date(0)
    const rows = [
      [date()],
      [date()],
      [{ a: [1] }],
      [{ a: [1] }],
      ['{"a":[1]}'],
      ['date 0'],
      [entity],
      [entity],
      [new Entity()],
      [1n],
      [1n],
    ]
    expect(
      resultOf(['x'], ...rows)
        .unique()
        .scalars()
        .all(),
    ).toHaveLength(7)
    expect(
      resultOf(['x'], [{ n: 1n }], [{ n: 1n }], [{ n: '1' }])
        .unique()
        .all(),
    ).toHaveLength(2)
    expect(
      resultOf(['x'], [new Uint8Array([1])], [new Uint8Array([1])])
        .unique()
        .all(),
    ).toHaveLength(1)
  })

  it('counts for one(), and across portions', () => {
    expect(users([1, 'ed'], [1, 'ed']).unique().one()).toEqual({ id: 1, name: 'ed' })
    expect(() => users([1, 'ed'], [1, 'ed']).one()).toThrow(MultipleResultsFound)
    expect(
      [...users([1, 'a'], [1, 'a'], [2, 'b'], [1, 'a'], [3, 'c']).unique().partitions(2)].flat().map((row) => row.id),
    ).toEqual([1, 2, 3])
  })
})

describe('what an INSERT has made', () => {
  const made = (...keys: (unknown[] | null)[]): Result<never, unknown[]> =>
    new Result({
      rows: null,
      shape: new RowShape([]),
      rowCount: keys.length,
      inserted: {
        isInsert: true,
        count: keys.length,
        primaryKey: (row) => keys[row] ?? null,
        returnedDefaults: (row) => (keys[row] === null ? null : { version: row }),
      },
    })

  it('is told of one row and of many', () => {
    expect(made([7]).insertedPrimaryKey).toEqual([7])
    expect(made([7], [8]).insertedPrimaryKeyRows).toEqual([[7], [8]])
    expect(made([7]).returnedDefaults).toEqual({ version: 0 })
    expect(made([7], [8]).returnedDefaultsRows).toEqual([{ version: 0 }, { version: 1 }])
    expect(made(null).returnedDefaultsRows).toBeNull()
    expect([made([7]).isInsert, three().isInsert]).toEqual([true, false])
  })

  it('is refused of anything else', () => {
    expect(() => three().insertedPrimaryKey).toThrow(/known only of an INSERT that has made one row/)
    expect(() => made([7], [8]).insertedPrimaryKey).toThrow(/known only of an INSERT that has made one row/)
    expect(() => made([7], [8]).returnedDefaults).toThrow('returnedDefaultsRows has what each was given')
    expect(() => made(null).insertedPrimaryKey).toThrow(InvalidRequestError)
    expect(() => made([7], null).insertedPrimaryKeyRows).toThrow(/known only of an INSERT that returns them/)
    expect(() => three().insertedPrimaryKeyRows).toThrow(InvalidRequestError)
    expect([three().returnedDefaults, three().returnedDefaultsRows]).toEqual([null, null])
  })
})

describe('a loop', () => {
  it('leaves what it does not reach', () => {
    const result = three()
    for (const row of result) {
      expect(row.id).toBe(1)
      break
    }
    expect(result.scalars().all()).toEqual([2, 3])
    expect([...result]).toEqual([])
  })

  it('goes on behind what its body reads', () => {
    const result = users(...Array.from({ length: 600 }, (_, i): [number, string] => [i, 'x']))
    const seen: number[] = []
    for (const { id } of result) {
      seen.push(id)
      if (id % 2 === 0) result.fetchOne()
    }
    expect(seen).toEqual(Array.from({ length: 300 }, (_, i) => i * 2))
  })

  it('ends where its body closes the result', () => {
    const result = three()
    const seen = []
    for (const row of result) {
      seen.push(row.id)
      result.close()
    }
    expect(seen).toEqual([1])
    expect(() => [...result]).toThrow(ResourceClosedError)
  })

  it('shows each row once where that is asked', () => {
    expect([...users([1, 'a'], [1, 'a'], [2, 'b'], [1, 'a']).unique()].map((row) => row.id)).toEqual([1, 2])
    const result = users([1, 'a'], [1, 'a'], [2, 'b']).unique()
    for (const _ of result) break
    expect(result.all()).toEqual([{ id: 2, name: 'b' }])
  })
})

describe('yieldPer', () => {
  it('is how many rows partitions() gives at a time', () => {
    expect([...three().yieldPer(2).partitions()].map((part) => part.length)).toEqual([2, 1])
    expect([...three().yieldPer(2).scalars().partitions()]).toEqual([[1, 2], [3]])
    expect([...three().yieldPer(2).partitions(1)]).toHaveLength(3)
    expect([...three().partitions()].map((part) => part.length)).toEqual([3])
    expect(() => three().yieldPer(0)).toThrow(InvalidRequestError)
  })
})

describe('freeze', () => {
  it('keeps what is left, for as many readings as are wanted', () => {
    const result = three()
    result.fetchOne()
    const frozen = result.freeze()
    expect(result.all()).toEqual([])
    const [row] = frozen.result().all()
    if (row !== undefined) row.name = 'changed'
    frozen
      .result()
      .tuples()
      .all()[0]
      ?.push('changed' as never)
    expect(frozen.result().all()).toEqual([
      { id: 2, name: 'wendy' },
      { id: 3, name: 'mary' },
    ])
    expect(frozen.result().rowCount).toBe(3)
  })

  it('keeps the view', () => {
    expect(three().scalars('name').freeze().result().all()).toEqual(['ed', 'wendy', 'mary'])
    expect(three().columns('name', 'id').tuples().freeze().result().first()).toEqual(['ed', 1])
    const repeated = users([1, 'a'], [1, 'b'], [2, 'c']).unique((row) => row.id)
    expect(repeated.freeze().result().all()).toEqual([
      { id: 1, name: 'a' },
      { id: 2, name: 'c' },
    ])
  })

  it('refuses what is closed', () => {
    const result = three()
    result.first()
    expect(() => result.freeze()).toThrow(ResourceClosedError)
  })
})

describe('merge', () => {
  it('gives the rows of all, one result after the other', () => {
    const [first, second] = [users([1, 'ed']), three()]
    second.fetchOne()
    const merged = first.merge(second, users([9, 'jack']))
    expect(merged.rowCount).toBe(5)
    expect(merged.scalars().all()).toEqual([1, 2, 3, 9])
    expect([first.all(), second.all()]).toEqual([[], []])
  })

  it('shows the rows of all as the first does', () => {
    expect(
      three()
        .scalars('name')
        .merge(users([4, 'jack']).scalars('name'))
        .all(),
    ).toEqual(['ed', 'wendy', 'mary', 'jack'])
    expect(three().unique().merge(three()).all()).toHaveLength(3)
    expect(
      three()
        .unique((row) => row.name.length)
        .merge(users([4, 'x']))
        .all()
        .map((row) => row.name),
    ).toEqual(['ed', 'wendy', 'mary', 'x'])
  })

  it('tells rows apart by what unique() was given, whatever is shown of them', () => {
    const byLength = (): Result<User> => three().unique((row) => row.name.length)
    const more = (): Result<User> => users([4, 'x'], [5, 'yy'], [6, 'zzzzz'])
    expect(byLength().tuples().merge(more().tuples()).all()).toEqual([
      [1, 'ed'],
      [2, 'wendy'],
      [3, 'mary'],
      [4, 'x'],
    ])
    expect(byLength().scalars('id').merge(more().scalars('id')).all()).toEqual([1, 2, 3, 4])
    expect(byLength().columns('id').merge(more().columns('id')).scalars().all()).toEqual([1, 2, 3, 4])
    expect(() =>
      byLength()
        .scalars('id')
        .merge(resultOf(['id'], [7]).scalars('id') as never),
    ).toThrow(
      new InvalidRequestError('unique() tells rows apart by columns that are not shown, and a result lacks them'),
    )
  })

  it('refuses other columns, closed results, and what is none', () => {
    expect(() => three().merge([1] as never)).toThrow('merge() takes results of executions')
    expect(() => three().merge(resultOf(['id', 'nick']) as never)).toThrow(
      'Only results with the same columns can be merged: id, name and id, nick',
    )
    const closed = three()
    closed.close()
    expect(() => three().merge(closed)).toThrow(ResourceClosedError)
  })
})

describe('using', () => {
  it('closes at the end of the block', () => {
    let kept: Result<User> | null = null
    {
      using result = three()
      kept = result
    }
    expect(kept.closed).toBe(true)
  })
})

describe('types of columns', () => {
  it('follow names, positions and expressions', () => {
    const id = { key: 'id' as const, '~value': 0 as number }
    expectTypeOf(three().columns('name', 'id')).toEqualTypeOf<Result<{ name: string; id: number }, [string, number]>>
    expectTypeOf(users([1, 'ed']).columns('name').tuples().one()).toEqualTypeOf<[string]>()
    expectTypeOf(users([1, 'ed']).columns(id, 1).tuples().one()).toEqualTypeOf<[number, string]>()
    expectTypeOf(users([1, 'ed']).columns(id).one().id).toEqualTypeOf<number>()
    expectTypeOf(users([1, 'ed']).scalars(id).one()).toEqualTypeOf<number>()
    expectTypeOf(three().scalars('name').all()).toEqualTypeOf<string[]>()
    expect(three().columns('id', 'id').tuples().first()).toEqual([1, 1])
  })
})

describe('a pending result', () => {
  class Promised extends PendingResult<User, [number, string]> {
    sent = 0
    readonly #answer: () => Result<User, [number, string]>
    constructor(answer: () => Result<User, [number, string]>) {
      super()
      this.#answer = answer
    }
    protected async begin(): Promise<Result<User, [number, string]>> {
      this.sent += 1
      return this.#answer()
    }
    unstarted(): PendingResult | null {
      return this.begun ? null : (this as never)
    }
  }

  it('has the methods of the result', async () => {
    const pending = (): Promised => new Promised(three)
    expect(await (await pending()).all()).toHaveLength(3)
    expect(await pending().all()).toEqual(three().all())
    expect(await pending().first()).toEqual({ id: 1, name: 'ed' })
    expect(await pending().scalar()).toBe(1)
    expect(await pending().scalars('name').all()).toEqual(['ed', 'wendy', 'mary'])
    expect(await pending().tuples().first()).toEqual([1, 'ed'])
    expect(await pending().mappings().first()).toStrictEqual({ id: 1, name: 'ed' })
    expect(await pending().columns('name').all()).toEqual([{ name: 'ed' }, { name: 'wendy' }, { name: 'mary' }])
    expect([...(await pending().partitions(2))]).toHaveLength(2)
    expect(await pending().unique().all()).toHaveLength(3)
    expect(await pending().keys()).toEqual(['id', 'name'])
    expect((await pending().scalars().freeze()).result().all()).toEqual([1, 2, 3])
    expect([...(await pending().yieldPer(2).partitions())]).toHaveLength(2)
    await expect(pending().one()).rejects.toThrow(MultipleResultsFound)
    await expect(pending().oneOrNone()).rejects.toThrow(MultipleResultsFound)
    await expect(pending().scalarOne()).rejects.toThrow(MultipleResultsFound)
    await expect(pending().scalarOneOrNone()).rejects.toThrow(MultipleResultsFound)
  })

  it('is not sent before it is awaited, and then once', async () => {
    const pending = new Promised(three)
    const all = pending.scalars().all()
    await new Promise((resolve) => setImmediate(resolve))
    expect(pending.sent).toBe(0)
    expect(await all).toEqual([1, 2, 3])
    await Promise.all([pending, pending.then(() => {}), all])
    expect(pending.sent).toBe(1)
  })

  it('fails where it is awaited and nowhere else', async () => {
    const unhandled: unknown[] = []
    const listen = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', listen)
    const failing = new Promised(() => {
      throw new InvalidRequestError('no')
    })
    await expect(failing.scalars().all()).rejects.toThrow('no')
    await expect(failing.catch((error: unknown) => error)).resolves.toEqual(new InvalidRequestError('no'))
    await expect(failing.finally(() => {})).rejects.toThrow('no')
    new Promised(() => {
      throw new InvalidRequestError('never awaited')
    }).all()
    await new Promise((resolve) => setTimeout(resolve, 10))
    process.off('unhandledRejection', listen)
    expect(unhandled).toEqual([])
  })
})

it('types rows, tuples, scalars and columns', () => {
  type Users = Result<User, [number, string]>
  expectTypeOf<ReturnType<Users['all']>>().toEqualTypeOf<User[]>()
  expectTypeOf<ReturnType<Users['one']>>().toEqualTypeOf<User>()
  expectTypeOf<ReturnType<Users['first']>>().toEqualTypeOf<User | null>()
  expectTypeOf<ReturnType<Users['scalar']>>().toEqualTypeOf<number | null>()
  expectTypeOf(three().tuples().all()).toEqualTypeOf<[number, string][]>()
  expectTypeOf(three().scalars().all()).toEqualTypeOf<number[]>()
  expectTypeOf(three().scalars(1).all()).toEqualTypeOf<string[]>()
  expectTypeOf(three().scalars('name').all()).toEqualTypeOf<string[]>()
  expectTypeOf<PendingResult<User, [number, string]>>().toExtend<Promise<Result<User, [number, string]>>>()
  expectTypeOf<ReturnType<PendingResult<User, [number, string]>['all']>>().toEqualTypeOf<Promise<User[]>>()
})
