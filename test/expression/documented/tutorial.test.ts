// The examples of SQLAlchemy's Unified Tutorial on INSERT and SELECT, as far as they are about Core: the same SQL from the same statements.

import {
  and,
  cast,
  desc,
  func,
  insert,
  literal,
  literalColumn,
  not,
  or,
  String as Str,
  select,
  text,
  unionAll,
} from 'tsalchemy'
import { example } from './example.ts'
import { addressTable, userTable } from './tutorial-tables.ts'

const U = userTable.c
const A = addressTable.c
const FULL = 'SELECT user_account.id, user_account.name, user_account.fullname FROM user_account'
const JOINED = 'FROM user_account JOIN address ON user_account.id = address.user_id'
const stmt = insert(userTable).values({ name: 'spongebob', fullname: 'Spongebob Squarepants' })
const insertStmt = insert(addressTable).returning(addressTable.c.id, addressTable.c.email_address)
const selectStmt = select(userTable.c.id, userTable.c.name.concat('@aol.com'))
const greeting = select(literal('Username: ').add(U.name).label('username')).orderBy(U.name)
const phrase = select(text("'some phrase'"), U.name).orderBy(U.name)
const namedPhrase = select(literalColumn<string>("'some phrase'").label('p'), U.name).orderBy(U.name)
const counted = select(U.name, func.count(A.id).label('count'))
  .join(addressTable)
  .groupBy(U.name)
  .having(func.count(A.id).gt(1))
const base = select(func.count(A.id).label('count'), A.user_id).groupBy(A.user_id)
const subquery = base.subquery()
const counts = base.cte()
const countOfAddresses = select(func.count(A.id)).where(U.id.eq(A.user_id)).scalarSubquery()
const countOfThisUser = select(func.count(A.id)).where(U.id.eq(A.user_id)).correlate(userTable).scalarSubquery()
const correlated = select(U.name, A.email_address, countOfThisUser.label('address_count'))
  .joinFrom(userTable, addressTable)
  .orderBy(U.id, A.id)
const lateral = select(func.count(A.id).label('address_count'), A.email_address, A.user_id)
  .where(U.id.eq(A.user_id))
  .lateral()
const sandy = select(userTable).where(U.name.eq('sandy'))
const spongebob = select(userTable).where(U.name.eq('spongebob'))
const both = unionAll(sandy, spongebob)
const bothAsSubquery = both.subquery()
const joinedToBoth = select(bothAsSubquery.c.name, A.email_address)
  .joinFrom(addressTable, bothAsSubquery)
  .orderBy(bothAsSubquery.c.name, A.email_address)
const several = select(func.count(A.id))
  .where(U.id.eq(A.user_id))
  .groupBy(A.user_id)
  .having(func.count(A.id).gt(1))
  .exists()
const anyAddress = select(A.id).where(U.id.eq(A.user_id)).exists()
const numbered = select(func.rowNumber().over({ partitionBy: U.name }), U.name, A.email_address)
  .selectFrom(userTable)
  .join(addressTable)
const filtered = select(
  func.count(A.email_address).filter(U.name.eq('sandy')),
  func.count(A.email_address).filter(U.name.eq('spongebob')),
)
  .selectFrom(userTable)
  .join(addressTable)
const members = func('json_each', '["one", "two", "three"]').tableValued('value')
const chosen = select(members).where(members.c.value.in(['two', 'three']))
const asText = select(cast(U.id, Str))
const first = userTable.alias()
const second = userTable.alias()
const insertedFrom = insert(addressTable).fromSelect(['user_id', 'email_address'], selectStmt)

example('tutorial: insert', () => stmt, 'INSERT INTO user_account (name, fullname) VALUES (:name, :fullname)')
example(
  'tutorial: insert(user_table)',
  () => insert(userTable),
  'INSERT INTO user_account (id, name, fullname) VALUES (:id, :name, :fullname)',
)
example('tutorial: default values', () => insert(userTable).values({}), 'INSERT INTO user_account DEFAULT VALUES')
example(
  'tutorial: returning',
  () => insertStmt,
  'INSERT INTO address (id, user_id, email_address) VALUES (:id, :user_id, :email_address) RETURNING address.id, address.email_address',
)
example(
  'tutorial: from select returning',
  () => insertedFrom.returning(addressTable.c.id, addressTable.c.email_address),
  'INSERT INTO address (user_id, email_address) SELECT user_account.id, user_account.name || :name_1 AS anon_1 FROM user_account RETURNING address.id, address.email_address',
)
example(
  'tutorial: from select',
  () => insertedFrom,
  'INSERT INTO address (user_id, email_address) SELECT user_account.id, user_account.name || :name_1 AS anon_1 FROM user_account',
)
example(
  'tutorial: select where',
  () => select(userTable).where(U.name.eq('spongebob')),
  `${FULL} WHERE user_account.name = :name_1`,
)
example('tutorial: select', () => select(userTable), FULL)
example(
  'tutorial: select cols',
  () => select(U.name, U.fullname),
  'SELECT user_account.name, user_account.fullname FROM user_account',
)
example(
  'tutorial: label',
  () => greeting,
  'SELECT ? || user_account.name AS username FROM user_account ORDER BY user_account.name',
)
example(
  'tutorial: text col',
  () => phrase,
  "SELECT 'some phrase', user_account.name FROM user_account ORDER BY user_account.name",
)
example(
  'tutorial: literal_column',
  () => namedPhrase,
  "SELECT 'some phrase' AS p, user_account.name FROM user_account ORDER BY user_account.name",
)
example('tutorial: where', () => U.name.eq('squidward'), 'user_account.name = :name_1')
example('tutorial: where >', () => A.user_id.gt(10), 'address.user_id > :user_id_1')
example(
  'tutorial: two where',
  () => select(A.email_address).where(U.name.eq('squidward')).where(A.user_id.eq(U.id)),
  'SELECT address.email_address FROM address, user_account WHERE user_account.name = :name_1 AND address.user_id = user_account.id',
)
example(
  'tutorial: two where',
  () => select(A.email_address).where(U.name.eq('squidward'), A.user_id.eq(U.id)),
  'SELECT address.email_address FROM address, user_account WHERE user_account.name = :name_1 AND address.user_id = user_account.id',
)
example(
  'tutorial: and or',
  () => select(A.email_address).where(and(or(U.name.eq('squidward'), U.name.eq('sandy')), A.user_id.eq(U.id))),
  'SELECT address.email_address FROM address, user_account WHERE (user_account.name = :name_1 OR user_account.name = :name_2) AND address.user_id = user_account.id',
)
example(
  'tutorial: or and',
  () => select(A.email_address).where(or(U.name.eq('squidward'), and(A.user_id.eq(U.id), U.name.eq('sandy')))),
  'SELECT address.email_address FROM address, user_account WHERE user_account.name = :name_1 OR address.user_id = user_account.id AND user_account.name = :name_2',
)
example(
  'tutorial: filterBy',
  () => select(userTable).filterBy({ name: 'spongebob', fullname: 'Spongebob Squarepants' }),
  `${FULL} WHERE user_account.name = :name_1 AND user_account.fullname = :fullname_1`,
)
example(
  'tutorial: filterBy join',
  () => select(userTable).join(addressTable).filterBy({ name: 'spongebob', email_address: 'x' }),
  FULL +
    ' JOIN address ON user_account.id = address.user_id WHERE user_account.name = :name_1 AND address.email_address = :email_address_1',
)
example(
  'tutorial: from two',
  () => select(U.name, A.email_address),
  'SELECT user_account.name, address.email_address FROM user_account, address',
)
example(
  'tutorial: joinFrom',
  () => select(U.name, A.email_address).joinFrom(userTable, addressTable),
  `SELECT user_account.name, address.email_address ${JOINED}`,
)
example(
  'tutorial: join',
  () => select(U.name, A.email_address).join(addressTable),
  `SELECT user_account.name, address.email_address ${JOINED}`,
)
example(
  'tutorial: selectFrom join',
  () => select(A.email_address).selectFrom(userTable).join(addressTable),
  `SELECT address.email_address ${JOINED}`,
)
example(
  'tutorial: on',
  () => select(A.email_address).selectFrom(userTable).join(addressTable, U.id.eq(A.user_id)),
  `SELECT address.email_address ${JOINED}`,
)
example(
  'tutorial: outer',
  () => select(userTable).join(addressTable, undefined, { isOuter: true }),
  `${FULL} LEFT OUTER JOIN address ON user_account.id = address.user_id`,
)
example(
  'tutorial: full',
  () => select(userTable).join(addressTable, undefined, { isFull: true }),
  `${FULL} FULL OUTER JOIN address ON user_account.id = address.user_id`,
)
example('tutorial: order', () => select(userTable).orderBy(U.name), `${FULL} ORDER BY user_account.name`)
example(
  'tutorial: order desc',
  () => select(userTable).orderBy(U.fullname.desc()),
  `${FULL} ORDER BY user_account.fullname DESC`,
)
example('tutorial: count', () => func.count(U.id), 'count(user_account.id)')
example(
  'tutorial: group',
  () => counted,
  'SELECT user_account.name, count(address.id) AS count FROM user_account JOIN address ON user_account.id = address.user_id GROUP BY user_account.name HAVING count(address.id) > ?',
)
example(
  'tutorial: order by label',
  () =>
    select(A.user_id, func.count(A.id).label('num_addresses'))
      .groupBy('user_id')
      .orderBy('user_id', desc('num_addresses')),
  'SELECT address.user_id, count(address.id) AS num_addresses FROM address GROUP BY address.user_id ORDER BY address.user_id, num_addresses DESC',
)
example(
  'tutorial: alias',
  () => select(first.c.name, second.c.name).joinFrom(first, second, first.c.id.gt(second.c.id)),
  'SELECT user_account_1.name, user_account_2.name AS name_1 FROM user_account AS user_account_1 JOIN user_account AS user_account_2 ON user_account_1.id > user_account_2.id',
)
example(
  'tutorial: from subq',
  () => select(subquery.c.user_id, subquery.c.count),
  'SELECT anon_1.user_id, anon_1.count FROM (SELECT count(address.id) AS count, address.user_id AS user_id FROM address GROUP BY address.user_id) AS anon_1',
)
example(
  'tutorial: join subq',
  () => select(U.name, U.fullname, subquery.c.count).joinFrom(userTable, subquery),
  'SELECT user_account.name, user_account.fullname, anon_1.count FROM user_account JOIN (SELECT count(address.id) AS count, address.user_id AS user_id FROM address GROUP BY address.user_id) AS anon_1 ON user_account.id = anon_1.user_id',
)
example(
  'tutorial: join cte',
  () => select(U.name, U.fullname, counts.c.count).joinFrom(userTable, counts),
  'WITH anon_1 AS (SELECT count(address.id) AS count, address.user_id AS user_id FROM address GROUP BY address.user_id) SELECT user_account.name, user_account.fullname, anon_1.count FROM user_account JOIN anon_1 ON user_account.id = anon_1.user_id',
)
example(
  'tutorial: scalar',
  () => countOfAddresses,
  '(SELECT count(address.id) AS count_1 FROM address, user_account WHERE user_account.id = address.user_id)',
)
example(
  'tutorial: scalar eq',
  () => countOfAddresses.eq(5),
  '(SELECT count(address.id) AS count_1 FROM address, user_account WHERE user_account.id = address.user_id) = :param_1',
)
example(
  'tutorial: correlated',
  () => select(U.name, countOfAddresses.label('address_count')),
  'SELECT user_account.name, (SELECT count(address.id) AS count_1 FROM address WHERE user_account.id = address.user_id) AS address_count FROM user_account',
)
example(
  'tutorial: correlate',
  () => correlated,
  'SELECT user_account.name, address.email_address, (SELECT count(address.id) AS count_1 FROM address WHERE user_account.id = address.user_id) AS address_count FROM user_account JOIN address ON user_account.id = address.user_id ORDER BY user_account.id, address.id',
)
example(
  'tutorial: lateral',
  () =>
    select(U.name, lateral.c.address_count, lateral.c.email_address)
      .joinFrom(userTable, lateral)
      .orderBy(U.id, lateral.c.email_address),
  'SELECT user_account.name, anon_1.address_count, anon_1.email_address FROM user_account JOIN LATERAL (SELECT count(address.id) AS address_count, address.email_address AS email_address, address.user_id AS user_id FROM address WHERE user_account.id = address.user_id) AS anon_1 ON user_account.id = anon_1.user_id ORDER BY user_account.id, anon_1.email_address',
)
example(
  'tutorial: union',
  () => both,
  `${FULL} WHERE user_account.name = ? UNION ALL ${FULL} WHERE user_account.name = ?`,
)
example(
  'tutorial: union subq',
  () => joinedToBoth,
  'SELECT anon_1.name, address.email_address FROM address JOIN (SELECT user_account.id AS id, user_account.name AS name, user_account.fullname AS fullname FROM user_account WHERE user_account.name = ? UNION ALL SELECT user_account.id AS id, user_account.name AS name, user_account.fullname AS fullname FROM user_account WHERE user_account.name = ?) AS anon_1 ON anon_1.id = address.user_id ORDER BY anon_1.name, address.email_address',
)
example(
  'tutorial: exists',
  () => select(U.name).where(several),
  'SELECT user_account.name FROM user_account WHERE EXISTS (SELECT count(address.id) AS count_1 FROM address WHERE user_account.id = address.user_id GROUP BY address.user_id HAVING count(address.id) > ?)',
)
example(
  'tutorial: not exists',
  () => select(U.name).where(not(anyAddress)),
  'SELECT user_account.name FROM user_account WHERE NOT (EXISTS (SELECT address.id FROM address WHERE user_account.id = address.user_id))',
)
example(
  'tutorial: count()',
  () => select(func.count()).selectFrom(userTable),
  'SELECT count(*) AS count_1 FROM user_account',
)
example(
  'tutorial: lower',
  () => select(func.lower('A String With Much UPPERCASE')),
  'SELECT lower(:lower_2) AS lower_1',
)
example(
  'tutorial: crazy',
  () => select(func('some_crazy_function', U.name, 17)),
  'SELECT some_crazy_function(user_account.name, :some_crazy_function_2) AS some_crazy_function_1 FROM user_account',
)
example(
  'tutorial: upper',
  () => select(func.upper('lowercase').add(' suffix')),
  'SELECT upper(:upper_1) || :upper_2 AS anon_1',
)
example(
  'tutorial: over',
  () => numbered,
  'SELECT row_number() OVER (PARTITION BY user_account.name) AS anon_1, user_account.name, address.email_address FROM user_account JOIN address ON user_account.id = address.user_id',
)
example(
  'tutorial: count over',
  () => select(func.count().over({ orderBy: U.name }), U.name),
  'SELECT count(*) OVER (ORDER BY user_account.name) AS anon_1, user_account.name FROM user_account',
)
example(
  'tutorial: aggregate_order_by',
  () => select(func('group_concat', U.name).aggregateOrderBy(U.name.desc())),
  'SELECT group_concat(user_account.name ORDER BY user_account.name DESC) AS group_concat_1 FROM user_account',
)
example(
  'tutorial: filter',
  () => filtered,
  'SELECT count(address.email_address) FILTER (WHERE user_account.name = ?) AS anon_1, count(address.email_address) FILTER (WHERE user_account.name = ?) AS anon_2 FROM user_account JOIN address ON user_account.id = address.user_id',
)
example(
  'tutorial: table valued',
  () => chosen,
  'SELECT anon_1.value FROM json_each(?) AS anon_1 WHERE anon_1.value IN (?, ?)',
)
example(
  'tutorial: column valued',
  () => select(func('json_array_elements', '["one", "two"]').columnValued('x')),
  'SELECT x FROM json_array_elements(:json_array_elements_1) AS x',
)
example('tutorial: cast', () => asText, 'SELECT CAST(user_account.id AS VARCHAR) AS id FROM user_account')
