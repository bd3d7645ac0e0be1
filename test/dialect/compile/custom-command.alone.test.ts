// Commands of users' own: classes that extend DdlElement, written by compiles(), executed and listened for.
import {
  ArgumentError,
  Column,
  compiles,
  createEngine,
  DDL,
  DdlElement,
  Integer,
  inspect,
  MetaData,
  type SchemaColumn,
  table,
  UnsupportedCompilationError,
} from 'tsalchemy'
import { sqliteDialect } from 'tsalchemy/sqlite'
import { describe, expect, test } from 'vitest'
import { databases } from '../../support/server.ts'
import { pg, standard } from './fixture.ts'

class AlterColumn extends DdlElement {
  readonly column: SchemaColumn
  readonly command: string
  constructor(column: SchemaColumn, command: string) {
    super()
    this.column = column
    this.command = command
  }
}
compiles(
  AlterColumn,
  ({ column, command }, { quote }) =>
    `ALTER TABLE ${quote(`${column.table}`)} ALTER COLUMN ${quote(column.name)} ${command}`,
  { dialect: 'postgresql' },
)
class DropDefault extends AlterColumn {
  constructor(column: SchemaColumn) {
    super(column, 'DROP DEFAULT')
  }
}

const metadata = new MetaData()
const numbers = table('custom_numbers', metadata, {
  id: Column(Integer),
  Size: Column(Integer, { serverDefault: '1' }),
})
const sqlOf = (element: DdlElement): string => pg(element).sql

test('it is written by the spelling of its dialect', () => {
  expect(sqlOf(new AlterColumn(numbers.c.Size, 'SET DEFAULT 2'))).toBe(
    'ALTER TABLE custom_numbers ALTER COLUMN "Size" SET DEFAULT 2',
  )
  expect(sqlOf(new DropDefault(numbers.c.id))).toBe('ALTER TABLE custom_numbers ALTER COLUMN id DROP DEFAULT')
})

test('a dialect without a spelling says what to tell', () => {
  const unknown = new UnsupportedCompilationError(
    "The dialect 'sqlite' has no spelling for elements of the class AlterColumn: tell one by compiles(AlterColumn, (element, compiler) => ...)",
  )
  expect(() => sqliteDialect().compile(new AlterColumn(numbers.c.id, 'SET DEFAULT 2'))).toThrow(unknown)
  expect(() => standard(new AlterColumn(numbers.c.id, ''))).toThrow(UnsupportedCompilationError)
})

test('the abstract class itself is refused', () => {
  expect(() => compiles(DdlElement, () => '')).toThrow(ArgumentError)
})

describe.each(databases())('$name', ({ url }) => {
  test('it is executed, and run by listeners', async () => {
    await using engine = createEngine(url)
    await numbers.drop(engine, { checkFirst: true })
    const end = numbers.on('afterCreate', new AlterColumn(numbers.c.Size, 'SET DEFAULT 7'))
    const defaults = async (): Promise<unknown[]> =>
      (await inspect(engine).getColumns('custom_numbers')).map((column) => column.default)
    try {
      await numbers.create(engine)
      expect(await defaults()).toEqual([null, '7'])
      await engine.execute(new DropDefault(numbers.c.Size))
      expect(await defaults()).toEqual([null, null])
    } finally {
      end()
      await engine.execute(new DDL('DROP TABLE IF EXISTS custom_numbers'))
    }
  })
})
