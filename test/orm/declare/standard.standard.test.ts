// Declaring classes with standard decorators: on fields and on accessors, with bases that have no class decorator.

import { Column, Integer, String } from 'tsalchemy'
import { DeclarativeBase, Entity, mapperOf, Relationship } from 'tsalchemy/orm'
import { describe, expect, test } from 'vitest'

// biome-ignore lint/suspicious/noExplicitAny: the form that users write
class Base<Self = any> extends DeclarativeBase<Self> {}

abstract class Keyed<Self> extends Base<Self> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(Integer) accessor version = 1
}

@Entity('user_account')
class User extends Keyed<User> {
  static readonly kinds: readonly string[] = ['plain']
  readonly cache: Map<string, number> = new Map()
  @Column(String(30)) name!: string
  @Column(String(10)) role = 'reader'
  @Column(String(30), { nullable: true }) accessor nick: string | null = null
  @Relationship(() => Address, { backPopulates: 'user' }) addresses!: Address[]
}

@Entity()
class Address extends Keyed<Address> {
  @Column(String()) email!: string
  @Column(Integer, { foreignKey: 'user_account.id' }) accessor userId!: number
  @Relationship(() => User, { backPopulates: 'addresses' }) accessor user!: User | null
}

@Entity()
class Customer extends Keyed<Customer> {
  @Column(String()) accessor name: string
  @Column(String(), { nullable: true }) email: string | null
  constructor(name: string, email: string | null = null) {
    super()
    this.name = name
    this.email = email
  }
}

describe('the mapping', () => {
  test('has fields, accessors and those of bases as columns', () => {
    expect(
      mapperOf(User)
        .table.columnList.map((column) => column.key)
        .sort(),
    ).toEqual(['id', 'name', 'nick', 'role', 'version'])
    expect(mapperOf(Address).relationships.map((each) => [each.key, each.direction])).toEqual([['user', 'manyToOne']])
    expect(mapperOf(User).relationships.map((each) => [each.key, each.isCollection])).toEqual([['addresses', true]])
  })

  test('keeps the class', () => {
    expect([User.name, User.kinds]).toEqual(['User', ['plain']])
    expect(new User()).toBeInstanceOf(Keyed)
  })
})

describe('objects', () => {
  test('take what is given, then what initialisers say', () => {
    const user = new User({ name: 'ed', nick: 'eddie' })
    expect([user.name, user.role, user.nick, user.version]).toEqual(['ed', 'reader', 'eddie', 1])
    expect(Reflect.ownKeys(user)).toEqual(['cache'])
    const other = new User({ role: 'admin', version: 2 })
    expect([other.role, other.version, other.nick]).toEqual(['admin', 2, null])
  })

  test('keep both sides of relationships in step, whatever the sort of property', () => {
    const address = new Address({ email: 'x' })
    const user = new User({ addresses: [address] })
    expect(address.user).toBe(user)
    address.user = null
    expect(user.addresses).toHaveLength(0)
  })

  test('have constructors of their own', () => {
    const customer = new Customer('Linux', 'x@y')
    expect([customer.name, customer.email, customer.version]).toEqual(['Linux', 'x@y', 1])
  })

  test('made from rows need no accessor’s hidden place', () => {
    const values = mapperOf(Address).columns.map(({ key }) => (key === 'email' ? 'x' : 7))
    const address = mapperOf(Address).instantiate(values).entity as Address
    expect([address.userId, address.email, address.version]).toEqual([7, 'x', 7])
    address.userId = 8
    expect(address.userId).toBe(8)
  })
})

describe('refused', () => {
  test.each<[string, () => unknown, string]>([
    [
      'no type, as none is ever known',
      () => {
        @Entity()
        class Vague extends Base<Vague> {
          @Column({ primaryKey: true }) id!: number
        }
        return Vague
      },
      'Vague.id needs a type: @Column() names none, and the compiler tells none (standard decorators, esbuild and tsx never do; tsc, SWC and Vite do under experimentalDecorators with emitDecoratorMetadata). Write one: @Column(String(50)) id!: string, for example',
    ],
    [
      'a static property',
      () => {
        @Entity()
        class Static extends Base<Static> {
          @Column(Integer, { primaryKey: true }) static id: number
        }
        return Static
      },
      '@Column id: only public instance properties can be mapped, as fields or as accessor fields',
    ],
    [
      'a private property',
      () => {
        @Entity()
        class Private extends Base<Private> {
          @Column(Integer, { primaryKey: true }) #id!: number
          get id(): number {
            return this.#id
          }
        }
        return Private
      },
      '@Column #id: only public instance properties can be mapped, as fields or as accessor fields',
    ],
  ])('%s', (_name, declare, message) => {
    expect(declare).toThrow(message)
  })
})
