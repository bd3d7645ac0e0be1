// Promises of the types of outer joins: what is on the side that can be missing can be null. Checked by tsc.
import {
  Column,
  type Executable,
  func,
  Integer,
  type JoinOptions,
  literal,
  MetaData,
  type Select,
  type SelectBase,
  String,
  select,
  sqlTrue,
  type Table,
  table,
  text,
  toMetadata,
  values,
  view,
} from 'tsalchemy'
import { aliased, DeclarativeBase, Entity, mapped, Relationship } from 'tsalchemy/orm'

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
const holds = <_X extends true>(): void => {}
type Row<S extends Executable> = S['~row']
type Tuple<S extends Executable> = S['~tuple']

const metadata = new MetaData()
const users = table('users', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String(50)),
  nick: Column(String(50), { nullable: true }),
})
const posts = table('posts', metadata, {
  id: Column(Integer, { primaryKey: true }),
  title: Column(String),
  userId: Column(Integer, { foreignKey: 'users.id' }),
})
const tags = table('tags', metadata, {
  postId: Column(Integer, { primaryKey: true, foreignKey: 'posts.id' }),
  tag: Column(String, { primaryKey: true }),
})

// ---- tables ------------------------------------------------------------------------------------------------------

const left = select(users.c.id, users.c.nick, posts.c.title).outerjoin(posts)
holds<Equal<Row<typeof left>, { id: number; nick: string | null; title: string | null }>>()
holds<Equal<Tuple<typeof left>, [number, string | null, string | null]>>()

// A key that both tables have stays that of the one that is named.
const sameKey = select(users.c.id, posts.c.id.label('postId')).outerjoin(posts)
holds<Equal<Row<typeof sameKey>, { id: number; postId: number | null }>>()
const named = select({ who: users.c.id, what: posts.c.id, n: func.count(posts.c.id) })
  .outerjoin(posts)
  .groupBy(users.c.id, posts.c.id)
holds<Equal<Row<typeof named>, { who: number; what: number | null; n: number }>>()
holds<Equal<Tuple<typeof named>, (number | null)[]>>()

const inner = select(users.c.id, posts.c.title).join(posts)
holds<Equal<Row<typeof inner>, { id: number; title: string }>>()
const byOption = select(users.c.id, posts.c.title).join(posts, posts.c.userId.eq(users.c.id), { isOuter: true })
holds<Equal<Row<typeof byOption>, { id: number; title: string | null }>>()
const notByOption = select(users.c.id, posts.c.title).join(posts, undefined, { isOuter: false })
holds<Equal<Row<typeof notByOption>, { id: number; title: string }>>()
const full = select(users.c.id, posts.c.title, literal(5).label('five')).join(posts, undefined, { isFull: true })
holds<Equal<Row<typeof full>, { id: number | null; title: string | null; five: number }>>()
export const maybe = (isOuter: boolean, options: JoinOptions): void => {
  const perhaps = select(users.c.id, posts.c.title).join(posts, undefined, { isOuter })
  holds<Equal<Row<typeof perhaps>, { id: number; title: string | null }>>()
  const anyhow = select(users.c.id, posts.c.title).join(posts, undefined, options)
  holds<Equal<Row<typeof anyhow>, { id: number | null; title: string | null }>>()
}

const chain = select(users.c.id, posts.c.title, tags.c.tag).outerjoin(posts).outerjoin(tags).where(sqlTrue()).limit(5)
holds<Equal<Row<typeof chain>, { id: number; title: string | null; tag: string | null }>>()
const from = select(posts.c.title, users.c.name).outerjoinFrom(posts, users)
holds<Equal<Row<typeof from>, { title: string; name: string | null }>>()
const whole = select(users, posts.c.title).outerjoin(posts)
holds<Equal<Row<typeof whole>, { id: number; name: string; nick: string | null; title: string | null }>>()
const wholeOuter = select(users.c.name, tags).outerjoin(tags, sqlTrue())
holds<Equal<Row<typeof wholeOuter>, { name: string; postId: number | null; tag: string | null }>>()
holds<Equal<Tuple<typeof wholeOuter>, (string | number | null)[]>>()

// Columns that come later are on the outer side too.
const later = select(users.c.id).outerjoin(posts).addColumns(posts.c.title, users.c.name)
const laterTitle: string | null = later['~row'].title
// @ts-expect-error it can be null
const wrong: string = later['~row'].title
holds<Equal<Tuple<typeof later>, [number, string | null, string]>>()
const others = select(users.c.id).outerjoin(posts).withOnlyColumns(posts.c.title)
holds<Equal<Row<typeof others>, { title: string | null }>>()
const laterYet = select(users.c.id).addColumns(posts.c.title).outerjoin(posts)
holds<Equal<Tuple<typeof laterYet>, [number, string | null]>>()
const prefixed = select(users.c.id, posts.c.title).setLabelStyle('tablenamePlusCol').outerjoin(posts)
holds<Equal<Row<typeof prefixed>, Record<string, number | string | null>>>()
void [laterTitle, wrong]

// ---- joins as FROM elements --------------------------------------------------------------------------------------

const joined = select(users.c.id, posts.c.title).selectFrom(users.outerjoin(posts))
holds<Equal<Row<typeof joined>, { id: number; title: string | null }>>()
const nested = select(users.c.id, posts.c.title, tags.c.tag).outerjoin(posts.join(tags))
holds<Equal<Row<typeof nested>, { id: number; title: string | null; tag: string | null }>>()
const inside = select(users.c.id, posts.c.title, tags.c.tag).join(posts.outerjoin(tags))
holds<Equal<Row<typeof inside>, { id: number; title: string; tag: string | null }>>()
const fullInside = select(users.c.id, posts.c.title, tags.c.tag).selectFrom(
  users.join(posts).join(tags, sqlTrue(), { isFull: true }),
)
holds<Equal<Row<typeof fullInside>, { id: number | null; title: string | null; tag: string | null }>>()

// ---- aliases, subqueries, CTEs, views, lists of values -----------------------------------------------------------

const boss = users.alias('boss')
const bosses = select(users.c.name, boss.c.name.label('boss')).outerjoin(boss, sqlTrue())
holds<Equal<Row<typeof bosses>, { name: string; boss: string | null }>>()
const nameless = users.alias()
const namelessBoss = select(users.c.name, nameless.c.name.label('boss')).outerjoin(nameless, sqlTrue())
holds<Equal<Row<typeof namelessBoss>, { name: string; boss: string | null }>>()

const counts = select(posts.c.userId, func.count().label('n')).groupBy(posts.c.userId).subquery()
const counted = select(users.c.name, counts.c.n).outerjoin(counts, counts.c.userId.eq(users.c.id))
holds<Equal<Row<typeof counted>, { name: string; n: number | null }>>()
const latest = select(posts.c.title).where(posts.c.userId.eq(users.c.id)).limit(1).lateral('latest')
const withLatest = select(users.c.name, latest.c.title).outerjoin(latest, sqlTrue())
holds<Equal<Row<typeof withLatest>, { name: string; title: string | null }>>()
const recent = select(posts.c.userId, posts.c.title).cte('recent')
const withRecent = select(users.c.name, recent.c.title).outerjoin(recent, sqlTrue())
holds<Equal<Row<typeof withRecent>, { name: string; title: string | null }>>()
// What an outer join gives goes on as nullable.
const onceMore = select(withRecent.subquery('again').c.title)
holds<Equal<Row<typeof onceMore>, { title: string | null }>>()
const shown = view('shown', metadata, select(posts.c.title))
const withShown = select(users.c.name, shown.c.title).outerjoin(shown, sqlTrue())
holds<Equal<Row<typeof withShown>, { name: string; title: string | null }>>()
const list = values({ a: Integer }, { name: 'list' }).data([[1]])
const withList = select(users.c.name, list.c.a).outerjoin(list, sqlTrue())
holds<Equal<Row<typeof withList>, { name: string; a: number | null }>>()
const written = text('SELECT 1 AS one').columns({ one: Integer }).subquery('written')
const withText = select(users.c.name, written.c.one).outerjoin(written, sqlTrue())
holds<Equal<Row<typeof withText>, { name: string; one: number | null }>>()
const copy = toMetadata(posts, new MetaData())
const withCopy = select(users.c.name, copy.c.title).outerjoin(copy, sqlTrue())
holds<Equal<Row<typeof withCopy>, { name: string; title: string | null }>>()

// ---- classes -----------------------------------------------------------------------------------------------------

// biome-ignore lint/suspicious/noExplicitAny: the form that users write
class Base<Self = any> extends DeclarativeBase<Self> {}
@Entity('user_account')
class User extends Base<User> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String(30)) name!: string
  @Relationship(() => Address, { backPopulates: 'user' }) addresses!: Address[]
}
@Entity('address')
class Address extends Base<Address> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String()) email!: string
  @Column({ foreignKey: 'user_account.id' }) userId!: number
  @Relationship(() => User, { backPopulates: 'addresses' }) user!: User | null
}
const u = mapped(User)
const a = mapped(Address)
const work = aliased(Address, 'work')
const home = aliased(Address, 'home')

const pairs = select(User, Address).outerjoin(u.addresses)
holds<Equal<Tuple<typeof pairs>, [User, Address | null]>>()
const handles = select(u, a, a.email, u.name).outerjoin(u.addresses)
holds<Equal<Tuple<typeof handles>, [User, Address | null, string | null, string]>>()
const targets = select(u, a).outerjoin(Address)
holds<Equal<Tuple<typeof targets>, [User, Address | null]>>()
const targetHandles = select(u, a.email).outerjoin(a)
holds<Equal<Tuple<typeof targetHandles>, [User, string | null]>>()
const ofAlias = select(u, work, home.email, a.id)
  .outerjoin(u.addresses.ofType(work))
  .join(u.addresses.ofType(home))
  .join(u.addresses)
holds<Equal<Tuple<typeof ofAlias>, [User, Address | null, string, number]>>()
const classesByName = select({ who: u, mail: a, address: a.email }).outerjoin(u.addresses)
holds<Equal<Row<typeof classesByName>, { who: User; mail: Address | null; address: string | null }>>()
const along = select(u, a).join(u.addresses)
holds<Equal<Tuple<typeof along>, [User, Address]>>()
const everyone = select(u, a).join(u.addresses, undefined, { isFull: true })
holds<Equal<Tuple<typeof everyone>, [User | null, Address | null]>>()

// ---- statements are passed on ------------------------------------------------------------------------------------

const page = <R, T extends unknown[]>(statement: Select<R, T>, n: number): Select<R, T> => statement.limit(n)
const paged = page(left, 5)
holds<Equal<Row<typeof paged>, Row<typeof left>>>()
export const passedOn: readonly (Select | SelectBase | Executable)[] = [left, full, chain, pairs, page(pairs, 3)]

// What tables of some name add TypeScript cannot tell from other columns.
export const unknownTables = (other: Table, name: string): void => {
  const sure = select(users.c.id).outerjoin(other, sqlTrue())
  holds<Equal<Row<typeof sure>, { id: number }>>()
  const made = table(name, metadata, { id: Column(Integer, { primaryKey: true }), size: Column(Integer) })
  const unsure = select(users.c.name, made.c.size).outerjoin(made, sqlTrue())
  holds<Equal<Row<typeof unsure>, { name: string; size: number }>>()
}
