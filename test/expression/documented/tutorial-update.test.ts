// The examples of SQLAlchemy's Unified Tutorial on UPDATE and DELETE, as far as they are about Core: the same SQL from the same statements.

import { bindparam, Column, deleteFrom, Integer, String as Str, select, table, update, values } from 'tsalchemy'
import { example, postgresql as P } from './example.ts'
import { addressTable, metadata, userTable } from './tutorial-tables.ts'

const someTable = table('some_table', metadata, {
  x: Column(Integer, { nullable: true }),
  y: Column(Integer, { nullable: true }),
})
const U = userTable.c
const A = addressTable.c
const firstEmail = select(A.email_address).where(A.user_id.eq(U.id)).orderBy(A.id).limit(1).scalarSubquery()
const named = values({ id: Integer, name: Str(30) }, { name: 'my_values' }).data([
  [1, 'new_name'],
  [2, 'another_name'],
  [3, 'name_name'],
])
const fromValues = update(userTable).values({ name: named.c.name }).where(U.id.eq(named.c.id))
const other = userTable.alias('u2')

example(
  'tutorial/data_update: update',
  () => update(userTable).where(U.name.eq('patrick')).values({ fullname: 'Patrick the Star' }),
  'UPDATE user_account SET fullname=:fullname WHERE user_account.name = :name_1',
)
example(
  'tutorial/data_update: bindparam',
  () =>
    update(userTable)
      .where(U.name.eq(bindparam('oldname')))
      .values({ name: bindparam('newname') }),
  'UPDATE user_account SET name=:newname WHERE user_account.name = :oldname',
)
example(
  'tutorial/data_update: correlated',
  () => update(userTable).values({ fullname: firstEmail }).all(),
  'UPDATE user_account SET fullname=(SELECT address.email_address FROM address WHERE address.user_id = user_account.id ORDER BY address.id LIMIT :param_1)',
)
example(
  'tutorial/data_update: from',
  () =>
    update(userTable)
      .where(U.id.eq(A.user_id))
      .where(A.email_address.eq('patrick@aol.com'))
      .values({ fullname: 'Pat' }),
  'UPDATE user_account SET fullname=:fullname FROM address WHERE user_account.id = address.user_id AND address.email_address = :email_address_1',
)
example(
  'tutorial/data_update: update values pg',
  () => P(fromValues),
  'UPDATE user_account SET name=my_values.name FROM (VALUES ($1::INTEGER, $2::VARCHAR), ($3::INTEGER, $4::VARCHAR), ($5::INTEGER, $6::VARCHAR)) AS my_values (id, name) WHERE user_account.id = my_values.id',
)
example(
  'tutorial/data_update: ordered',
  () =>
    update(someTable)
      .values([
        [someTable.c.y, 20],
        [someTable.c.x, someTable.c.y.add(10)],
      ])
      .all(),
  'UPDATE some_table SET y=:y, x=(some_table.y + :y_1)',
)
example(
  'tutorial/data_update: delete',
  () => deleteFrom(userTable).where(U.name.eq('patrick')),
  'DELETE FROM user_account WHERE user_account.name = :name_1',
)
example(
  'tutorial/data_update: delete using',
  () => P(deleteFrom(userTable).where(U.id.eq(A.user_id)).where(A.email_address.eq('patrick@aol.com'))),
  'DELETE FROM user_account USING address WHERE user_account.id = address.user_id AND address.email_address = $1::VARCHAR',
)
example(
  'tutorial/data_update: delete using join',
  () =>
    P(
      deleteFrom(userTable)
        .using(other.outerjoin(addressTable, other.c.id.eq(A.user_id)))
        .where(A.email_address.eq('x')),
    ),
  'DELETE FROM user_account USING user_account AS u2 LEFT OUTER JOIN address ON u2.id = address.user_id WHERE address.email_address = $1::VARCHAR',
)
example(
  'tutorial/data_update: returning',
  () => update(userTable).where(U.name.eq('patrick')).values({ fullname: 'Patrick the Star' }).returning(U.id, U.name),
  'UPDATE user_account SET fullname=:fullname WHERE user_account.name = :name_1 RETURNING user_account.id, user_account.name',
)
example(
  'tutorial/data_update: delete returning',
  () => deleteFrom(userTable).where(U.name.eq('patrick')).returning(U.id, U.name),
  'DELETE FROM user_account WHERE user_account.name = :name_1 RETURNING user_account.id, user_account.name',
)
