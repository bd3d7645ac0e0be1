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
  test('two of them in a row end it, until answers have come', async () => {
    const vigil = new Vigil()
    for (let wait = 0; wait < 2; wait++) {
      expect(added(() => vigil.piece(LARGE))).toBe(1)
      await asleep()
    }
    expect(added(() => vigil.piece(LARGE))).toBe(0)
    vigil.end()
    expect(added(() => vigil.piece(LARGE))).toBe(1)
    await asleep()
    vigil.end()
    expect(added(() => vigil.piece(LARGE))).toBe(0)
  })

  test('the end of an answer is none', async () => {
    const vigil = new Vigil()
    for (let answer = 0; answer < 10; answer++) {
      expect(added(() => vigil.piece(LARGE))).toBe(1)
      vigil.end()
      await asleep()
    }
  })

  test('pieces that come in time make up for them', async () => {
    const vigil = new Vigil()
    for (let wait = 0; wait < 6; wait++) {
      expect(added(() => vigil.piece(LARGE))).toBe(1)
      for (let piece = 0; piece < 4; piece++) vigil.piece(LARGE)
      await asleep()
    }
  })
})
