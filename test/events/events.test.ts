// Listeners are called in order, waited for, and leave when they want to.
import { describe, expect, test } from 'vitest'
import { ArgumentError } from '../../src/errors.ts'
import { Events } from '../../src/events.ts'

interface Moments {
  readonly open: { readonly door: string }
  readonly close: { readonly door: string }
}
const make = (parent: Events<Moments> | null = null): Events<Moments> =>
  new Events('A house', ['open', 'close'], parent)

describe('Events', () => {
  test('calls in order, and waits for a promise before the next', async () => {
    const events = make()
    const calls: string[] = []
    events.on('open', async ({ door }) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      calls.push(`first ${door}`)
    })
    events.on('open', ({ door }) => calls.push(`second ${door}`))
    await events.emit('open', { door: 'front' })
    expect(calls).toEqual(['first front', 'second front'])
  })

  test('returns nothing where no listener returns a promise', () => {
    const events = make()
    const calls: number[] = []
    events.on('open', () => calls.push(1))
    expect(events.emit('open', { door: 'x' })).toBeUndefined()
    expect(events.emit('close', { door: 'x' })).toBeUndefined()
    expect(calls).toEqual([1])
  })

  test('the first that throws, or rejects, ends it', async () => {
    const events = make()
    const calls: number[] = []
    events.on('open', () => Promise.reject(new Error('locked')))
    events.on('open', () => calls.push(2))
    await expect(events.emit('open', { door: 'x' })).rejects.toThrow('locked')
    const other = make()
    other.on('open', () => {
      throw new Error('jammed')
    })
    expect(() => other.emit('open', { door: 'x' })).toThrow('jammed')
    expect(calls).toEqual([])
  })

  test('a listener leaves, and one that listens twice leaves twice', () => {
    const events = make()
    let calls = 0
    const listener = (): void => {
      calls += 1
    }
    const first = events.on('open', listener)
    const second = events.on('open', listener)
    void events.emit('open', { door: 'x' })
    expect(calls).toBe(2)
    first()
    first()
    void events.emit('open', { door: 'x' })
    expect(calls).toBe(3)
    second()
    expect([events.has('open'), events.any]).toEqual([false, false])
  })

  test('rare events are not counted among those that somebody listens to, but told', () => {
    const parent = new Events<Moments>('A house', ['open', 'close'], null, ['close'])
    const events = new Events<Moments>('A room', ['open', 'close'], parent, ['close'])
    let calls = 0
    const ends = [events.on('close', () => calls++), parent.on('close', () => calls++)]
    expect([events.has('close'), events.any, parent.any]).toEqual([true, false, false])
    void events.emit('close', { door: 'x' })
    expect(calls).toBe(2)
    const end = parent.on('open', () => {})
    expect([events.any, parent.any]).toEqual([true, true])
    end()
    end()
    for (const each of ends) each()
    expect([events.has('close'), events.any]).toEqual([false, false])
  })

  test('a listener that leaves while it is told disturbs nobody', () => {
    const events = make()
    const calls: string[] = []
    const leave = events.on('open', () => {
      leave()
      calls.push('once')
    })
    events.on('open', () => calls.push('always'))
    void events.emit('open', { door: 'x' })
    void events.emit('open', { door: 'x' })
    expect(calls).toEqual(['once', 'always', 'always'])
  })

  test("a parent's listeners are told first", async () => {
    const parent = make()
    const child = make(parent)
    const calls: string[] = []
    child.on('open', () => calls.push('child'))
    parent.on('open', async () => {
      await null
      calls.push('parent')
    })
    expect([child.has('open'), child.has('close'), parent.has('close')]).toEqual([true, false, false])
    await child.emit('open', { door: 'x' })
    expect(calls).toEqual(['parent', 'child'])
  })

  test('answers are taken in order, each before the next listener is called', async () => {
    const parent = make()
    const child = make(parent)
    const calls: unknown[] = []
    parent.on('open', () => Promise.resolve('first'))
    child.on('open', () => 'second')
    child.on('open', async () => {
      calls.push('third is called')
      return 'third'
    })
    await child.emit('open', { door: 'x' }, (answer) => calls.push(answer))
    expect(calls).toEqual(['first', 'second', 'third is called', 'third'])
  })

  test('unknown events name the nearest, and a listener is a function', () => {
    const events = make()
    // @ts-expect-error there is no such event
    expect(() => events.on('opne', () => {})).toThrow(
      new ArgumentError("A house has no event 'opne'; did you mean 'open'?"),
    )
    // @ts-expect-error a listener is a function
    expect(() => events.on('open', 'x')).toThrow(new ArgumentError("on('open') takes a function"))
  })
})
