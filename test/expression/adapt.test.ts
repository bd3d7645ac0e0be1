// Looking through statements, replacing parts of them, moving criteria to an alias.

import {
  adaptColumns,
  and,
  Bind,
  type ColumnElement,
  children,
  type Element,
  exists,
  func,
  iterate,
  literal,
  replace,
  select,
  sql,
  traverse,
} from 'tsalchemy'
import { describe, expect, test } from 'vitest'
import { EVERY_NODE } from './every-node.ts'
import { a, addresses, n, nodes, sqlOf, u, users } from './tables.ts'

const alias = users.alias('q')
const toAlias = (column: ColumnElement) => alias.corresponding(column)

describe('adaptColumns', () => {
  test.each([
    [u.id.eq(5), 'q.id = :id_1'],
    [u.id.add(u.age).desc(), 'q.id + q.age DESC'],
    [and(u.id.in([1, 2]), u.name.like('x')), 'q.id IN (:id_1_1, :id_1_2) AND q.name LIKE :name_1'],
    [func.max(u.id).over({ partitionBy: u.name }), 'max(q.id) OVER (PARTITION BY q.name)'],
    [u.id.label('x').add(1), 'q.id + :param_1'],
    [
      select(a.id).where(a.userId.eq(u.id)).exists(),
      'EXISTS (SELECT addresses.id FROM addresses, users AS q WHERE addresses.user_id = q.id)',
    ],
    [select(select(u.id).subquery('s').c.id), 'SELECT s.id FROM (SELECT q.id AS id FROM users AS q) AS s'],
    [select(select(u.id).cte('c').c.id), 'WITH c AS (SELECT q.id AS id FROM users AS q) SELECT c.id FROM c'],
    [
      select(u.id).groupBy(u.name).having(u.age.gt(1)).orderBy(u.id),
      'SELECT q.id FROM users AS q GROUP BY q.name HAVING q.age > :age_1 ORDER BY q.id',
    ],
    [sql`${u.id} = 5`, 'q.id = 5'],
    [a.id.eq(5), 'addresses.id = :id_1'],
  ] as const)('%s', (element, expected) => {
    expect(sqlOf(adaptColumns<Element>(element, toAlias))).toBe(expected)
  })

  test('FROM elements that are named explicitly are asked for apart', () => {
    const statement = select(u.id).selectFrom(users.join(addresses))
    const swapped = adaptColumns(statement, toAlias, (from) => (from === users ? alias : null))
    expect(sqlOf(swapped)).toBe('SELECT q.id FROM users AS q JOIN addresses ON q.id = addresses.user_id')
    expect(sqlOf(statement)).toBe('SELECT users.id FROM users JOIN addresses ON users.id = addresses.user_id')
  })

  test('a recursive CTE stays one', () => {
    const tree = select(n.id).where(n.parentId.eq(null)).cte('t', { recursive: true })
    const statement = select(tree.unionAll(select(n.id).joinFrom(nodes, tree, n.parentId.eq(tree.c.id))).c.id)
    const other = nodes.alias('m')
    const swapped = adaptColumns(
      statement,
      (column) => other.corresponding(column),
      (from) => (from === nodes ? other : null),
    )
    expect(sqlOf(swapped)).toBe(
      'WITH RECURSIVE t(id) AS (SELECT m.id AS id FROM nodes AS m WHERE m.parent_id IS NULL UNION ALL SELECT m.id AS id FROM nodes AS m JOIN t ON m.parent_id = t.id) SELECT t.id FROM t',
    )
  })
})

describe('replace', () => {
  test.each(Object.entries(EVERY_NODE))('gives %s itself where nothing is replaced', (_kind, make) => {
    const element = make(1)
    expect(replace(element, () => null)).toBe(element)
  })

  test('gives what is in its place, without looking into it', () => {
    const five = u.id.add(5)
    expect(replace(u.id, (each) => (each === u.id ? five : null))).toBe(five)
    expect(sqlOf(replace(u.id.multiply(2), (each) => (each === u.id ? literal(7) : null)))).toBe(':param_1 * :id_1')
  })

  test('one object in several places stays one object', () => {
    const bind = new Bind('b', 5, u.id.type, { anonymous: true })
    const both = replace(and(u.id.eq(bind), u.age.eq(bind)), (each) => (each === u.id ? alias.c.id : null))
    expect(sqlOf(both)).toBe('q.id = :b_1 AND users.age = :b_1')
  })

  test('a value that looks like an element is left alone', () => {
    const element = literal('x').eq('y')
    const seen: string[] = []
    replace(element, (each) => {
      seen.push(each.kind)
      return null
    })
    expect(seen).toEqual(['binary', 'bind', 'bind'])
  })
})

describe('looking through', () => {
  test('parts in order, each once, whole before parts', () => {
    const statement = select(u.id).where(u.id.eq(5), exists(select(a.id).where(a.userId.eq(6))))
    const kinds = [...iterate(statement)].map((each) => each.kind)
    expect(kinds).toEqual([
      'select',
      'column',
      'binary',
      'bind',
      'grouping',
      'exists',
      'select',
      'column',
      'binary',
      'column',
      'bind',
    ])
    const visited: string[] = []
    traverse(statement, (each) => {
      visited.push(each.kind)
    })
    expect(visited).toEqual(kinds)
  })
  test('a visitor can leave parts out', () => {
    const visited: string[] = []
    traverse(select(u.id).where(u.id.eq(5)), (each) => {
      visited.push(each.kind)
      return each.kind !== 'binary'
    })
    expect(visited).toEqual(['select', 'column', 'binary'])
  })
  test('a column has no parts', () => {
    expect(children(u.id)).toEqual([])
    expect(children(select(u.id).subquery().c.id)).toEqual([])
  })
  test.each(Object.entries(EVERY_NODE))('%s can be looked through', (_kind, make) => {
    expect([...iterate(make(1))].length).toBeGreaterThan(0)
  })
})
