// The tables as classes of tsalchemy's ORM.

import {
  BigInteger,
  Boolean,
  Column,
  DateTime,
  Date as Day,
  Double,
  Integer,
  JSON,
  Numeric,
  String,
  Text,
} from 'tsalchemy'
import { DeclarativeBase, Entity, Relationship } from 'tsalchemy/orm'

// biome-ignore lint/suspicious/noExplicitAny: the class itself is the default, and it is not known yet
class Base<Self = any> extends DeclarativeBase<Self> {}

@Entity('bench_item')
export class Item extends Base<Item> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(BigInteger) code!: bigint
  @Column(Text) title!: string
  @Column(String(40)) category!: string
  @Column(Boolean) active!: boolean
  @Column(Double) score!: number
  @Column(Numeric(12, 2)) price!: string
  @Column(DateTime({ timezone: true })) createdAt!: Date
  @Column(Day) bornOn!: string
  @Column(JSON<unknown>()) attributes!: unknown
}

@Entity('bench_author')
export class Author extends Base<Author> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(Integer) cohort!: number
  @Column(Text) name!: string
  @Column(String(80)) email!: string
  @Column(DateTime({ timezone: true })) joinedAt!: Date
  @Relationship(() => Book, { backPopulates: 'author' }) books!: Book[]
}

@Entity('bench_book')
export class Book extends Base<Book> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(Integer, { foreignKey: 'bench_author.id' }) authorId!: number
  @Column(Text) title!: string
  @Column(Integer) pages!: number
  @Column(Double) rating!: number
  @Column(DateTime({ timezone: true })) publishedAt!: Date
  @Relationship(() => Author, { backPopulates: 'books' }) author!: Author
}

@Entity('bench_event')
export class Event extends Base<Event> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(Integer) reference!: number
  @Column(String(20)) kind!: string
  @Column(Numeric(12, 2)) amount!: string
  @Column(Text, { nullable: true }) note!: string | null
  @Column(DateTime({ timezone: true })) happenedAt!: Date
  @Column(Boolean) flagged!: boolean
  @Column(Double) weight!: number
}

@Entity('bench_account')
export class Account extends Base<Account> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(Text) owner!: string
  @Column(String(80)) email!: string
  @Column(Numeric(12, 2)) balance!: string
  @Column(String(20)) status!: string
  @Column(Integer) visits!: number
  @Column(DateTime({ timezone: true })) updatedAt!: Date
}

@Entity('bench_entry')
export class Entry extends Base<Entry> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(Integer, { foreignKey: 'bench_account.id' }) accountId!: number
  @Column(Integer) cents!: number
  @Column(Numeric(12, 2)) balanceAfter!: string
  @Column(DateTime({ timezone: true })) happenedAt!: Date
}
