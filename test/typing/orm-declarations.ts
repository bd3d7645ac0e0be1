// Promises of the ORM's types: each `@ts-expect-error` is a mistake that must not compile. Checked under legacy decorators
// by test/tsconfig.json, under standard ones by way of orm-declarations.standard.ts.

import {
  BigInteger,
  Column,
  type Connection,
  DateTime,
  ForeignKey,
  Integer,
  JSON,
  type NamedElement,
  String,
  select,
} from 'tsalchemy'
import {
  aliased,
  DeclarativeBase,
  Entity,
  type Init,
  type Mapped,
  mapped,
  type Plain,
  Relationship,
  type Session,
  selectinload,
} from 'tsalchemy/orm'

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
const holds = <_X extends true>(): void => {}

// biome-ignore lint/suspicious/noExplicitAny: the form that users write
class Base<Self = any> extends DeclarativeBase<Self> {}

@Entity('user_account')
class User extends Base<User> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String(30)) name!: string
  @Column(String(30), { nullable: true }) nick!: string | null
  @Column(DateTime({ timezone: true }), { default: () => new Date() }) at!: Date
  @Column(JSON<{ dark: boolean }>()) prefs!: { dark: boolean }
  @Relationship(() => Address, { backPopulates: 'user', cascade: 'all, delete-orphan', orderBy: 'email' })
  addresses!: Address[]
  @Relationship(() => Address, { viewOnly: true, orderBy: (a) => a.email.desc(), useList: false })
  first!: Address | null
  greet(): string {
    return `hi ${this.name}`
  }
}

@Entity()
class Address extends Base<Address> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String()) email!: string
  @Column({ foreignKey: ForeignKey('user_account.id', { onDelete: 'CASCADE' }) }) userId!: number
  @Relationship(() => User, { backPopulates: 'addresses' }) user!: User | null
}

// ---- what a class may say of a property --------------------------------------------------------------------------

@Entity()
class Mistaken extends Base<Mistaken> {
  // @ts-expect-error a string column on a number property
  @Column(String()) wrong!: number
  // @ts-expect-error a nullable column on a property that is never null
  @Column(String(), { nullable: true }) tooNarrow!: string
  // @ts-expect-error a column that is never NULL on a property that may be null
  @Column(String()) tooWide!: string | null
  // @ts-expect-error no such option
  @Column(String(), { nulable: true }) misspelt!: string
  // @ts-expect-error no such option, where the type is told by the foreign key
  @Column({ foreignKey: 'user_account.id', uniqe: true }) untyped!: number
  // @ts-expect-error bigint, not number
  @Column(BigInteger) big!: number
  // @ts-expect-error the property holds another class
  @Relationship(() => User) another!: Address[]
  // @ts-expect-error the property holds no entity
  @Relationship(() => User) text!: string
  // @ts-expect-error no such attribute on the other side
  @Relationship(() => User, { backPopulates: 'nope' }) reverse!: User
  // @ts-expect-error no such word
  @Relationship(() => User, { cascade: 'all, delete-orphans' }) cascade!: User
  // @ts-expect-error no such option
  @Relationship(() => User, { lazzy: 'joined' }) option!: User
  // @ts-expect-error no such way of loading
  @Relationship(() => User, { lazy: 'eager' }) loading!: User
  // @ts-expect-error no such column of the related class
  @Relationship(() => User, { orderBy: 'nope' }) order!: User[]
  // @ts-expect-error the class itself, where a function that gives it is needed
  @Relationship(User) direct!: User
}
void Mistaken

// @ts-expect-error no such option
Entity('x', { shema: 'y' })

// ---- constructors ------------------------------------------------------------------------------------------------

const made = new User({ name: 'ed', nick: null, addresses: [new Address({ email: 'ed@example.com' })] })
new User()
new User({ name: undefined })
const readonlyList: readonly Address[] = made.addresses
new User({ addresses: readonlyList })
// @ts-expect-error a misspelt attribute
new User({ nmae: 'x' })
// @ts-expect-error a value of another type
new User({ name: 1 })
// @ts-expect-error null for what is never null
new User({ name: null })
// @ts-expect-error methods are no attributes
new User({ greet: () => '' })
// @ts-expect-error objects of another class in the collection
new User({ addresses: [new User()] })
holds<Equal<keyof Init<User>, 'id' | 'name' | 'nick' | 'at' | 'prefs' | 'addresses' | 'first'>>()

@Entity()
class Customer extends Base<Customer> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String(1000)) name!: string
  @Column(String(), { unique: true, nullable: true }) email!: string | null
  constructor(name: string, email: string | null) {
    super()
    this.name = name
    this.email = email
  }
}
new Customer('Linux', null)
// @ts-expect-error the class's own constructor counts
new Customer({ name: 'Linux' })

// ---- handles -----------------------------------------------------------------------------------------------------

const u = mapped(User)
const a = aliased(Address, 'a')
const c = mapped(Customer)
holds<Equal<typeof u, Mapped<User>>>()
holds<Equal<typeof u.id, NamedElement<'id', number, User>>>()
holds<Equal<typeof u.nick, NamedElement<'nick', string | null, User>>>()
holds<Equal<typeof u.prefs, NamedElement<'prefs', { dark: boolean }, User>>>()
holds<Equal<typeof c.email, NamedElement<'email', string | null, Customer>>>()
u.addresses.any((x) => x.email.like('%@x'))
u.addresses.any(a.email.eq('x'))
a.user.has((x) => x.nick.eq(null))
u.addresses.contains(new Address())
a.user.eq(made)
a.user.eq(null)
u.addresses.ofType(a)
// @ts-expect-error methods are no attributes
u.greet
// @ts-expect-error neither is what the base class adds
u.toJSON
// @ts-expect-error no such attribute
u.nmae
// @ts-expect-error a string against an integer attribute
u.id.eq('x')
// @ts-expect-error undefined in a criterion
u.name.eq(undefined)
// @ts-expect-error an object of another class
u.addresses.contains(made)
// @ts-expect-error an alias of another class
u.addresses.ofType(aliased(User))
// @ts-expect-error a class that is not mapped
mapped(Date)

// ---- statements --------------------------------------------------------------------------------------------------

declare const conn: Connection
declare const session: Session

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
const [one] = mixed
holds<Equal<[typeof one extends undefined | (infer R extends object) ? R['name' & keyof R] : never], [string]>>()
const mails: string[] = mixed.map((row) => row.mail)
void mails
const named = await conn.execute(select({ who: u, mail: a.email }).join(u.addresses)).one()
holds<Equal<[typeof named.who, typeof named.mail], [User, string]>>()
const people = await conn.execute(select(User)).scalars().all()
holds<Equal<typeof people, User[]>>()
const handles = await session.scalars(select(u).join(u.addresses.ofType(a)).options(selectinload(u.addresses))).all()
holds<Equal<typeof handles, User[]>>()
const found = await session.get(User, 1)
holds<Equal<typeof found, User | null>>()
// @ts-expect-error no attribute of the rows
mixed[0]?.email

// ---- objects -----------------------------------------------------------------------------------------------------

declare const user: User
const addresses = await user.awaitable.addresses
holds<Equal<typeof addresses, Address[]>>()
const nick = await user.awaitable.nick
holds<Equal<typeof nick, string | null>>()
// @ts-expect-error methods need no waiting
user.awaitable.greet
const plain = user.toObject()
holds<Equal<typeof plain, Plain<User>>>()
const emails: (string | undefined)[] | undefined = plain.addresses?.map((each) => each.email)
void emails
