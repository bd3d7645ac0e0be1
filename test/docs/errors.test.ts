// docs/errors.md explains each error code that the sources hold, and no other.

import { readFileSync } from 'node:fs'
import { type ESTree, Visitor } from 'vite'
import { expect, test } from 'vitest'
import { parseTree, readSourceTree, type SourceTree } from '../architecture/source-tree.ts'

/** The codes of error classes (`static code = '...'`) and of single situations (`new SomeError(..., { code: '...' })`), with the files of the classes. */
function errorCodes(tree: SourceTree): Map<string, string[]> {
  const codes = new Map<string, string[]>()
  for (const { path, program } of tree.values()) {
    const note = (value: ESTree.Node | null, places: string[]): void => {
      if (value?.type === 'Literal' && typeof value.value === 'string')
        codes.set(value.value, [...(codes.get(value.value) ?? []), ...places])
    }
    new Visitor({
      PropertyDefinition(node) {
        if (node.static && node.key.type === 'Identifier' && node.key.name === 'code') note(node.value, [path])
      },
      NewExpression(node) {
        if (
          node.callee.type !== 'Identifier' ||
          !/(Error|Found|Unknown|RolledBack|Available|Violation)$/.test(node.callee.name)
        )
          return
        for (const argument of node.arguments)
          if (argument.type === 'ObjectExpression')
            for (const property of argument.properties)
              if (property.type === 'Property' && property.key.type === 'Identifier' && property.key.name === 'code')
                note(property.value, [])
      },
    }).visit(program)
  }
  return codes
}

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
const codes = errorCodes(readSourceTree())
const explained = [...page.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading)

test('each code has its entry, and each entry its code', () => {
  expect(explained.toSorted()).toEqual([...codes.keys()].sort())
})

test('no two classes share a code', () => {
  expect([...codes].filter(([, places]) => places.length > 1)).toEqual([])
})

test('codes are found in classes and in single errors', () => {
  const tree = parseTree({
    'errors.ts': `export class A extends Error { static override readonly code: string = 'a-error'; readonly code = 'own' }`,
    'b.ts': `throw new ArgumentError('x', { code: 'b-error', cause }); new Other({ code: 'no' })`,
    'c.ts': `class C { static code = 'a-error' }`,
  })
  expect(errorCodes(tree)).toEqual(
    new Map([
      ['b-error', []],
      ['a-error', ['c.ts', 'errors.ts']],
    ]),
  )
})
