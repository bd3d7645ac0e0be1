// A consumer's program: SQL, expressions and a decorator model whose columns all name their type, for compilers of every kind.

import { Column, createEngine, Integer, insert, MetaData, String, select, table, text } from 'tsalchemy'
import { DeclarativeBase, Entity, mapped, Relationship, selectinload, sessionmaker } from 'tsalchemy/orm'

// biome-ignore lint/suspicious/noExplicitAny: the documented way to type a base class
class Base<Self = any> extends DeclarativeBase<Self> {}

@Entity('user_account')
class User extends Base<User> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String(30)) name!: string
  @Column(String(30), { nullable: true }) nick!: string | null
  @Relationship(() => Address, { backPopulates: 'user', cascade: 'all, delete-orphan' }) addresses!: Address[]
}

@Entity('address')
class Address extends Base<Address> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String()) email!: string
  @Column(Integer, { foreignKey: 'user_account.id' }) userId!: number
  @Relationship(() => User, { backPopulates: 'addresses' }) user!: User
}

const metadata = new MetaData()
const customers = table('customers', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String(50)),
})

await using engine = createEngine('pglite://')

console.log(await engine.execute(text('SELECT :one + 1 AS two'), { one: 1 }).scalar())

await metadata.createAll(engine)
await engine.begin(async (conn) => {
  await conn.execute(insert(customers).values([{ name: 'leo' }, { name: 'mia' }]))
  const found = await conn.execute(select(customers).where(customers.c.name.like('l%'))).all()
  const names: string[] = found.map((row) => row.name)
  console.log(names.join())
})

await Base.metadata.createAll(engine)
const SessionLocal = sessionmaker({ bind: engine })
{
  await using session = SessionLocal()
  const ed = new User({ name: 'ed', addresses: [new Address({ email: 'ed@example.com' })] })
  session.add(ed)
  await session.commit()
  console.log(Object.keys(ed).join() || 'no own properties', ed.nick, ed.addresses[0]?.user === ed)
}
{
  await using session = SessionLocal()
  const u = mapped(User)
  const a = mapped(Address)
  const users: User[] = await session
    .scalars(select(u).join(u.addresses).where(a.email.like('%example%')).options(selectinload(u.addresses)))
    .all()
  console.log(users.map((user) => `${user.id} ${user.name} ${user.addresses.map(({ email }) => email)}`).join())
  for (const user of users) user.name = 'edward'
  await session.commit()
}
console.log(await engine.execute(text('SELECT name FROM user_account')).scalar())

// @ts-expect-error a misspelt attribute does not compile, in the packed declarations too
export const misspelt = (): User => new User({ nmae: 'ed' })
