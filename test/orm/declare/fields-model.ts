// A model that is compiled in each way that compilers know, by field-semantics.test.ts; it needs no emitted types.

import { Column, Integer, String } from 'tsalchemy'
import { DeclarativeBase, Entity, Relationship } from 'tsalchemy/orm'

// biome-ignore lint/suspicious/noExplicitAny: the form that users write
class Base<Self = any> extends DeclarativeBase<Self> {}

abstract class Keyed<Self> extends Base<Self> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(Integer) version = 1
}

@Entity('user_account')
export class User extends Keyed<User> {
  static count = 0
  @Column(String(30)) name!: string
  readonly made: number = ++User.count
  @Column(String(10)) role = 'reader'
  @Column(String(30), { nullable: true }) accessor nick: string | null = 'none'
  @Relationship(() => Address, { backPopulates: 'user' }) addresses!: Address[]
  @Relationship(() => Address, { viewOnly: true, useList: true }) others: Address[] = []
}

@Entity()
export class Address extends Keyed<Address> {
  @Column(String()) email!: string
  @Column(Integer, { foreignKey: 'user_account.id', nullable: true }) userId!: number | null
  @Relationship(() => User, { backPopulates: 'addresses' }) user: User | null = null
}

@Entity()
export class Customer extends Keyed<Customer> {
  @Column(String()) name: string
  @Column(String(), { nullable: true }) email!: string | null
  readonly label: string
  constructor(name: string, email: string | null = null) {
    super({ version: 3 })
    this.name = name
    this.email = email
    this.label = `${this.name} <${this.email}>`
  }
}
