// The examples of SQLAlchemy's pages on metadata, defaults, constraints and custom types, and of its questions: the same SQL.

import {
  ARRAY,
  CheckConstraint,
  Column,
  CreateTable,
  CreateTableAs,
  CreateView,
  CustomElement,
  column,
  compiles,
  DateTime,
  func,
  Integer,
  MetaData,
  PrimaryKeyConstraint,
  Sequence,
  type SqlType,
  type SqlValue,
  String as StringType,
  select,
  table,
  text,
  UniqueConstraint,
  UserDefinedType,
  view,
} from 'tsalchemy'
import { array, ExcludeConstraint, TSRANGE } from 'tsalchemy/postgresql'
import { example, postgresql } from './example.ts'

const shop = new MetaData({ schema: 'remote_banks' })
const bank = table('financial_info', shop, {
  id: Column(Integer, { primaryKey: true }),
  value: Column(StringType(100)),
})
const user = table('user', new MetaData(), {
  user_id: Column(Integer, { primaryKey: true }),
  user_name: Column(StringType(16)),
  status: Column(StringType),
})
const active = select(user.c.user_id, user.c.user_name).where(user.c.status.eq('active'))
const activeUsers = view('active_users', new MetaData(), active)
const copied = new CreateTableAs(
  'spongebob_users',
  select(user.c.user_id, user.c.user_name).where(user.c.user_name.like('sponge%')),
)
const ACTIVE = `SELECT "user".user_id, "user".user_name FROM "user" WHERE "user".status = 'active'`

example(
  'core/metadata: a schema',
  () => select(bank),
  'SELECT remote_banks.financial_info.id, remote_banks.financial_info.value FROM remote_banks.financial_info',
)
example(
  'core/metadata: no schema where the MetaData has one',
  () => select(table('plain', shop, { id: Column(Integer) }, { schema: null })),
  'SELECT plain.id FROM plain',
)
example('core/metadata: a view', () => postgresql(new CreateView(activeUsers)), `CREATE VIEW active_users AS ${ACTIVE}`)
example(
  'core/metadata: OR REPLACE',
  () => postgresql(new CreateView(activeUsers, { orReplace: true })),
  `CREATE OR REPLACE VIEW active_users AS ${ACTIVE}`,
)
example(
  'core/metadata: from a view',
  () => select(activeUsers).where(activeUsers.c.user_id.gt(5)),
  'SELECT active_users.user_id, active_users.user_name FROM active_users WHERE active_users.user_id > :user_id_1',
)
example(
  'core/metadata: CREATE TABLE AS',
  () => postgresql(copied),
  `CREATE TABLE spongebob_users AS SELECT "user".user_id, "user".user_name FROM "user" WHERE "user".user_name LIKE 'sponge%'`,
)
example(
  'core/metadata: from what was made so',
  () => select(copied.table).where(copied.table.c.user_id.gt(5)),
  'SELECT spongebob_users.user_id, spongebob_users.user_name FROM spongebob_users WHERE spongebob_users.user_id > :user_id_1',
)
example(
  'core/metadata: CREATE TEMPORARY TABLE AS',
  () => postgresql(new CreateTableAs('temp_snapshot', active, { temporary: true, ifNotExists: true })),
  `CREATE TEMPORARY TABLE IF NOT EXISTS temp_snapshot AS ${ACTIVE}`,
)
example(
  'core/constraints: a primary key of two columns',
  () =>
    postgresql(
      new CreateTable(
        table(
          'mytable',
          new MetaData(),
          { id: Column(Integer), version_id: Column(Integer), data: Column(StringType(50), { nullable: true }) },
          { constraints: [new PrimaryKeyConstraint(['id', 'version_id'], { name: 'mytable_pk' })] },
        ),
      ),
    ),
  'CREATE TABLE mytable ( id INTEGER NOT NULL, version_id INTEGER NOT NULL, data VARCHAR(50), CONSTRAINT mytable_pk PRIMARY KEY (id, version_id) )',
)
example(
  'core/constraints: UNIQUE and CHECK',
  () =>
    postgresql(
      new CreateTable(
        table(
          'mytable',
          new MetaData(),
          {
            col1: Column(Integer, { nullable: true, unique: true }),
            col2: Column(Integer, { nullable: true }),
            col3: Column(Integer, { nullable: true }),
          },
          {
            constraints: [
              new UniqueConstraint(['col2', 'col3'], { name: 'uix_1' }),
              new CheckConstraint('col2 > col3 + 5', { name: 'check1' }),
            ],
          },
        ),
      ),
    ),
  'CREATE TABLE mytable ( col1 INTEGER, col2 INTEGER, col3 INTEGER, UNIQUE (col1), CONSTRAINT uix_1 UNIQUE (col2, col3), CONSTRAINT check1 CHECK (col2 > col3 + 5) )',
)
const named = new MetaData({ namingConvention: { ck: 'ck_%(table_name)s_%(column_0_name)s' } })
example(
  'core/constraints: the name of a CHECK',
  () =>
    postgresql(
      new CreateTable(
        table(
          'foo',
          named,
          { value: Column(Integer, { nullable: true }) },
          { constraints: [new CheckConstraint(column('value', Integer).gt(5))] },
        ),
      ),
    ),
  'CREATE TABLE foo ( value INTEGER, CONSTRAINT ck_foo_value CHECK (value > 5) )',
)
example(
  'core/defaults: the next value of a sequence',
  () => postgresql(select(new Sequence('some_sequence', { start: 1 }).nextValue())),
  "SELECT nextval('some_sequence') AS next_value_1",
)
example(
  'core/defaults: a sequence as DEFAULT',
  () =>
    postgresql(
      new CreateTable(
        table('cartitems', new MetaData(), {
          cart_id: Column(Integer, { primaryKey: true, serverDefault: new Sequence('cart_id_seq').nextValue() }),
          description: Column(StringType(40), { nullable: true }),
        }),
      ),
    ),
  "CREATE TABLE cartitems ( cart_id INTEGER DEFAULT nextval('cart_id_seq') NOT NULL, description VARCHAR(40), PRIMARY KEY (cart_id) )",
)
example(
  'core/defaults: texts, functions and SQL as DEFAULT',
  () =>
    postgresql(
      new CreateTable(
        table('test', new MetaData(), {
          abc: Column(StringType(20), { nullable: true, serverDefault: 'abc' }),
          created_at: Column(DateTime, { nullable: true, serverDefault: func.now() }),
          index_value: Column(Integer, { nullable: true, serverDefault: text('0') }),
          bar: Column(ARRAY(StringType), { nullable: true, serverDefault: array(['biz', 'bang', 'bash']) }),
        }),
      ),
    ),
  "CREATE TABLE test ( abc VARCHAR(20) DEFAULT 'abc', created_at TIMESTAMP WITHOUT TIME ZONE DEFAULT now(), index_value INTEGER DEFAULT 0, bar VARCHAR[] DEFAULT ARRAY['biz', 'bang', 'bash'] )",
)
example(
  'core/defaults: IDENTITY',
  () =>
    postgresql(
      new CreateTable(
        table('data', new MetaData(), {
          id: Column(Integer, { primaryKey: true, identity: { start: 42, cycle: true } }),
          data: Column(StringType, { nullable: true }),
        }),
      ),
    ),
  'CREATE TABLE data ( id INTEGER GENERATED BY DEFAULT AS IDENTITY (START WITH 42 CYCLE), data VARCHAR, PRIMARY KEY (id) )',
)
example(
  'dialects/postgresql: EXCLUDE',
  () =>
    postgresql(
      new CreateTable(
        table(
          'some_table',
          new MetaData(),
          { period: Column(TSRANGE, { nullable: true }), group: Column(StringType, { nullable: true }) },
          {
            constraints: (c) => [
              new ExcludeConstraint(
                [
                  [c.period, '&&'],
                  [c.group, '='],
                ],
                { where: c.group.ne('some group'), name: 'excl', operatorClasses: { group: 'my_operator_class' } },
              ),
            ],
          },
        ),
      ),
    ),
  `CREATE TABLE some_table ( period TSRANGE, "group" VARCHAR, CONSTRAINT excl EXCLUDE USING gist (period WITH &&, "group" my_operator_class WITH =) WHERE ("group" != 'some group') )`,
)

class Geometry extends UserDefinedType<string> {
  columnSpecification(): string {
    return 'GEOMETRY'
  }
  override bindExpression(value: SqlValue): SqlValue {
    return func('ST_GeomFromText', value)
  }
  override columnExpression(of: SqlValue): SqlValue {
    return func('ST_AsText', of)
  }
  toText(value: string): string {
    return value
  }
  fromText(value: string): string {
    return value
  }
}
const geometry = table('geometry', new MetaData(), { id: Column(Integer), data: Column(new Geometry()) })
example(
  'core/custom_types: SQL around values',
  () => select(geometry).where(geometry.c.data.eq('LINESTRING(189412 252431)')),
  'SELECT geometry.id, ST_AsText(geometry.data) AS data FROM geometry WHERE geometry.data = ST_GeomFromText(:data_1)',
)
example(
  'core/custom_types: SQL around a column with a label',
  () => select(geometry.c.data.label('my_data')),
  'SELECT ST_AsText(geometry.data) AS my_data FROM geometry',
)

class UtcNow extends CustomElement<string> {
  readonly type: SqlType<string> = DateTime
}
compiles(UtcNow, () => "TIMEZONE('utc', CURRENT_TIMESTAMP)", { dialect: 'postgresql' })
example(
  'ext/compiler: a function of the database at hand',
  () =>
    postgresql(
      new CreateTable(
        table('event', new MetaData(), { at: Column(DateTime, { nullable: true, serverDefault: new UtcNow() }) }),
      ),
    ),
  "CREATE TABLE event ( at TIMESTAMP WITHOUT TIME ZONE DEFAULT TIMEZONE('utc', CURRENT_TIMESTAMP) )",
)

const q1 = column('q1', Integer)
const q2 = column('q2', Integer)
const p = column('p', Integer)
example('faq/sqlexpressions: op()', () => q1.op('->')(p), 'q1 -> p')
example('faq/sqlexpressions: op() beside others', () => q1.add(q2).op('->')(p), 'q1 + q2 -> p')
example('faq/sqlexpressions: a precedence', () => q1.add(q2).op('->', { precedence: 100 })(p), '(q1 + q2) -> p')
example(
  'faq/sqlexpressions: a precedence on the left',
  () => q1.subtract(q2).op('+', { precedence: 100 })(p),
  '(q1 - q2) + p',
)
example('faq/sqlexpressions: none on the right', () => q1.subtract(q2.op<number>('+')(p)), 'q1 - (q2 + p)')
example(
  'faq/sqlexpressions: percent signs',
  () => postgresql(select(table('my_table', new MetaData(), { 'value % one': Column(Integer) }))),
  'SELECT my_table."value % one" FROM my_table',
)
