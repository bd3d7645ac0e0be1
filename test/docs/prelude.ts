// What the examples of doc comments take for granted: a few tables, a few classes, an engine.

import {
  ARRAY,
  Boolean,
  Column,
  createEngine,
  Date,
  DateTime,
  func,
  Index,
  Integer,
  JSON,
  MetaData,
  materializedView,
  Numeric,
  String,
  select,
  Text,
  table,
  view,
} from 'tsalchemy'
import { aliased, DeclarativeBase, Entity, mapped, Relationship, sessionmaker } from 'tsalchemy/orm'
import { JSONB } from 'tsalchemy/postgresql'

export const Color = { red: 'red', green: 'green' } as const
export type Color = (typeof Color)[keyof typeof Color]

export interface Settings {
  readonly dark: boolean
}

/** Empty, for tables that an example declares. */
export const metadata = new MetaData()
const house = new MetaData()

export const users = table('users', house, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String(50)),
  nick: Column(String(50), { nullable: true }),
  age: Column(Integer, { nullable: true }),
  born: Column(Date, { nullable: true }),
  bossId: Column(Integer, { name: 'boss_id', foreignKey: 'users.id', nullable: true }),
  tags: Column(ARRAY(String), { nullable: true }),
  settings: Column(JSON<Settings>(), { nullable: true }),
})

export const guests = table('guests', house, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String(50)),
})

/** A tree. */
export const nodes = table('nodes', house, {
  id: Column(Integer, { primaryKey: true }),
  parentId: Column(Integer, { name: 'parent_id', foreignKey: 'nodes.id', nullable: true }),
})

export const jobs = table('jobs', house, {
  id: Column(Integer, { primaryKey: true }),
  done: Column(Boolean),
})

export const docs = table('docs', house, {
  id: Column(Integer, { primaryKey: true }),
  title: Column(Text, { nullable: true }),
  tags: Column(ARRAY(String), { nullable: true }),
  body: Column(JSONB(), { nullable: true }),
})

export const counters = table('counters', house, {
  id: Column(Integer, { primaryKey: true }),
  users: Column(Integer),
})

export const index = new Index('ix_name', ['name'])
export const adults = view('adults', house, select(users.c.id, users.c.name).where(users.c.age.ge(18)))
export const ages = materializedView('ages', house, select(users.c.age, func.count().label('n')).groupBy(users.c.age))

export const addresses = table('addresses', house, {
  id: Column(Integer, { primaryKey: true }),
  email: Column(String),
  userId: Column(Integer, { name: 'user_id', foreignKey: 'users.id' }),
})

export const orders = table('orders', house, {
  id: Column(Integer, { primaryKey: true }),
  userId: Column(Integer, { name: 'user_id', foreignKey: 'users.id' }),
  total: Column(Numeric(10, 2)),
  at: Column(DateTime),
})

// biome-ignore lint/suspicious/noExplicitAny: the documented way to type a base class
export class Base<Self = any> extends DeclarativeBase<Self> {}

@Entity('user_account')
export class User extends Base<User> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String(30)) name!: string
  @Relationship(() => Address, { backPopulates: 'user', cascade: 'all, delete-orphan' }) addresses!: Address[]
  @Relationship(() => Order, { backPopulates: 'customer' }) orders!: Order[]
}

@Entity('address')
export class Address extends Base<Address> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String) email!: string
  @Column(Integer, { foreignKey: 'user_account.id' }) userId!: number
  @Relationship(() => User, { backPopulates: 'addresses' }) user!: User
}

@Entity('purchase')
export class Order extends Base<Order> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(Integer, { foreignKey: 'user_account.id' }) customerId!: number
  @Relationship(() => User, { backPopulates: 'orders' }) customer!: User
  @Relationship(() => OrderItem) items!: OrderItem[]
}

@Entity('purchase_item')
export class OrderItem extends Base<OrderItem> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(Integer, { foreignKey: 'purchase.id' }) orderId!: number
}

@Entity('employee')
export class Employee extends Base<Employee> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(Integer, { foreignKey: 'employee.id', nullable: true }) managerId!: number | null
  @Relationship(() => Employee, { remoteSide: 'id' }) manager!: Employee | null
}

export const u = mapped(User)
export const a = mapped(Address)
export const o = mapped(Order)
export const work = aliased(Address, 'work')

export const engine = createEngine('pglite://')
export const SessionLocal = sessionmaker({ bind: engine })
export const session = SessionLocal()
export const conn = await engine.connect()
export const user = new User({ id: 1, name: 'ed' })
export const address = new Address({ email: 'ed@example.com' })
export const criterion = users.c.name.eq('ed')
export const filters = [criterion]
export const statement = select(users)
export const names: string[] = []
