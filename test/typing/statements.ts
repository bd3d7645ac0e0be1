// Promises of the types of statements: what rows and tuples they give, and what must not compile. Checked by tsc.

import {
  ARRAY,
  all,
  and,
  any,
  BigInteger,
  bindparam,
  Column,
  caseWhen,
  cast,
  column,
  DateTime,
  deleteFrom,
  desc,
  type Executable,
  except,
  exists,
  func,
  Integer,
  insert,
  intersect,
  JSON,
  literal,
  literalColumn,
  MetaData,
  not,
  or,
  Select,
  type Selectable,
  type SelectBase,
  String,
  select,
  sql,
  sqlNull,
  sqlTrue,
  table,
  text,
  tuple,
  union,
  unionAll,
  update,
} from 'tsalchemy'
import { aliased, DeclarativeBase, Entity, mapped, Relationship } from 'tsalchemy/orm'
import type { Connection } from '../../src/engine/connection.ts'

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
const holds = <_X extends true>(): void => {}
/** The row and the tuple of a statement. */
type Row<S extends Executable> = S['~row']
type Tuple<S extends Executable> = S['~tuple']

declare const conn: Connection

const metadata = new MetaData()
const users = table('users', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String(50)),
  nick: Column(String(50), { nullable: true }),
  prefs: Column(JSON<{ dark: boolean }>(), { default: () => ({ dark: true }) }),
})
const posts = table('posts', metadata, {
  id: Column(BigInteger, { primaryKey: true }),
  userId: Column(Integer, { foreignKey: 'users.id' }),
  at: Column(DateTime({ timezone: true })),
  tags: Column(ARRAY(String), { nullable: true }),
})

// ---- the prototype's promises ------------------------------------------------------------------------------------

export async function prototype(): Promise<void> {
  const columns = await conn.execute(select(users.c.id, users.c.nick)).all()
  holds<Equal<typeof columns, { id: number; nick: string | null }[]>>()
  const wholeTable = await conn.execute(select(users).where(users.c.name.like('e%'))).one()
  holds<Equal<typeof wholeTable, { id: number; name: string; nick: string | null; prefs: { dark: boolean } }>>()
  const [n, latest] = await conn
    .execute(select(func.count().label('n'), func.max(users.c.id)))
    .tuples()
    .one()
  holds<Equal<[typeof n, typeof latest], [number, number | null]>>()
  // @ts-expect-error a string against an integer column
  users.c.id.eq('x')
  // @ts-expect-error LIKE on a number
  users.c.id.like('x')
  // @ts-expect-error undefined in a criterion
  users.c.name.eq(undefined)
  insert(users).values([{ name: 'ed' }, { name: 'wendy', nick: null }])
  // @ts-expect-error the required column `name` is missing
  insert(users).values({ nick: 'x' })
  // @ts-expect-error no such column
  insert(users).values({ name: 'x', nmae: 'y' })
}

// biome-ignore lint/suspicious/noExplicitAny: the form that users write
class Base<Self = any> extends DeclarativeBase<Self> {}
@Entity('user_account')
class User extends Base<User> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String(30)) name!: string
  @Column(String(30), { nullable: true }) nick!: string | null
  @Relationship(() => Address, { backPopulates: 'user' }) addresses!: Address[]
  greet(): string {
    return `hi ${this.name}`
  }
}
@Entity('address')
class Address extends Base<Address> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String()) email!: string
  @Column({ foreignKey: 'user_account.id' }) userId!: number
  @Relationship(() => User, { backPopulates: 'addresses' }) user!: User | null
}

export async function prototypeOfClasses(): Promise<void> {
  const u = mapped(User)
  const a = aliased(Address, 'a')
  const pairs = await conn
    .execute(
      select(User, a).where(
        u.name.eq('ed'),
        u.addresses.any((x) => x.email.like('%@x')),
      ),
    )
    .tuples()
    .all()
  holds<Equal<typeof pairs, [User, Address][]>>()
  const mixed = await conn.execute(select(u.name, a.email.label('mail'))).all()
  holds<Equal<typeof mixed, { name: string; mail: string }[]>>()
  const named = await conn.execute(select({ who: u, mail: a.email })).one()
  holds<Equal<typeof named, { who: User; mail: string }>>()
  const people = await conn.execute(select(User)).scalars().all()
  holds<Equal<typeof people, User[]>>()
  insert(User).values({ name: 'ed', nick: null })
  // @ts-expect-error no such attribute
  insert(User).values({ nmae: 'ed' })
  // @ts-expect-error a relationship is no column
  insert(User).values({ name: 'ed', addresses: [] })
  // @ts-expect-error a number for a string
  update(User).values({ name: 5 })
  deleteFrom(User).where(u.id.eq(5))
  select(u.name).join(u.addresses).join(a, a.userId.eq(u.id))
}

// ---- expressions -------------------------------------------------------------------------------------------------

export const expressions = (): void => {
  users.c.nick.eq(users.c.name)
  users.c.name.eq(users.c.nick)
  users.c.name.eq(null)
  users.c.name.eq(sqlNull())
  users.c.id.eq(bindparam('id'))
  users.c.id.in([1, 2])
  users.c.id.in(select(posts.c.userId))
  users.c.prefs.eq({ dark: true })
  users.c.nick.like(users.c.name)
  any(posts.c.tags).eq('a')
  users.c.id.eq(any(select(posts.c.userId)))
  all(literal([1], ARRAY(Integer))).gt(5)
  posts.c.at.gt(new Date())
  posts.c.at.subtract({ months: 0, days: 1, microseconds: 0n })
  and(users.c.id.eq(1), or(text('x'), not(exists(select(1)))))
  tuple(users.c.id, users.c.name).in([[1, 'ed']])
  // @ts-expect-error a number in a list for strings
  users.c.name.in(['a', 5])
  // @ts-expect-error a SELECT of strings for a number
  users.c.id.in(select(users.c.name))
  // @ts-expect-error a SELECT of two columns
  users.c.id.in(select(users.c.id, users.c.name))
  // @ts-expect-error null has no order
  users.c.id.lt(null)
  // @ts-expect-error a bigint column is no number column
  posts.c.id.eq(users.c.id)
  // @ts-expect-error another shape of document
  users.c.prefs.eq({ light: true })
  tuple(users.c.id, users.c.name).in(select(users.c.id, users.c.nick))
  // @ts-expect-error a SELECT of columns of another type
  tuple(users.c.id, users.c.name).in(select(users.c.name, users.c.id))
  // @ts-expect-error a SELECT of one column
  tuple(users.c.id, users.c.name).in(select(users.c.id))
  // @ts-expect-error members of another type
  tuple(users.c.id, users.c.name).in([['ed', 1]])
  // @ts-expect-error a JavaScript boolean is no criterion
  select(users).where(true)
  // @ts-expect-error a comparison of JavaScript gives a boolean
  select(users).where(Object.is(users.c.id, 5))
  // @ts-expect-error no criterion
  select(users).where(undefined)
  // @ts-expect-error a number is no criterion
  select(users).where(users.c.id)
  // @ts-expect-error CONCAT of a number
  users.c.id.concat('x')
  // @ts-expect-error no such column
  users.c.nope
}

const lengths = select(
  caseWhen([users.c.id.eq(1), 'one'], [users.c.id.eq(2), users.c.nick]).label('maybe'),
  caseWhen([users.c.id.eq(1), 'one'], { else: 'many' }).label('sure'),
  caseWhen([1, true], [2, false], { value: users.c.id }).label('by'),
  cast(users.c.id, String).label('cast'),
  users.c.nick.cast(Integer).label('nullable'),
  literal(5).label('five'),
  literalColumn('now()', DateTime({ timezone: true })).label('now'),
  column('x', Integer),
  tuple(users.c.id, 'x').label('pair'),
  posts.c.id.divide(2n).label('half'),
)
holds<
  Equal<
    Row<typeof lengths>,
    {
      maybe: string | null
      sure: string
      by: boolean | null
      cast: string
      nullable: number | null
      five: number
      now: Date
      x: number
      pair: [number, string]
      half: string
    }
  >
>()

const functions = select(
  func.coalesce(users.c.nick, users.c.name).label('coalesced'),
  func.lower(users.c.nick).label('lower'),
  func.lower('X').label('constant'),
  func.length(users.c.nick).label('length'),
  func.sum(users.c.id).label('sum'),
  func.avg(posts.c.id).label('avg'),
  func.arrayAgg(users.c.name).label('names'),
  func.now().label('now'),
  func.rowNumber().over({ orderBy: users.c.id }).label('row'),
  func.lag(users.c.name).over().label('before'),
  func.count(users.c.id).filter(users.c.id.gt(5)).label('filtered'),
  func.percentileCont(0.5).withinGroup(users.c.id).label('median'),
  func.jsonAgg<{ a: number }>(users.c.id).label('documents'),
  func<number>('my_own', 1, 'x').label('own'),
  func('anything').label('unknown'),
  func<string>(['pg_catalog', 'pg_typeof'], users.c.id).label('package'),
)
holds<
  Equal<
    Row<typeof functions>,
    {
      coalesced: string
      lower: string | null
      constant: string
      length: number | null
      sum: number | null
      avg: string | null
      names: string[] | null
      now: Date
      row: number
      before: string | null
      filtered: number
      median: number
      documents: { a: number }[] | null
      own: number
      unknown: unknown
      package: string
    }
  >
>()

// ---- SELECT ------------------------------------------------------------------------------------------------------

const wide = select(users, posts.c.at, func.count())
holds<Equal<Row<typeof wide>, { id: number; name: string; nick: string | null; prefs: { dark: boolean }; at: Date }>>()
// The columns of a whole table stand one by one, in an order that its type does not say.
holds<Equal<Tuple<typeof wide>, (number | string | null | { dark: boolean } | Date)[]>>()
const more = select(users.c.id).addColumns(users.c.name, users.c.nick.label('called'))
holds<Equal<Tuple<typeof more>, [number, string, string | null]>>()
const id: number = more['~row'].id
const called: string | null = more['~row'].called
void [id, called]
const other = more.withOnlyColumns(posts.c.at)
holds<Equal<Row<typeof other>, { at: Date }>>()
const one = select(1, users.c.id)
holds<Equal<Tuple<typeof one>, [1, number]>>()

const adults = select(users.c.id, users.c.nick.label('called')).subquery('adults')
const fromAdults = select(adults.c.called, adults.c.id)
holds<Equal<Row<typeof fromAdults>, { called: string | null; id: number }>>()
const everyColumn = select(adults)
holds<Equal<Row<typeof everyColumn>, { id: number; called: string | null }>>()
const boss = users.alias('boss')
const bosses = select(boss.c.nick)
holds<Equal<Row<typeof bosses>, { nick: string | null }>>()
const tree = select(users.c.id).cte('tree', { recursive: true }).unionAll(select(posts.c.userId))
const fromTree = select(tree.c.id)
holds<Equal<Row<typeof fromTree>, { id: number }>>()
const scalar = select(select(func.count()).scalarSubquery().label('n'))
holds<Equal<Row<typeof scalar>, { n: number | null }>>()
const both = union(select(users.c.id, users.c.name), select(posts.c.userId, users.c.name))
holds<Equal<Row<typeof both>, { id: number; name: string }>>()
const eitherName = union(select(users.c.id, users.c.name), select(users.c.id, users.c.nick.label('name')))
holds<Equal<Row<typeof eitherName>, { id: number; name: string | null }>>()
const otherNames = select(users.c.name).unionAll(select(users.c.name.label('other')), select(users.c.nick))
holds<Equal<Row<typeof otherNames>, { name: string | null }>>()
const sorts = unionAll(select(users.c.nick), select(users.c.name))
holds<Equal<Row<typeof sorts>, { nick: string | null }>>()
const numbers = select(1).union(select(2))
holds<Equal<(typeof numbers)['~tuple'], [1 | 2]>>()
// Whole tables: the columns of the others by their names; what has no such name, by its sort.
const guests = table('guests', metadata, { id: Column(Integer, { primaryKey: true }), name: Column(String(50)) })
const visitors = table('visitors', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String(50), { nullable: true }),
})
const callers = table('callers', metadata, {
  number: Column(Integer, { primaryKey: true }),
  alias: Column(String(50), { nullable: true }),
})
const wholes = union(select(guests), select(visitors))
holds<Equal<Row<typeof wholes>, { id: number; name: string | null }>>()
holds<Equal<Tuple<typeof wholes>, (number | string | null)[]>>()
const wholeAndList = select(guests).unionAll(select(visitors.c.id, visitors.c.name))
holds<Equal<Row<typeof wholeAndList>, { id: number; name: string | null }>>()
const listAndWhole = unionAll(select(guests.c.id, guests.c.name), select(guests), select(visitors))
holds<Equal<Row<typeof listAndWhole>, { id: number; name: string | null }>>()
holds<Equal<Tuple<typeof listAndWhole>, [number | null, string | null]>>()
const listAndOthers = select(guests.c.id, guests.c.name).union(select(callers))
holds<Equal<Row<typeof listAndOthers>, { id: number | null; name: string | null }>>()
const notNull = union(select(guests), select(users.c.id, users.c.name))
holds<Equal<Row<typeof notNull>, { id: number; name: string }>>()
const wholeLess = except(select(guests), select(visitors))
holds<Equal<Row<typeof wholeLess>, { id: number; name: string }>>()
const without = select(users.c.name).except(select(users.c.nick))
const apart = except(select(users.c.name), select(users.c.nick), select(users.c.name))
holds<Equal<Row<typeof apart>, { name: string }>>()
holds<Equal<Row<typeof without>, { name: string }>>()
const written = text('SELECT id FROM users').columns({ id: Integer, nick: String })
holds<Equal<Row<typeof written>, { id: number; nick: string }>>()
const tagged = sql<{ id: number }>`SELECT id FROM ${users} WHERE id = ${5}`
holds<Equal<Row<typeof tagged>, { id: number }>>()

export const selects = (): void => {
  select(users.c.name).orderBy('name', desc('name'), users.c.id.desc(), text('1'))
  select(users.c.name).orderBy(null)
  select(users.c.id).where(sqlTrue())
  // @ts-expect-error no such result column
  select(users.c.name).orderBy('nmae')
  // @ts-expect-error a string is no column
  select('name')
  // @ts-expect-error undefined is no column
  select(users.c.name, undefined)
  // @ts-expect-error no such column of the subquery
  adults.c.nick
  // @ts-expect-error another number of columns
  select(users.c.id).union(select(users.c.id, users.c.name))
  // @ts-expect-error another type
  select(users.c.id).union(select(users.c.name))
  // @ts-expect-error another type
  select(users.c.id).unionAll(select(users.c.name))
  // @ts-expect-error another type
  select(users.c.id).intersect(select(users.c.name))
  // @ts-expect-error another type
  select(users.c.id).intersectAll(select(users.c.name))
  // @ts-expect-error another type
  select(users.c.id).except(select(users.c.name))
  // @ts-expect-error another type
  select(users.c.id).exceptAll(select(users.c.name))
  // @ts-expect-error another type
  union(select(users.c.id), select(users.c.name))
  // @ts-expect-error another type
  unionAll(select(users.c.id), select(users.c.name))
  // @ts-expect-error another type
  intersect(select(users.c.id), select(users.c.name))
  // @ts-expect-error another type
  except(select(users.c.id), select(users.c.name))
  // @ts-expect-error no such option
  select(users.c.id).withForUpdate({ skipLokced: true })
  // @ts-expect-error a SELECT is no FROM element
  select(users.c.id).join(select(posts))
}

// ---- writes ------------------------------------------------------------------------------------------------------

const inserted = insert(users).values({ name: 'ed' }).returning(users.c.id, func.upper(users.c.name).label('loud'))
holds<Equal<Row<typeof inserted>, { id: number; loud: string }>>()
holds<Equal<Tuple<typeof inserted>, [number, string]>>()
const silent = insert(users).values({ name: 'ed' })
holds<Equal<Row<typeof silent>, never>>()
const updated = update(users).values({ nick: null }).where(users.c.id.eq(1)).returning(users)
holds<Equal<Row<typeof updated>, { id: number; name: string; nick: string | null; prefs: { dark: boolean } }>>()
const deleted = deleteFrom(posts).where(posts.c.userId.eq(users.c.id)).returning(posts.c.tags)
holds<Equal<Row<typeof deleted>, { tags: string[] | null }>>()
const gone = select(deleted.cte('gone').c.tags)
holds<Equal<Row<typeof gone>, { tags: string[] | null }>>()

export const writes = (flag: boolean): void => {
  insert(users).values({ name: func.lower('ED'), prefs: { dark: flag }, nick: flag ? 'x' : undefined })
  insert(users).fromSelect(['name', 'nick'], select(users.c.name, users.c.nick))
  update(users).values({ id: users.c.id.add(1), name: undefined })
  update(users).values([
    [users.c.name, 'x'],
    ['nick', null],
  ])
  // A scalar subquery has the NULL of no row in its type; that it gives one is for the database to see.
  insert(users).values({ name: select(users.c.name).limit(1).scalarSubquery(), nick: bindparam('nick') })
  insert(users).values({ name: func.lower(bindparam('name')) })
  // @ts-expect-error a scalar subquery of another type
  update(users).values({ name: select(users.c.id).limit(1).scalarSubquery() })
  // @ts-expect-error an expression that can be NULL
  insert(users).values({ name: users.c.nick })
  // @ts-expect-error NULL in a column that has none
  insert(users).values({ name: null })
  // @ts-expect-error undefined for a required column
  insert(users).values({ name: undefined })
  // @ts-expect-error an expression of another type
  insert(users).values({ name: users.c.id })
  // @ts-expect-error no such column
  insert(users).fromSelect(['nmae'], select(users.c.name))
  // @ts-expect-error no such column
  update(users).values({ nmae: 'x' })
  // @ts-expect-error an alias cannot be written
  insert(users.alias())
  // @ts-expect-error a class that is not mapped
  insert(Date)
}

// Statements of whatever kind can be passed on.
export const passedOn: readonly SelectBase[] = [select(users), both, new Select(select(users.c.id).state)]
export const items: readonly Selectable[] = [users, users.c.id, User, mapped(User), 1]
