// MD5 as the platform computes it, for texts of all lengths and alphabets.
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { md5 } from '../../../src/dialect/compile/md5.ts'

test("is the platform's", () => {
  expect(md5('')).toBe('d41d8cd98f00b204e9800998ecf8427e')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      expect(md5(text)).toBe(createHash('md5').update(text, 'utf8').digest('hex'))
    }),
  )
})
