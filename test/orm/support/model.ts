// The classes that tests of attributes share: users with addresses and a profile, posts with tags, a tree of nodes.

import { Column, Integer, String, table } from 'tsalchemy'
import { DeclarativeBase, Entity, Relationship } from 'tsalchemy/orm'

// biome-ignore lint/suspicious/noExplicitAny: the form that users write
export class Base<Self = any> extends DeclarativeBase<Self> {}

@Entity('user_account')
export class User extends Base<User> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String(30)) name!: string
  @Column(String(30), { nullable: true }) nick!: string | null
  @Relationship(() => Address, { backPopulates: 'user', cascade: 'all, delete-orphan' }) addresses!: Address[]
  @Relationship(() => Post, { backPopulates: 'author' }) posts!: Post[]
  @Relationship(() => Profile, { backPopulates: 'user', useList: false }) profile!: Profile | null
}

@Entity()
export class Address extends Base<Address> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String()) email!: string
  @Column(Integer, { foreignKey: 'user_account.id', nullable: true }) userId!: number | null
  @Relationship(() => User, { backPopulates: 'addresses' }) user!: User | null
}

@Entity()
export class Profile extends Base<Profile> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(Integer, { foreignKey: 'user_account.id', nullable: true }) userId!: number | null
  @Relationship(() => User, { backPopulates: 'profile' }) user!: User | null
}

@Entity()
export class Post extends Base<Post> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(Integer, { foreignKey: 'user_account.id', nullable: true }) authorId!: number | null
  @Relationship(() => User, { backPopulates: 'posts' }) author!: User | null
  @Relationship(() => Tag, { secondary: () => postTag, backPopulates: 'posts' }) tags!: Tag[]
}

@Entity()
export class Tag extends Base<Tag> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Relationship(() => Post, { secondary: () => postTag, backPopulates: 'tags' }) posts!: Post[]
}

export const postTag = table('post_tag', Base.metadata, {
  postId: Column(Integer, { primaryKey: true, foreignKey: 'post.id' }),
  tagId: Column(Integer, { primaryKey: true, foreignKey: 'tag.id' }),
})

@Entity()
export class Node extends Base<Node> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(Integer, { foreignKey: 'node.id', nullable: true }) parentId!: number | null
  @Relationship(() => Node, { backPopulates: 'children', remoteSide: 'id' }) parent!: Node | null
  @Relationship(() => Node, { backPopulates: 'parent' }) children!: Node[]
}
