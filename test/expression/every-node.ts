// One element of every node class, made anew at each call; the tests of cache keys and replacing run over all of them.

import {
  ARRAY,
  any,
  caseWhen,
  cast,
  deleteFrom,
  type Element,
  exists,
  extract,
  func,
  Integer,
  insert,
  literal,
  merge,
  not,
  or,
  String as StringType,
  select,
  sql,
  sqlFalse,
  sqlNull,
  sqlTrue,
  tablesample,
  text,
  tryCast,
  tuple,
  typeCoerce,
  union,
  update,
  values,
} from 'tsalchemy'
import { array } from 'tsalchemy/postgresql'
import type { CompilePlugin } from '../../src/expression/base/protocol.ts'
import { Affix, Hint } from '../../src/expression/element/affix.ts'
import { Bind } from '../../src/expression/element/bind.ts'
import { ColumnClause } from '../../src/expression/element/column.ts'
import { Grouping } from '../../src/expression/element/grouping.ts'
import { LabelReference } from '../../src/expression/element/label-reference.ts'
import { ClauseList } from '../../src/expression/element/list.ts'
import { AnonymousName } from '../../src/expression/element/name.ts'
import { NestedHere } from '../../src/expression/from/alias.ts'
import { RowArrays } from '../../src/expression/from/row-arrays.ts'
import type { CoreNode } from '../../src/expression/nodes.ts'
import { EntityElement } from '../../src/expression/select/entity.ts'
import { NullType } from '../../src/expression/types/null.ts'
import { a, addresses, d, u, users } from './tables.ts'

const plugin: CompilePlugin = { prepare: (statement) => ({ statement, plan: null }) }

class UserEntity extends EntityElement {
  readonly id = -1
  readonly plugin = plugin
  readonly from = users
  readonly columns = users.columnList
  readonly entityName = 'User'
}

/** By kind: makes an element; `value` goes where a value goes that must not matter for the cache key. */
export const EVERY_NODE: { readonly [K in CoreNode['kind']]: (value: number) => Element } = {
  affix: (value) => new Affix(literal(value), 'mysql'),
  alias: () => users.alias('al'),
  anonymousName: () => new AnonymousName('anon', new AnonymousName('of')),
  binary: (value) => u.id.add(value),
  bind: (value) => new Bind('id', value, Integer, { anonymous: true }),
  booleanList: (value) => or(u.id.eq(value), u.active),
  case: (value) => caseWhen([1, 'a'], { value: u.id, else: String(value) }),
  cast: (value) => cast(value, StringType),
  clauseList: (value) => new ClauseList([u.id, literal(value)], NullType),
  column: () => new ColumnClause('key', 'name', Integer, users.alias('of')),
  columnValued: (value) => func.generateSeries(1, value).columnValued('g'),
  compound: (value) =>
    union(select(u.id), select(a.id))
      .addCte(select(a.id).cte('w'))
      .orderBy('id')
      .limit(value)
      .offset(value)
      .fetch(value, { withTies: true }),
  cte: (value) => select(u.id).where(u.id.eq(value)).cte('c', { materialized: true }),
  delete: (value) =>
    deleteFrom(users)
      .where(u.id.eq(value))
      .using(addresses)
      .returning(u.id)
      .addCte(select(a.id).cte('w'))
      .prefixWith(text('x')),
  entity: () => new UserEntity(),
  exists: (value) => exists(select(u.id).where(u.id.eq(value))),
  extract: () => extract('year', u.age),
  false: () => sqlFalse(),
  filter: (value) => func.count().filter(u.id.eq(value)),
  function: (value) => func(['pg_catalog', 'f'], value).aggregateOrderBy(u.id),
  grouping: (value) => new Grouping(u.id.eq(value)),
  hint: () => new Hint(users.alias('h'), 'ONLY', 'postgresql'),
  insert: (value) =>
    insert(users)
      .values({ name: 'x', age: value })
      .returning(u.id)
      .addCte(select(a.id).cte('w'))
      .prefixWith(text('x'))
      .with({ returnDefaults: [u.id] }),
  join: () => users.alias('l').join(addresses.alias('r')),
  label: (value) => u.id.add(value).label('lab'),
  labelReference: () => new LabelReference('lab'),
  merge: (value) =>
    merge(users, addresses, u.id.eq(a.userId))
      .whenMatched({ where: u.id.gt(value), update: { name: 'x' } })
      .returning(u.id)
      .addCte(select(a.id).cte('w'))
      .prefixWith(text('x')),
  nestedHere: (value) => new NestedHere(select(u.id).where(u.id.eq(value)).cte('w')),
  null: () => sqlNull(),
  over: (value) =>
    func.sum(u.age).over({ partitionBy: u.name, orderBy: u.id, rows: [{ preceding: value }, 1], exclude: 'ties' }),
  rowArrays: (value) => {
    const type = ARRAY(Integer)
    return new RowArrays([{ name: 'a', type: Integer, bind: new Bind('p0', [value], type) }], true, 'rows')
  },
  scalarSelect: (value) => select(u.id).where(u.id.eq(value)).scalarSubquery(),
  select: (value) =>
    select(u.id, u.name)
      .selectFrom(users.alias('f'))
      .where(u.id.eq(value))
      .groupBy(u.id)
      .having(u.active)
      .orderBy(u.id)
      .limit(value)
      .offset(value)
      .distinct(u.id)
      .withForUpdate({ of: users, skipLocked: true })
      .addCte(select(a.id).cte('w'))
      .correlate(addresses)
      .with({ fetch: { count: literal(value), percent: false, withTies: true }, correlateExcept: [addresses] })
      .setLabelStyle('none')
      .prefixWith(text('a'), { dialect: 'postgresql' })
      .suffixWith(text('b'))
      .withStatementHint(text('c'))
      .withHint(users, 'ONLY'),
  subquery: (value) => select(u.id).where(u.id.eq(value)).subquery('s'),
  table: () => users,
  tableSample: (value) => tablesample(users, value, { name: 'sampled', seed: value }),
  tableValued: (value) => func('f', value).tableValued({ a: Integer }, { name: 'f', withOrdinality: 'n' }),
  text: (value) => sql`select ${u.id} + ${value}`.columns({ id: Integer }),
  textFrom: (value) => select(u.id).selectFrom(sql`f(${value})`).state.froms[0] as Element,
  true: () => sqlTrue(),
  tryCast: (value) => tryCast(value, StringType),
  arrayLiteral: (value) => array([u.id, value]),
  tuple: (value) => tuple(u.id, value),
  typeCoerce: () => typeCoerce(u.id, StringType),
  unary: () => any(d.tags),
  update: (value) =>
    update(users)
      .values({ name: 'x', age: value })
      .where(not(u.id.eq(value)))
      .from(addresses)
      .returning(u.id)
      .addCte(select(a.id).cte('w'))
      .prefixWith(text('x'))
      .with({ returnDefaults: [u.id] }),
  values: (value) => values({ a: Integer }, { name: 'v' }).data([[value]]),
  valuesRows: (value) => values({ a: Integer }).data([[value]]).rows,
  withinGroup: (value) => func.percentileCont(value).withinGroup(u.age),
}
