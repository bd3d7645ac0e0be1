// Foreign keys: found late, by string, column or function, with errors that name the nearest.
import { describe, expect, expectTypeOf, test } from 'vitest'
import { ArgumentError, NoReferencedColumnError, NoReferencedTableError } from '../../../src/errors.ts'
import { CLAUSE_ELEMENT } from '../../../src/expression/base/protocol.ts'
import { Alias } from '../../../src/expression/from/alias.ts'
import { Column } from '../../../src/expression/schema/column-definition.ts'
import { ForeignKeyConstraint } from '../../../src/expression/schema/foreign-key.ts'
import { ForeignKey } from '../../../src/expression/schema/foreign-key-option.ts'
import { MetaData } from '../../../src/expression/schema/metadata.ts'
import { table } from '../../../src/expression/schema/table.ts'
import { BigInteger, Integer } from '../../../src/expression/types/numeric.ts'
import { String } from '../../../src/expression/types/string.ts'

const key = { primaryKey: true } as const

describe('a foreign key', () => {
  test('by string is found when its table comes later', () => {
    const metadata = new MetaData()
    const child = table('child', metadata, {
      id: Column(Integer, key),
      parentId: Column(Integer, { foreignKey: 'parent.id' }),
    })
    expect(child.foreignKeyLinks()).toMatchObject([{ column: child.c.parentId, referred: null }])
    expect(() => child.foreignKeys[0]?.referredTable).toThrow(NoReferencedTableError)
    const parent = table('parent', metadata, { id: Column(Integer, key) })
    expect(child.foreignKeys[0]?.referredTable).toBe(parent)
    expect(child.foreignKeyLinks()).toEqual([
      { column: child.c.parentId, referred: parent.c.id, constraint: child.foreignKeys[0] },
    ])
    expect(child.c.parentId.foreignKeys[0]?.referred).toBe(parent.c.id)
  })

  test('by column, by function, and by what stands for a column', () => {
    const metadata = new MetaData()
    const parent = table('parent', metadata, { id: Column(BigInteger, key) })
    const attribute = Object.assign(Object.create(null), { [CLAUSE_ELEMENT]: () => parent.c.id })
    const child = table('child', metadata, {
      a: Column(BigInteger, { foreignKey: parent.c.id }),
      b: Column(BigInteger, { foreignKey: () => parent.c.id }),
      c: Column(BigInteger, { foreignKey: () => attribute }),
    })
    expect(child.foreignKeys.map((each) => each.referredColumns[0])).toEqual([parent.c.id, parent.c.id, parent.c.id])
  })

  test('prefers the key of a column, and takes its SQL name', () => {
    const metadata = new MetaData({ columnNaming: 'snake_case' })
    table('parent', metadata, { orgId: Column(Integer), other: Column(Integer, { name: 'orgId' }) })
    const byKey = table('by_key', metadata, { a: Column(Integer, { foreignKey: 'parent.orgId' }) })
    const byName = table('by_name', metadata, { a: Column(Integer, { foreignKey: 'parent.org_id' }) })
    expect(byKey.foreignKeys[0]?.referredColumns[0]?.name).toBe('org_id')
    expect(byName.foreignKeys[0]?.referredColumns[0]?.name).toBe('org_id')
  })

  test('takes the schema of the MetaData', () => {
    const metadata = new MetaData({ schema: 's' })
    const parent = table('parent', metadata, { id: Column(Integer, key) })
    const near = table('near', metadata, { a: Column(Integer, { foreignKey: 'parent.id' }) })
    const far = table('far', metadata, { a: Column(Integer, { foreignKey: 's.parent.id' }) }, { schema: 't' })
    expect(near.foreignKeys[0]?.referredTable).toBe(parent)
    expect(far.foreignKeys[0]?.referredTable).toBe(parent)
  })

  test('names the nearest table and column where its own is not there', () => {
    const metadata = new MetaData()
    table('users', metadata, { id: Column(Integer, key), name: Column(String) })
    const noTable = table('a', metadata, { userId: Column(Integer, { foreignKey: 'user.id' }) })
    const noColumn = table('b', metadata, { userId: Column(Integer, { foreignKey: 'users.nmae' }) })
    expect(() => noTable.foreignKeys[0]?.referredColumns).toThrow(
      new NoReferencedTableError(
        "Foreign key of column 'a.userId' refers to table 'user', which its MetaData does not have; did you mean 'users'?",
      ),
    )
    expect(() => noColumn.foreignKeys[0]?.referredColumns).toThrow(
      new NoReferencedColumnError(
        "Foreign key of column 'b.userId' refers to column 'nmae', which table 'users' does not have; did you mean 'name'?",
      ),
    )
    const noDot = table('c', metadata, { userId: Column(Integer, { foreignKey: 'users' }) })
    expect(() => noDot.foreignKeys[0]?.referredColumns).toThrow(
      "A foreign key of table 'c' refers to 'users', which is not 'table.column'",
    )
  })

  test('keeps its options, which are words of closed sets', () => {
    const metadata = new MetaData()
    const child = table('child', metadata, {
      a: Column(Integer, { foreignKey: ForeignKey('child.a', { onDelete: 'CASCADE', name: 'fk_a' }) }),
    })
    expect(child.foreignKeys[0]?.options).toEqual({ onDelete: 'CASCADE', name: 'fk_a' })
    expect(child.foreignKeys[0]?.name).toBe('fk_a')
    const foreignKey = { to: 'child.a', onDelete: 'CASCADE; DROP TABLE x' }
    // @ts-expect-error no such action
    expect(() => table('x', metadata, { a: Column(Integer, { foreignKey }) })).toThrow(ArgumentError)
    const misspelt = { to: 'child.a', ondelete: 'CASCADE' }
    expect(() => table('x', metadata, { a: Column(Integer, { foreignKey: misspelt }) })).toThrow(
      "The foreign key of column 'x.a' has no option 'ondelete'; did you mean 'onDelete'?",
    )
  })

  test('over several columns', () => {
    const metadata = new MetaData({ namingConvention: { fk: 'fk_%(table_name)s_%(referred_table_name)s' } })
    const member = table('member', metadata, { orgId: Column(Integer, key), userId: Column(Integer, key) })
    const post = table(
      'post',
      metadata,
      { orgId: Column(Integer), authorId: Column(Integer) },
      { constraints: [new ForeignKeyConstraint(['orgId', 'authorId'], ['member.orgId', 'member.userId'])] },
    )
    expect(post.foreignKeyLinks().map((link) => [link.column, link.referred])).toEqual([
      [post.c.orgId, member.c.orgId],
      [post.c.authorId, member.c.userId],
    ])
    expect(new Set(post.foreignKeyLinks().map((link) => link.constraint)).size).toBe(1)
    expect(post.foreignKeys[0]?.name).toBe('fk_post_member')
    expect(() => new ForeignKeyConstraint(['a'], ['b.c', 'b.d'])).toThrow(ArgumentError)
  })

  test('leads from an alias too', () => {
    const metadata = new MetaData()
    const node = table('node', metadata, {
      id: Column(Integer, key),
      parentId: Column(Integer, { foreignKey: 'node.id' }),
    })
    const alias = new Alias(node, 'child')
    expect(alias.foreignKeyLinks().map((link) => [link.column, link.referred])).toEqual([
      [alias.columns.parentId, node.c.id],
    ])
  })
})

describe('a column without a type', () => {
  test('takes that of the column it refers to, through others, whenever these come', () => {
    const metadata = new MetaData()
    const third = table('third', metadata, { a: Column({ foreignKey: 'second.a' }) })
    const second = table('second', metadata, { a: Column({ foreignKey: 'first.a' }) })
    expect(third.c.a.type.kind).toBe('null')
    table('first', metadata, { a: Column(BigInteger, key) })
    expect(second.c.a.type.kind).toBe('bigInteger')
    expect(third.c.a.type.kind).toBe('bigInteger')
  })

  test('has its values, where the column is known', () => {
    const first = table('first', new MetaData(), { a: Column(BigInteger, key) })
    const direct = Column({ foreignKey: first.c.a })
    const lazy = Column({ foreignKey: () => first.c.a, nullable: true })
    const optioned = Column({ foreignKey: ForeignKey(() => first.c.a, { onDelete: 'CASCADE' }) })
    expectTypeOf(direct['~value']).toEqualTypeOf<bigint | undefined>()
    expectTypeOf(lazy['~value']).toEqualTypeOf<bigint | null | undefined>()
    expectTypeOf(optioned['~value']).toEqualTypeOf<bigint | undefined>()
    expectTypeOf(Column({ foreignKey: 'first.a' })['~value']).toEqualTypeOf<unknown>()
  })
})
