// The engine guide lists each option of createEngine(), and no other.
import { readFileSync } from 'node:fs'
import { Visitor } from 'vite'
import { expect, test } from 'vitest'
import { parseTree } from '../architecture/source-tree.ts'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** The names of what an interface has of its own. */
function membersOf(path: string, name: string): string[] {
  const found: string[] = []
  for (const { program } of parseTree({ [path]: read(path) }).values())
    new Visitor({
      TSInterfaceDeclaration(node) {
        if (node.id.name !== name) return
        for (const member of node.body.body)
          if (member.type === 'TSPropertySignature' && member.key.type === 'Identifier') found.push(member.key.name)
      },
    }).visit(program)
  return found
}

test('each option has its row, with a default', () => {
  const options = [
    ...membersOf('src/engine/options.ts', 'EngineOptions'),
    ...membersOf('src/engine/pool-options.ts', 'EnginePoolOptions'),
    ...membersOf('src/engine/observability.ts', 'ObservabilityOptions'),
  ]
  expect(options.length).toBeGreaterThan(30)
  const [, table = ''] =
    /\n\| options of `createEngine\(\)`.*\n\|[-|]+\n((?:\|.*\n)+)/.exec(read('docs/guide/engine.md')) ?? []
  const rows = table
    .trim()
    .split('\n')
    .map((row) => row.split('|').map((cell) => cell.trim()))
  const named = rows.flatMap(([, names = '']) => [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name))
  expect(named.toSorted()).toEqual(options.toSorted())
  expect(rows.filter(([, , given = '']) => given === '')).toEqual([])
})
