// The classes that the tests of sessions, flushes and loading share.
import { ARRAY, Column, Integer, JSON, MetaData, String, table, text } from 'tsalchemy'
import { DeclarativeBase, Entity, type Related, Relationship } from 'tsalchemy/orm'

export const metadata = new MetaData({ columnNaming: 'snake_case' })

// biome-ignore lint/suspicious/noExplicitAny: the class itself is the default, and it is not known yet
export class Base<Self = any> extends DeclarativeBase<Self> {
  static override readonly metadata = metadata
}

@Entity('user_account')
export class User extends Base<User> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String(30)) name!: string
  @Column(String(30), { nullable: true, unique: true }) nick!: string | null
  @Relationship(() => Address, { backPopulates: 'user', cascade: 'all, delete-orphan', orderBy: 'id' })
  addresses!: Address[]
  @Relationship(() => Purchase, { backPopulates: 'buyer' }) purchases!: Purchase[]
}

/** Cannot be without its user. */
@Entity('address')
export class Address extends Base<Address> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String) email!: string
  @Column(Integer, { foreignKey: 'user_account.id' }) userId!: number
  @Relationship(() => User, { backPopulates: 'addresses' }) user!: User | null
}

/** Can be without its buyer. */
@Entity('purchase')
export class Purchase extends Base<Purchase> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String) title!: string
  @Column(Integer, { foreignKey: 'user_account.id', nullable: true }) buyerId!: number | null
  @Relationship(() => User, { backPopulates: 'purchases' }) buyer!: User | null
  @Relationship(() => Tag, { backPopulates: 'purchases', secondary: () => purchaseTag, orderBy: 'id' }) tags!: Tag[]
  @Relationship(() => Receipt, { backPopulates: 'purchase', useList: false }) receipt!: Related<Receipt> | null
}

/** One for a purchase, whose key is its own. */
@Entity('receipt')
export class Receipt extends Base<Receipt> {
  @Column(Integer, { primaryKey: true, autoincrement: false, foreignKey: 'purchase.id' }) purchaseId!: number
  @Column(String) text!: string
  @Relationship(() => Purchase, { backPopulates: 'receipt' }) purchase!: Related<Purchase> | null
}

export const purchaseTag = table('purchase_tag', metadata, {
  purchaseId: Column(Integer, { primaryKey: true, foreignKey: 'purchase.id' }),
  tagId: Column(Integer, { primaryKey: true, foreignKey: 'tag.id' }),
})

@Entity('tag')
export class Tag extends Base<Tag> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String) word!: string
  @Relationship(() => Purchase, { backPopulates: 'tags', secondary: () => purchaseTag }) purchases!: Purchase[]
}

/** One desk for a person, one person for a desk; either can be without. */
@Entity('person')
export class Person extends Base<Person> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String) name!: string
  @Relationship(() => Desk, { backPopulates: 'person', useList: false }) desk!: Related<Desk> | null
}

@Entity('desk')
export class Desk extends Base<Desk> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String) room!: string
  @Column(Integer, { foreignKey: 'person.id', nullable: true, unique: true }) personId!: number | null
  @Relationship(() => Person, { backPopulates: 'desk' }) person!: Related<Person> | null
}

/** A tree. */
@Entity('node')
export class Node extends Base<Node> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String) label!: string
  @Column(Integer, { foreignKey: 'node.id', nullable: true }) parentId!: number | null
  @Relationship(() => Node, { backPopulates: 'parent', useList: true, orderBy: 'id' }) children!: Node[]
  @Relationship(() => Node, { backPopulates: 'children', remoteSide: 'id' }) parent!: Related<Node> | null
}

/** Columns whose values the database or the client gives. */
@Entity('document')
export class Document extends Base<Document> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String) title!: string
  @Column(Integer, { default: 1 }) revision!: number
  @Column(String, { serverDefault: 'draft' }) state!: string
  @Column(String, { nullable: true, onUpdate: () => 'edited' }) note!: string | null
}

/** A key that the client gives, in two parts. */
@Entity('seat')
export class Seat extends Base<Seat> {
  @Column(Integer, { primaryKey: true, autoincrement: false }) row!: number
  @Column(String(2), { primaryKey: true }) letter!: string
  @Column(String, { nullable: true }) guest!: string | null
}

/** A column that no array of rows can hold, and a key that only the database knows. */
@Entity('playlist')
export class Playlist extends Base<Playlist> {
  @Column(String, { primaryKey: true, serverDefault: text('md5(CAST(random() AS VARCHAR))') }) key!: string
  @Column(ARRAY(String).withVariant(JSON<string[]>(), 'sqlite')) songs!: string[]
}
