// Which sequences tables need: those that give their columns' values.
import { InvalidRequestError } from '../../errors.ts'
import { quoteName } from '../../nearest.ts'
import { NextValue, type Sequence } from './sequence.ts'
import type { Table } from './table.ts'

/**
 * The sequences that columns take their values from, by `default` or `serverDefault`.
 *
 * @throws InvalidRequestError two different sequences have one name.
 */
export function sequencesOf(tables: Iterable<Table>, more: Iterable<Sequence> = []): readonly Sequence[] {
  const found = new Map<string, Sequence>()
  for (const sequence of more) add(found, sequence)
  for (const table of tables)
    for (const { default: given, serverDefault } of table.columnList) {
      const element = given?.sort === 'expression' ? given.element : null
      for (const each of [element, serverDefault]) if (each instanceof NextValue) add(found, each.sequence)
    }
  return [...found.values()]
}

function add(found: Map<string, Sequence>, sequence: Sequence): void {
  const known = found.get(sequence.key)
  if (known !== undefined && known !== sequence)
    throw new InvalidRequestError(`Two sequences are called ${quoteName(sequence.key)}: use one object for both`)
  found.set(sequence.key, sequence)
}

/** The sequences that no other table of the same MetaData uses: those that go with the tables. */
export function ownSequencesOf(tables: readonly Table[], more: Iterable<Sequence>): readonly Sequence[] {
  const own = new Set(tables)
  const others = new Set<Table>()
  for (const { metadata } of tables)
    for (const key of metadata.tableKeys()) {
      const table = metadata.findTable(key) as Table | null
      if (table !== null && !own.has(table)) others.add(table)
    }
  const kept = new Set(sequencesOf(others))
  return sequencesOf(tables, more).filter((sequence) => !kept.has(sequence))
}
