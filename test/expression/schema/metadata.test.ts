// MetaData: order of tables, plans of DDL, what createAll and dropAll ask of whoever runs them.
import { describe, expect, test } from 'vitest'
import { postgresqlDialect } from '../../../src/dialect/postgresql/dialect.ts'
import { sqliteDialect } from '../../../src/dialect/sqlite/dialect.ts'
import { ArgumentError, NoReferencedTableError } from '../../../src/errors.ts'
import type { RunDdlOptions, SchemaBind } from '../../../src/expression/schema/bind.ts'
import { Column } from '../../../src/expression/schema/column-definition.ts'
import {
  CreateSchema,
  CreateSequence,
  DropExtension,
  DropSchema,
  DropSequence,
} from '../../../src/expression/schema/ddl/object.ts'
import { createPlan, type DdlPlan, dropPlan } from '../../../src/expression/schema/ddl/plan.ts'
import {
  AddConstraint,
  CreateIndex,
  CreateTable,
  DropConstraint,
  DropIndex,
  DropTable,
  SetColumnComment,
  SetTableComment,
} from '../../../src/expression/schema/ddl/table.ts'
import { DropType } from '../../../src/expression/schema/ddl/type.ts'
import { ForeignKey } from '../../../src/expression/schema/foreign-key-option.ts'
import { MetaData } from '../../../src/expression/schema/metadata.ts'
import { Sequence } from '../../../src/expression/schema/sequence.ts'
import { type Table, table } from '../../../src/expression/schema/table.ts'
import { Index } from '../../../src/expression/schema/table-index.ts'
import { Enum } from '../../../src/expression/types/enum.ts'
import { Integer } from '../../../src/expression/types/numeric.ts'

const id = Column(Integer, { primaryKey: true })
const refersTo = (target: string) => Column(Integer, { foreignKey: target, nullable: true })

/** A command in few words. */
function words(command: unknown): string {
  if (command instanceof CreateTable)
    return `create ${command.table.name}${command.without.size ? ' without keys' : ''}`
  if (command instanceof CreateIndex) return `index ${command.index.name}`
  if (command instanceof AddConstraint) return `add key of ${command.constraint.table.name}`
  if (command instanceof DropConstraint) return `drop key of ${command.constraint.table.name}`
  if (command instanceof DropTable) return `drop ${command.table.name}`
  if (command instanceof SetTableComment) return `comment ${command.table.name}: ${command.comment}`
  if (command instanceof SetColumnComment) return `comment column ${command.column.name}: ${command.comment}`
  return String(command)
}

const commandsOf = (plan: DdlPlan, existing?: ReadonlySet<Table>): string[] => plan.commands(existing).map(words)

function shop(): MetaData {
  const metadata = new MetaData()
  table('order_line', metadata, { id, orderId: refersTo('orders.id'), article: Column(Integer, { index: true }) })
  table('orders', metadata, { id, customerId: refersTo('customer.id') }, { comment: 'what was bought' })
  table('customer', metadata, { id, invitedBy: refersTo('customer.id'), age: Column(Integer, { comment: 'years' }) })
  table('article', metadata, { id })
  return metadata
}

function circle(): MetaData {
  const metadata = new MetaData()
  table('a', metadata, { id, bId: refersTo('b.id') })
  table('b', metadata, { id, aId: refersTo('a.id'), ownId: refersTo('b.id') })
  table('c', metadata, { id, aId: refersTo('a.id') })
  return metadata
}

describe('plans', () => {
  test('create tables after those they refer to, with indexes and comments', () => {
    expect(commandsOf(createPlan(shop().tables.values()))).toEqual([
      'create article',
      'create customer',
      'comment column age: years',
      'create orders',
      'comment orders: what was bought',
      'create order_line',
      'index ix_order_line_article',
    ])
  })

  test('drop them in reverse', () => {
    expect(commandsOf(dropPlan(shop().tables.values()))).toEqual([
      'drop order_line',
      'drop orders',
      'drop customer',
      'drop article',
    ])
  })

  test('leave out what is done', () => {
    const metadata = shop()
    const existing = new Set(['customer', 'orders'].map((name) => metadata.tables.get(name) as Table))
    expect(commandsOf(createPlan(metadata.tables.values()), existing)).toEqual([
      'create article',
      'create order_line',
      'index ix_order_line_article',
    ])
    expect(commandsOf(dropPlan(metadata.tables.values()), existing)).toEqual(['drop orders', 'drop customer'])
  })

  test('break circles by keys that come last', () => {
    const metadata = circle()
    expect(metadata.sortedTables.map((each) => each.name)).toEqual(['a', 'b', 'c'])
    expect(commandsOf(createPlan(metadata.tables.values()))).toEqual([
      'create a without keys',
      'create b without keys',
      'create c',
      'add key of a',
      'add key of b',
      'add key of b',
    ])
    expect(commandsOf(dropPlan(metadata.tables.values()))).toEqual([
      'drop key of b',
      'drop key of b',
      'drop key of a',
      'drop c',
      'drop b',
      'drop a',
    ])
  })

  test('drop no key that went with the table it referred to', () => {
    const metadata = circle()
    const existing = new Set(['a', 'c'].map((name) => metadata.tables.get(name) as Table))
    expect(commandsOf(dropPlan(metadata.tables.values()), existing)).toEqual(['drop c', 'drop a'])
  })

  test('add keys with useAlter last', () => {
    const metadata = new MetaData()
    const foreignKey = ForeignKey('z.id', { useAlter: true })
    table('a', metadata, { id, zId: Column(Integer, { foreignKey }) })
    table('z', metadata, { id })
    expect(commandsOf(createPlan(metadata.tables.values()))).toEqual([
      'create a without keys',
      'create z',
      'add key of a',
    ])
    const [a] = metadata.tables.values()
    expect(postgresqlDialect().compile(new CreateTable(a as Table)).sql).toBe(
      '\nCREATE TABLE a (\n\tid SERIAL NOT NULL, \n\t"zId" INTEGER NOT NULL, \n\tPRIMARY KEY (id)\n)\n\n',
    )
    // What cannot add it afterwards has it from the beginning.
    expect(sqliteDialect().compile(new CreateTable(a as Table)).sql).toBe(
      '\nCREATE TABLE a (\n\tid INTEGER NOT NULL, \n\t"zId" INTEGER NOT NULL, \n\tPRIMARY KEY (id), \n\tFOREIGN KEY("zId") REFERENCES z (id)\n)\n\n',
    )
  })

  test('raise where a table is missing', () => {
    const metadata = new MetaData()
    table('a', metadata, { id, zId: refersTo('z.id') })
    expect(() => createPlan(metadata.tables.values())).toThrow(NoReferencedTableError)
  })
})

describe('createAll and dropAll', () => {
  const recorder = (): SchemaBind & { runs: { plan: DdlPlan; options: RunDdlOptions }[] } => {
    const runs: { plan: DdlPlan; options: RunDdlOptions }[] = []
    return {
      runs,
      async runDdl(plan, options) {
        runs.push({ plan, options })
      },
    }
  }

  test('hand a plan to what can run it', async () => {
    const metadata = shop()
    const bind = recorder()
    const { signal } = new AbortController()
    await metadata.createAll(bind)
    await metadata.dropAll(bind, { checkFirst: false, signal })
    expect(bind.runs.map(({ plan, options }) => [plan.sort, plan.tables.map((each) => each.name), options])).toEqual([
      ['create', ['article', 'customer', 'orders', 'order_line'], { checkFirst: true }],
      ['drop', ['order_line', 'orders', 'customer', 'article'], { checkFirst: false, signal }],
    ])
  })

  test('take some of the tables', async () => {
    const metadata = shop()
    const bind = recorder()
    const article = metadata.tables.get('article') as Table
    await metadata.createAll(bind, { tables: [article] })
    expect(bind.runs[0]?.plan.tables).toEqual([article])
    const other = table('article', new MetaData(), { id })
    await expect(metadata.createAll(bind, { tables: [other] })).rejects.toThrow(ArgumentError)
  })

  test('refuse what they do not know', async () => {
    const metadata = shop()
    const misspelt = { checkfirst: false }
    // @ts-expect-error an unknown option
    await expect(metadata.createAll(recorder(), misspelt)).rejects.toThrow(
      "createAll() has no option 'checkfirst'; did you mean 'checkFirst'?",
    )
    // @ts-expect-error nothing that runs DDL
    await expect(metadata.dropAll('postgresql://')).rejects.toThrow('dropAll() takes an engine or a connection')
    expect(() => new MetaData({ columnNaming: 'snake' as 'snake_case' })).toThrow(ArgumentError)
  })
})

test('commands refuse options that they do not know', () => {
  const known = table('t', new MetaData(), { id })
  const index = known.append(new Index('ix_t', ['id']))
  const typo = { ifexists: true, ifNotExist: true } as never
  const commands: readonly (readonly [string, () => unknown])[] = [
    ['CreateTable', () => new CreateTable(known, typo)],
    ['DropTable', () => new DropTable(known, typo)],
    ['CreateIndex', () => new CreateIndex(index, typo)],
    ['DropIndex', () => new DropIndex(index, typo)],
    ['DropConstraint', () => new DropConstraint(known.primaryKey, typo)],
    ['CreateSchema', () => new CreateSchema('s', typo)],
    ['DropSchema', () => new DropSchema('s', typo)],
    ['CreateSequence', () => new CreateSequence(new Sequence('s'), typo)],
    ['DropSequence', () => new DropSequence(new Sequence('s'), typo)],
    ['DropExtension', () => new DropExtension('citext', typo)],
    ['DropType', () => new DropType(Enum('a', { name: 'e' }), typo)],
  ]
  for (const [name, make] of commands) expect(make).toThrow(`${name} has no option`)
  expect(() => new DropTable(known, { ifexists: true } as never)).toThrow(
    "DropTable has no option 'ifexists'; did you mean 'ifExists'?",
  )
})
