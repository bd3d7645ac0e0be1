// Level 3: the ORM. Run it: npx tsx --tsconfig examples/tsconfig.json examples/orm.ts [url]
import { Column, createEngine, Integer, SQLAlchemyError, String, select } from 'tsalchemy'
import { DeclarativeBase, Entity, mapped, Relationship, selectinload, sessionmaker } from 'tsalchemy/orm'

// biome-ignore lint/suspicious/noExplicitAny: the class itself is the default, and it is not known yet
class Base<Self = any> extends DeclarativeBase<Self> {}

@Entity('customers')
class Customer extends Base<Customer> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String(1000)) name!: string
  @Column(String, { unique: true, nullable: true }) email!: string | null

  constructor(name: string, email: string | null = null) {
    super()
    this.name = name
    this.email = email
  }
}

@Entity('user_account')
class User extends Base<User> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String(30)) name!: string
  @Relationship(() => Address, { backPopulates: 'user', cascade: 'all, delete-orphan' }) addresses!: Address[]
}

@Entity('address')
class Address extends Base<Address> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String) email!: string
  @Column(Integer, { foreignKey: 'user_account.id' }) userId!: number
  @Relationship(() => User, { backPopulates: 'addresses' }) user!: User
}

const url = process.argv[2] ?? process.env.DATABASE_URL ?? 'pglite://'
const engine = createEngine(url)
const SessionLocal = sessionmaker({ bind: engine })
try {
  await Base.metadata.createAll(engine, { checkFirst: false }) // a table of that name is an error here: it is somebody else's

  await using session = SessionLocal()
  try {
    session.addAll([new Customer('Linux', 'linux@example.com'), new Customer('Python', 'python@example.com')])
    await session.commit()
    session.add(new Customer('Tux', 'linux@example.com'))
    await session.commit()
  } catch (error) {
    if (!(error instanceof SQLAlchemyError)) throw error
    await session.rollback()
    console.log(`rolled back: ${error.name}`)
  }
  const customer = mapped(Customer)
  for (const each of await session.scalars(select(customer).orderBy(customer.id)).all())
    console.log(each.id, each.name, each.email)

  const ed = new User({ name: 'ed', addresses: [new Address({ email: 'ed@example.com' })] })
  session.add(ed)
  const work = new Address({ email: 'ed@work.example' })
  ed.addresses.push(work) // sets work.user, and brings it into the session
  console.log('back-populated:', work.user === ed)
  await session.commit()

  const u = mapped(User)
  const a = mapped(Address)
  const found = await session
    .scalars(
      select(u).join(u.addresses).where(u.name.eq('ed'), a.email.like('%@work%')).options(selectinload(u.addresses)),
    )
    .one()
  console.log(
    found === ed,
    found.addresses.map((address) => address.email),
  )
  found.name = 'edward'
  found.addresses.pop() // an orphan: deleted
  await session.commit()
  console.log(await session.execute(select(u.name, a.email).join(a)).tuples().all())

  await session.delete(found) // and with it, its addresses
  await session.commit()
  console.log('addresses left:', (await session.scalars(select(a)).all()).length)

  await session.close() // its transaction still reads the tables
  await Base.metadata.dropAll(engine)
} catch (error) {
  if (!(error instanceof SQLAlchemyError)) throw error
  console.error(`${error.name}: ${error.message}`)
  process.exitCode = 1
} finally {
  await engine.dispose()
}
