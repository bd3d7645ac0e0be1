// How relationships find their join, direction and mirror; what contradicts itself is found at first use, with words.

import {
  AmbiguousForeignKeysError,
  ArgumentError,
  Column,
  ForeignKeyConstraint,
  Integer,
  NoForeignKeysError,
  String,
  table,
} from 'tsalchemy'
import { DeclarativeBase, Entity, type Mapped, MappingError, mapped, mapperOf, Relationship } from 'tsalchemy/orm'
import { describe, expect, test } from 'vitest'
import type { RelationshipLike } from '../../../src/orm/contract/orm.ts'
import * as model from '../support/model.ts'
import { relationship } from '../support/recording-session.ts'

/** A base of its own for each test: what is wrong in one does not spoil the others. */
// biome-ignore lint/suspicious/noExplicitAny: the form that users write
const freshBase = () => class Base<Self = any> extends DeclarativeBase<Self> {}

const facts = (one: RelationshipLike) => ({
  direction: one.direction,
  isCollection: one.isCollection,
  pairs: one.pairs.map(
    ({ source, target }) => `${source.table.name}.${source.key} > ${target.table.name}.${target.key}`,
  ),
  join: globalThis.String(one.primaryJoin),
  reverse: one.reverse?.key ?? null,
})

describe('along the foreign key', () => {
  test('one-to-many and many-to-one', () => {
    expect(facts(relationship(model.User, 'addresses'))).toEqual({
      direction: 'oneToMany',
      isCollection: true,
      pairs: ['user_account.id > address.userId'],
      join: 'user_account.id = address.user_id',
      reverse: 'user',
    })
    const user = relationship(model.Address, 'user')
    expect(facts(user)).toEqual({
      direction: 'manyToOne',
      isCollection: false,
      pairs: ['user_account.id > address.userId'],
      join: 'user_account.id = address.user_id',
      reverse: 'addresses',
    })
    expect(user.identityAttributes?.map((each) => each.key)).toEqual(['userId'])
  })

  test('one-to-one', () => {
    expect(facts(relationship(model.User, 'profile'))).toMatchObject({ direction: 'oneToMany', isCollection: false })
  })

  test('many-to-many', () => {
    const tags = relationship(model.Post, 'tags')
    expect(facts(tags)).toEqual({
      direction: 'manyToMany',
      isCollection: true,
      pairs: ['post.id > post_tag.postId'],
      join: 'post.id = post_tag.post_id',
      reverse: 'posts',
    })
    expect(tags.secondary).toBe(model.postTag)
    expect(globalThis.String(tags.secondaryJoin)).toBe('tag.id = post_tag.tag_id')
    expect(tags.secondaryPairs.map(({ source, target }) => [source.key, target.key])).toEqual([['id', 'tagId']])
  })

  test('a table joined with itself', () => {
    expect(facts(relationship(model.Node, 'parent'))).toMatchObject({ direction: 'manyToOne', reverse: 'children' })
    expect(facts(relationship(model.Node, 'children'))).toMatchObject({ direction: 'oneToMany', reverse: 'parent' })
  })

  test('joins of aliases name the aliases', () => {
    const node = relationship(model.Node, 'children')
    const alias = mapperOf(model.Node).table.alias('below')
    expect(globalThis.String(node.joinCondition(null, alias, null).primary)).toBe('node.id = below.parent_id')
    const tags = relationship(model.Post, 'tags')
    const link = model.postTag.alias('link')
    const { primary, secondary } = tags.joinCondition(null, null, link)
    expect([primary, secondary].map(globalThis.String)).toEqual(['post.id = link.post_id', 'tag.id = link.tag_id'])
  })

  test('of several columns', () => {
    const Base = freshBase()
    @Entity()
    class Member extends Base<Member> {
      @Column(Integer, { primaryKey: true }) org!: number
      @Column(Integer, { primaryKey: true }) number!: number
      @Relationship(() => Card) cards!: Card[]
    }
    @Entity('card', {
      constraints: () => [new ForeignKeyConstraint(['memberOrg', 'memberNumber'], ['member.org', 'member.number'])],
    })
    class Card extends Base<Card> {
      @Column(Integer, { primaryKey: true }) id!: number
      @Column(Integer) memberNumber!: number
      @Column(Integer) memberOrg!: number
      @Relationship(() => Member) member!: Member
    }
    expect(facts(relationship(Member, 'cards')).join).toBe(
      'member.org = card.member_org AND member.number = card.member_number',
    )
    expect(relationship(Card, 'member').identityAttributes?.map((each) => each.key)).toEqual([
      'memberOrg',
      'memberNumber',
    ])
  })

  test('a foreign key to a column that is not the primary key cannot be looked up by identity', () => {
    const Base = freshBase()
    @Entity()
    class Country extends Base<Country> {
      @Column(Integer, { primaryKey: true }) id!: number
      @Column(String(2), { unique: true }) code!: string
    }
    @Entity()
    class City extends Base<City> {
      @Column(Integer, { primaryKey: true }) id!: number
      @Column(String(2), { foreignKey: 'country.code' }) countryCode!: string
      @Relationship(() => Country) country!: Country
    }
    expect(relationship(City, 'country').identityAttributes).toBeNull()
  })
})

describe('what the relationship says', () => {
  const Base = freshBase()
  @Entity()
  class Place extends Base<Place> {
    @Column(Integer, { primaryKey: true }) id!: number
    @Column(String()) kind!: string
    @Column(Integer) rank!: number
  }
  @Entity()
  class Trip extends Base<Trip> {
    @Column(Integer, { primaryKey: true }) id!: number
    @Column({ foreignKey: 'place.id' }) fromId!: number
    @Column({ foreignKey: 'place.id' }) toId!: number
    @Relationship(() => Place, { foreignKeys: 'fromId' }) from!: Place
    @Relationship(() => Place, { foreignKeys: () => [mapped(Trip).toId] }) to!: Place
    @Relationship(() => Place, {
      primaryJoin: (trip: Mapped<Trip>, place) => trip.toId.eq(place.id).and(place.kind.eq('city')),
    })
    city!: Place
    @Relationship(() => Place, {
      viewOnly: true,
      useList: true,
      primaryJoin: (trip: Mapped<Trip>, place) => trip.id.lt(place.rank),
      orderBy: (place) => [place.kind.desc(), place.id],
    })
    higher!: Place[]
  }
  @Entity()
  class Person extends Base<Person> {
    @Column(Integer, { primaryKey: true }) id!: number
    @Relationship(() => Person, { secondary: () => follows, foreignKeys: 'followerId', orderBy: 'id' })
    followed!: Person[]
    @Relationship(() => Person, {
      secondary: () => follows,
      primaryJoin: (person: Mapped<Person>, link) =>
        person.id.eq((link as Mapped<Person> & { followedId: never }).followedId),
      secondaryJoin: (person, link: { followerId: never }) => person.id.eq(link.followerId),
    })
    followers!: Person[]
  }
  const follows = table('follows', Base.metadata, {
    followerId: Column(Integer, { primaryKey: true, foreignKey: 'person.id' }),
    followedId: Column(Integer, { primaryKey: true, foreignKey: 'person.id' }),
  })

  test('foreignKeys chooses among several', () => {
    expect(facts(relationship(Trip, 'from')).join).toBe('place.id = trip.from_id')
    expect(facts(relationship(Trip, 'to')).join).toBe('place.id = trip.to_id')
  })

  test('primaryJoin is a function of the two sides', () => {
    const city = relationship(Trip, 'city')
    expect(facts(city)).toMatchObject({
      direction: 'manyToOne',
      pairs: ['place.id > trip.toId'],
      join: 'trip.to_id = place.id AND place.kind = :kind_1',
    })
    expect(city.identityAttributes).toBeNull()
    const alias = mapperOf(Place).table.alias('p')
    expect(globalThis.String(city.joinCondition(null, alias, null).primary)).toBe(
      'trip.to_id = p.id AND p.kind = :kind_1',
    )
  })

  test('any join will do for what is only viewed', () => {
    const higher = relationship(Trip, 'higher')
    expect(facts(higher)).toMatchObject({ pairs: [], join: 'trip.id < place.rank', isCollection: true })
    expect(higher.orderBy.map(globalThis.String)).toEqual(['place.kind DESC', 'place.id'])
    expect(higher.cascade).toEqual({
      saveUpdate: false,
      merge: false,
      refreshExpire: false,
      expunge: false,
      delete: false,
      deleteOrphan: false,
    })
  })

  test('many-to-many of a table with itself', () => {
    const followed = relationship(Person, 'followed')
    expect(facts(followed)).toMatchObject({ pairs: ['person.id > follows.followerId'] })
    expect(followed.secondaryPairs.map((pair) => pair.target.key)).toEqual(['followedId'])
    expect(followed.orderBy.map(globalThis.String)).toEqual(['person.id'])
    const followers = relationship(Person, 'followers')
    expect(facts(followers)).toMatchObject({
      direction: 'manyToMany',
      pairs: ['person.id > follows.followedId'],
      join: 'person.id = follows.followed_id',
    })
    expect(globalThis.String(followers.secondaryJoin)).toBe('person.id = follows.follower_id')
  })

  test('cascade words', () => {
    expect(relationship(model.User, 'addresses').cascade).toEqual({
      saveUpdate: true,
      merge: true,
      refreshExpire: true,
      expunge: true,
      delete: true,
      deleteOrphan: true,
    })
    expect(relationship(model.User, 'posts').cascade).toEqual({
      saveUpdate: true,
      merge: true,
      refreshExpire: false,
      expunge: false,
      delete: false,
      deleteOrphan: false,
    })
  })

  test('a table joined with itself takes its side from its mirror, where no type tells it', () => {
    const Own = freshBase()
    @Entity()
    class Twig extends Own<Twig> {
      @Column(Integer, { primaryKey: true }) id!: number
      @Column({ foreignKey: 'twig.id' }) aboveId!: number
      @Relationship(() => Twig, { backPopulates: 'below' }) above!: Twig | null
      @Relationship(() => Twig, { backPopulates: 'above', useList: true }) below!: Twig[]
    }
    expect(facts(relationship(Twig, 'above'))).toMatchObject({ direction: 'manyToOne', reverse: 'below' })
    @Entity()
    class Leaf extends Own<Leaf> {
      @Column(Integer, { primaryKey: true }) id!: number
      @Column({ foreignKey: 'leaf.id' }) firstId!: number
      @Relationship(() => Leaf, { remoteSide: 'id', backPopulates: 'second' }) first!: Leaf | null
      @Relationship(() => Leaf, { useList: false }) second!: Leaf | null
    }
    expect(facts(relationship(Leaf, 'second'))).toMatchObject({ direction: 'oneToMany', isCollection: false })
  })

  test('a mirror may be named by one side alone', () => {
    const Own = freshBase()
    @Entity()
    class Shelf extends Own<Shelf> {
      @Column(Integer, { primaryKey: true }) id!: number
      @Relationship(() => Book, { backPopulates: 'shelf' }) books!: Book[]
    }
    @Entity()
    class Book extends Own<Book> {
      @Column(Integer, { primaryKey: true }) id!: number
      @Column({ foreignKey: 'shelf.id' }) shelfId!: number
      @Relationship(() => Shelf) shelf!: Shelf
    }
    expect(relationship(Book, 'shelf').reverse).toBe(relationship(Shelf, 'books'))
    const book = new Book()
    const shelf = new Shelf()
    book.shelf = shelf
    expect(shelf.books[0]).toBe(book)
  })
})

describe('mistakes', () => {
  /** Two classes, of which the second is as given. */
  const broken = (declare: (Base: ReturnType<typeof freshBase>) => new () => object): (() => unknown) => {
    return () => {
      const Base = freshBase()
      return mapperOf(declare(Base))
    }
  }

  test.each<[string, () => unknown, new (...args: never[]) => Error, string]>([
    [
      'no foreign key',
      broken((Base) => {
        @Entity()
        class Left extends Base<Left> {
          @Column(Integer, { primaryKey: true }) id!: number
        }
        @Entity()
        class Right extends Base<Right> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Relationship(() => Left) left!: Left
        }
        return Right
      }),
      NoForeignKeysError,
      "Right.left: no foreign key links the tables 'right' and 'left'; give one of them a column such as @Column(Integer, { foreignKey: 'left.id' })",
    ],
    [
      'a foreign key to a table that is not there',
      broken((Base) => {
        @Entity()
        class Left extends Base<Left> {
          @Column(Integer, { primaryKey: true }) id!: number
        }
        @Entity()
        class Right extends Base<Right> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Column(Integer, { foreignKey: 'lefts.id' }) leftId!: number
          @Relationship(() => Left) left!: Left
        }
        return Right
      }),
      NoForeignKeysError,
      "Right.left: no foreign key links the tables 'right' and 'left'; the foreign key of column 'leftId' refers to a table that is not defined (yet)",
    ],
    [
      'several foreign keys',
      broken((Base) => {
        @Entity()
        class Left extends Base<Left> {
          @Column(Integer, { primaryKey: true }) id!: number
        }
        @Entity()
        class Right extends Base<Right> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Column({ foreignKey: 'left.id' }) one!: number
          @Column({ foreignKey: 'left.id' }) two!: number
          @Relationship(() => Left) left!: Left
        }
        return Right
      }),
      AmbiguousForeignKeysError,
      "Right.left: several foreign keys link the tables 'right' and 'left', over 'one' and over 'two'; name the columns of the one that is meant, { foreignKeys: ['...'] }",
    ],
    [
      'a foreign key column that is none of theirs',
      broken((Base) => {
        @Entity()
        class Right extends Base<Right> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Column({ foreignKey: 'right.id' }) otherId!: number
          @Relationship(() => Right, { foreignKeys: 'othrId', remoteSide: 'id' }) other!: Right | null
        }
        return Right
      }),
      ArgumentError,
      "Right.other: foreignKeys names 'othrId', which is no column of 'right'; did you mean 'otherId'?",
    ],
    [
      'a table joined with itself without a side',
      broken((Base) => {
        @Entity()
        class Right extends Base<Right> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Column({ foreignKey: 'right.id' }) otherId!: number
          @Relationship(() => Right) other!: Right | null
        }
        return Right
      }),
      MappingError,
      "Right.other joins table 'right' with itself, so it must say which side it is: { remoteSide: ['id'] } where it holds the one object that is referred to, { useList: true } where it holds the collection of those that refer",
    ],
    [
      'a remote side that is no side',
      broken((Base) => {
        @Entity()
        class Right extends Base<Right> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Column(Integer) extra!: number
          @Column({ foreignKey: 'right.id' }) otherId!: number
          @Relationship(() => Right, { remoteSide: 'extra' }) other!: Right | null
        }
        return Right
      }),
      MappingError,
      "Right.other: remoteSide is 'extra', which is no side of the foreign key",
    ],
    [
      'a collection on the side of the foreign key',
      broken((Base) => {
        @Entity()
        class Left extends Base<Left> {
          @Column(Integer, { primaryKey: true }) id!: number
        }
        @Entity()
        class Right extends Base<Right> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Column({ foreignKey: 'left.id' }) leftId!: number
          @Relationship(() => Left) lefts!: Left[]
        }
        return Right
      }),
      MappingError,
      'Right.lefts is a collection, but the foreign key is on Right, so there is one object at most',
    ],
    [
      'backPopulates that names nothing',
      broken((Base) => {
        @Entity()
        class Left extends Base<Left> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Relationship(() => Right) rights!: Right[]
        }
        @Entity()
        class Right extends Base<Right> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Column({ foreignKey: 'left.id' }) leftId!: number
          @Relationship(() => Left, { backPopulates: 'right' as never }) left!: Left
        }
        return Right
      }),
      MappingError,
      "Right.left: backPopulates is 'right', but Left has no such relationship; did you mean 'rights'?",
    ],
    [
      'backPopulates that names a column',
      broken((Base) => {
        @Entity()
        class Left extends Base<Left> {
          @Column(Integer, { primaryKey: true }) id!: number
        }
        @Entity()
        class Right extends Base<Right> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Column({ foreignKey: 'left.id' }) leftId!: number
          @Relationship(() => Left, { backPopulates: 'id' }) left!: Left
        }
        return Right
      }),
      MappingError,
      "Right.left: backPopulates is 'id', but Left.id is a column; it names the relationship that leads back",
    ],
    [
      'backPopulates that does not lead back',
      broken((Base) => {
        @Entity()
        class Third extends Base<Third> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Column({ foreignKey: 'left.id' }) leftId!: number
        }
        @Entity()
        class Left extends Base<Left> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Relationship(() => Third) thirds!: Third[]
        }
        @Entity()
        class Right extends Base<Right> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Column({ foreignKey: 'left.id' }) leftId!: number
          @Relationship(() => Left, { backPopulates: 'thirds' }) left!: Left
        }
        return Right
      }),
      MappingError,
      "Right.left: backPopulates is 'thirds', but Left.thirds leads to Third, not back to Right",
    ],
    [
      'two that claim one mirror',
      broken((Base) => {
        @Entity()
        class Left extends Base<Left> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Relationship(() => Right, { backPopulates: 'left' as never }) rights!: Right[]
          @Relationship(() => Right, { backPopulates: 'left' as never }) more!: Right[]
        }
        @Entity()
        class Right extends Base<Right> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Column({ foreignKey: 'left.id' }) leftId!: number
          @Relationship(() => Left) left!: Left
        }
        return Right
      }),
      MappingError,
      'Left.more and Left.rights both say that Right.left is their reverse; a relationship mirrors one other',
    ],
    [
      'delete-orphan on the wrong side',
      broken((Base) => {
        @Entity()
        class Left extends Base<Left> {
          @Column(Integer, { primaryKey: true }) id!: number
        }
        @Entity()
        class Right extends Base<Right> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Column({ foreignKey: 'left.id' }) leftId!: number
          @Relationship(() => Left, { cascade: 'all, delete-orphan' }) left!: Left
        }
        return Right
      }),
      MappingError,
      "Right.left is manyToOne, and the cascade 'delete-orphan' belongs to the one-to-many side: put it on the relationship of Left that leads here",
    ],
    [
      'a class that is not mapped',
      broken((Base) => {
        class Plain extends Base<Plain> {}
        @Entity()
        class Right extends Base<Right> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Relationship(() => Plain) left!: Plain
        }
        return Right
      }),
      MappingError,
      'Right.left refers to class Plain, which is not mapped: put @Entity() before it',
    ],
    [
      'a class that is not there yet',
      broken((Base) => {
        @Entity()
        class Right extends Base<Right> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Relationship(() => undefined as never) left!: Right | null
        }
        return Right
      }),
      MappingError,
      'Right.left refers to a class that is undefined; are all modules of mapped classes loaded before the first use?',
    ],
    [
      'a secondary that is no table',
      broken((Base) => {
        @Entity()
        class Right extends Base<Right> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Relationship(() => Right, { secondary: 'x' as never }) others!: Right[]
        }
        return Right
      }),
      ArgumentError,
      'Right.others: secondary is a table made by table(), or a function that gives one; for a class that is mapped relate to the class instead',
    ],
    [
      'an order by what is no column',
      broken((Base) => {
        @Entity()
        class Right extends Base<Right> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Column({ foreignKey: 'right.id' }) upId!: number
          @Relationship(() => Right, { orderBy: 'idd' as never }) others!: Right[]
        }
        return Right
      }),
      ArgumentError,
      "Right.others: orderBy names 'idd', which is no column of Right; did you mean 'id'?",
    ],
    [
      'a join without any foreign key',
      broken((Base) => {
        @Entity()
        class Right extends Base<Right> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Relationship(() => Right, { primaryJoin: (one: Mapped<Right>, two) => one.id.lt((two as Mapped<Right>).id) })
          others!: Right[]
        }
        return Right
      }),
      MappingError,
      'Right.others: the join equates no foreign key with the column it refers to; name it by { foreignKeys }, or say { viewOnly: true }',
    ],
  ])('%s', (_name, use, ErrorClass, message) => {
    expect(use).toThrow(ErrorClass)
    expect(use).toThrow(message)
  })

  test('are told again at each use, until they are gone', () => {
    const Base = freshBase()
    const targets: { Left: unknown } = { Left: undefined }
    @Entity()
    class Right extends Base<Right> {
      @Column(Integer, { primaryKey: true }) id!: number
      @Column({ foreignKey: 'left.id' }) leftId!: number
      @Relationship(() => targets.Left as never) left!: Right | null
    }
    expect(() => new Right()).toThrow(MappingError)
    expect(() => mapped(Right)).toThrow(MappingError)
    @Entity()
    class Left extends Base<Left> {
      @Column(Integer, { primaryKey: true }) id!: number
    }
    targets.Left = Left
    expect(mapperOf(Right).relationships[0]?.target).toBe(mapperOf(Left))
  })

  test.each([
    ['all, delete-orphans', "cascade has no word 'delete-orphans'; did you mean 'delete-orphan'?"],
    ['delete-orphan', "the cascade 'delete-orphan' needs 'delete' with it: write 'all, delete-orphan'"],
    ['none, all', "the cascade 'none' stands alone"],
    [7, "cascade is a text such as 'all, delete-orphan', or a list of words"],
    [[7], "cascade has no word 'number'"],
  ])('the cascade %j', (cascade, message) => {
    const Base = freshBase()
    expect(() => {
      @Entity()
      class Right extends Base<Right> {
        @Column(Integer, { primaryKey: true }) id!: number
        @Relationship(() => Right, { cascade: cascade as never }) others!: Right[]
      }
      return Right
    }).toThrow(`Right.others: ${message}`)
  })

  test('a relationship that is only viewed does not cascade', () => {
    const Base = freshBase()
    expect(() => {
      @Entity()
      class Right extends Base<Right> {
        @Column(Integer, { primaryKey: true }) id!: number
        @Relationship(() => Right, { viewOnly: true, cascade: 'all' }) others!: Right[]
      }
      return Right
    }).toThrow('Right.others is viewOnly, so it cannot cascade save-update, merge, delete')
  })
})
