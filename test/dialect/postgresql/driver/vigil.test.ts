// The wait between two pieces of a large answer: it is short, it ends with the answer, and who is slow is not waited for.
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Vigil } from '../../../../src/dialect/postgresql/driver/vigil.ts'

const LARGE = 8192

function immediates(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Immediate').length
}

/** What a call adds to the immediates that are waiting. */
function added(call: () => void): number {
  const before = immediates()
  call()
  return immediates() - before
}

async function asleep(): Promise<void> {
  for (let turns = 0; immediates() > 0; turns++) {
    if (turns > 1_000) throw new Error('it is still awake')
    await pause(1)
  }
}

describe('the loop stays awake', () => {
  test('for a moment behind a large piece, and no longer', async () => {
    const vigil = new Vigil()
    expect(added(() => vigil.piece(LARGE))).toBe(1)
    await asleep()
  })

  test('once, however many pieces come', async () => {
    const vigil = new Vigil()
    vigil.piece(LARGE)
    expect(added(() => vigil.piece(LARGE))).toBe(0)
    expect(added(() => vigil.piece(10))).toBe(0)
    await asleep()
  })

  test('not behind a small piece', () => {
    const vigil = new Vigil()
    expect(added(() => vigil.piece(100))).toBe(0)
  })

  test('not behind the end of the answer', async () => {
    const vigil = new Vigil()
    vigil.piece(LARGE)
    vigil.end()
    // One turn is on its way already; it finds that there is nothing to wait for. Who is awake adds none.
    await new Promise((done) => setImmediate(done))
    expect(added(() => vigil.piece(LARGE))).toBe(1)
    await asleep()
  })
})

describe('waits in vain', () => {
  /** How many pieces come behind which nobody stays awake. */
  const passedOver = (vigil: Vigil): number => {
    let pieces = 0
    while (added(() => vigil.piece(LARGE)) === 0) pieces += 1
    return pieces
  }

  test('are made up for by pieces that come, so that who is slow or far away is hardly waited for', async () => {
    const vigil = new Vigil()
    expect(passedOver(vigil)).toBe(0)
    await asleep()
    expect(passedOver(vigil)).toBe(8)
    await asleep()
    expect(passedOver(vigil)).toBe(15)
    vigil.end()
    await asleep()
  })

  test('after many pieces in time another is nothing much', async () => {
    const vigil = new Vigil()
    for (let wait = 0; wait < 3; wait++) {
      expect(passedOver(vigil)).toBe(wait === 0 ? 0 : 8)
      for (let piece = 0; piece < 50; piece++) vigil.piece(LARGE)
      await asleep()
    }
  })

  test('the end of an answer is none', async () => {
    const vigil = new Vigil()
    for (let answer = 0; answer < 10; answer++) {
      expect(added(() => vigil.piece(LARGE))).toBe(1)
      vigil.end()
      await asleep()
    }
  })
})
