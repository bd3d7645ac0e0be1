// Declaring classes with legacy decorators: tables, constructors, statics, mixins, and what is refused.

import {
  BigInteger,
  Column,
  Integer,
  JSON as JsonType,
  LargeBinary,
  MetaData,
  String,
  Text,
  UniqueConstraint,
} from 'tsalchemy'
import {
  DeclarativeBase,
  Entity,
  identityOf,
  mapped,
  mapperOf,
  type Related,
  Relationship,
  UnmappedClassError,
} from 'tsalchemy/orm'
import { describe, expect, test } from 'vitest'
import { state } from '../support/recording-session.ts'

// biome-ignore lint/suspicious/noExplicitAny: the form that users write
class Base<Self = any> extends DeclarativeBase<Self> {}

@Entity()
class UserAccount extends Base<UserAccount> {
  static readonly kinds: string[] = ['plain']
  static make(name: string): UserAccount {
    return new this({ name })
  }
  readonly cache: Map<string, number> = new Map()
  @Column({ primaryKey: true }) id!: number
  @Column() name!: string
  @Column(String(10)) role = 'reader'
  seen = 0
  @Column({ foreignKey: 'user_account.id', nullable: true, name: 'boss' }) bossId!: number | null
  @Relationship(() => Letter, { backPopulates: 'sender' }) letters!: Letter[]
  get shout(): string {
    return this.name.toUpperCase()
  }
}

@Entity('letters', {
  comment: 'sent',
  constraints: (letter) => [new UniqueConstraint([letter.sentAt as never], { name: 'one_a_time' })],
})
class Letter extends Base<Letter> {
  @Column(BigInteger, { primaryKey: true }) id!: bigint
  @Column() sentAt!: Date
  @Column() open!: boolean
  @Column() big!: bigint
  @Column() seal!: Uint8Array
  @Column({ foreignKey: 'user_account.id' }) senderId!: number
  @Relationship(() => UserAccount, { backPopulates: 'letters' }) sender!: Related<UserAccount>
}

describe('the table', () => {
  test('has the class in snake_case as its name, and the properties as its columns', () => {
    const { table } = mapperOf(UserAccount)
    expect(table.name).toBe('user_account')
    expect(table.columnList.map(({ key, name, type, nullable }) => [key, name, type.kind, nullable])).toEqual([
      ['id', 'id', 'integer', false],
      ['name', 'name', 'string', false],
      ['role', 'role', 'string', false],
      ['bossId', 'boss', 'integer', true],
    ])
    expect(Base.metadata.tables.get('user_account')).toBe(table)
  })

  test('takes types from the properties, names, comment and constraints from the options', () => {
    const { table } = mapperOf(Letter)
    expect(table.key).toBe('letters')
    expect(table.comment).toBe('sent')
    expect(table.columnList.map(({ key, name, type }) => [key, name, type.kind])).toEqual([
      ['id', 'id', 'bigInteger'],
      ['sentAt', 'sent_at', 'dateTime'],
      ['open', 'open', 'boolean'],
      ['big', 'big', 'bigInteger'],
      ['seal', 'seal', 'binary'],
      ['senderId', 'sender_id', 'integer'],
    ])
    expect(table.constraints.map((each) => each.name)).toContain('one_a_time')
  })
})

describe('the class', () => {
  test('keeps its name, statics, methods and instanceof', () => {
    const user = UserAccount.make('ed')
    expect(UserAccount.name).toBe('UserAccount')
    expect(UserAccount.length).toBe(0)
    expect(UserAccount.kinds).toEqual(['plain'])
    expect(user).toBeInstanceOf(UserAccount)
    expect(user).toBeInstanceOf(Base)
    expect(user.constructor).toBe(UserAccount)
    expect(user.shout).toBe('ED')
  })

  test('objects have no own properties but those that are not mapped, each where it stood', () => {
    const user = new UserAccount({ name: 'ed' })
    expect(Reflect.ownKeys(user)).toEqual(['cache', 'seen'])
    expect(user.cache).toBeInstanceOf(Map)
    expect(user.seen).toBe(0)
    expect({ ...user }).toEqual({ cache: new Map(), seen: 0 })
    expect('name' in user).toBe(true)
  })

  test('what is given wins over initialisers, and undefined leaves them', () => {
    expect(new UserAccount({ role: 'admin' }).role).toBe('admin')
    expect(new UserAccount({ role: undefined }).role).toBe('reader')
    expect(new UserAccount().role).toBe('reader')
    expect(new UserAccount({ bossId: null }).bossId).toBeNull()
    expect(new UserAccount().bossId).toBeUndefined()
  })

  test('its objects made from rows run no constructor', () => {
    const { entity } = mapperOf(UserAccount).instantiate([1, 'ed', 'reader', null])
    const user = entity as UserAccount
    expect(user).toBeInstanceOf(UserAccount)
    expect([user.id, user.name, user.bossId]).toEqual([1, 'ed', null])
    expect(Reflect.ownKeys(user)).toEqual([])
    expect(Object.getPrototypeOf(user)).toBe(Object.getPrototypeOf(new UserAccount()))
  })

  test('a prototype has attributes without values', () => {
    expect(UserAccount.prototype.name).toBeUndefined()
    const heir = Object.create(UserAccount.prototype) as UserAccount
    heir.name = 'x'
    expect(heir.name).toBe('x')
    expect(UserAccount.prototype.name).toBeUndefined()
  })

  test('a plain subclass makes objects of the same mapping', () => {
    class Special extends UserAccount {
      readonly extra = 1
    }
    const special = new Special({ name: 'ed' })
    expect([special.name, special.extra, state(special).mapper.className]).toEqual(['ed', 1, 'UserAccount'])
  })
})

describe('constructors of one’s own', () => {
  @Entity()
  class Customer extends Base<Customer> {
    @Column(Integer, { primaryKey: true }) id!: number
    @Column(String(1000)) name!: string
    @Column(String(), { unique: true, nullable: true }) email!: string | null
    readonly greeting: string
    constructor(name: string, email: string | null = null) {
      super()
      this.name = name
      this.email = email
      this.greeting = `hi ${this.name}`
    }
  }

  @Entity()
  class Parcel extends Base<Parcel> {
    @Column(Integer, { primaryKey: true }) id!: number
    @Column(Integer) weight!: number
    @Relationship(() => Stamp) stamps: Stamp[] = [new Stamp()]
    constructor(init: { weight: number }) {
      super({ weight: init.weight })
      if (init.weight < 0) throw new RangeError('too light')
    }
  }

  @Entity()
  class Stamp extends Base<Stamp> {
    @Column(Integer, { primaryKey: true }) id!: number
    @Column(Integer, { foreignKey: 'parcel.id', nullable: true }) parcelId!: number | null
    @Column(Integer) value = 5
  }

  test('set attributes', () => {
    const customer = new Customer('Linux')
    expect([customer.name, customer.email, customer.greeting]).toEqual(['Linux', null, 'hi Linux'])
    expect(Reflect.ownKeys(customer)).toEqual(['greeting'])
    expect(Customer.length).toBe(1)
  })

  test('pass values on, and make other objects on the way', () => {
    const parcel = new Parcel({ weight: 3 })
    expect([parcel.weight, parcel.stamps.length, parcel.stamps[0]?.value]).toEqual([3, 1, 5])
    expect(parcel.stamps[0]).toBeInstanceOf(Stamp)
  })

  test('that throw leave nothing behind', () => {
    expect(() => new Parcel({ weight: -1 })).toThrow('too light')
    expect(new Stamp().value).toBe(5)
    expect(new Customer('x').name).toBe('x')
  })
})

describe('what a constructor refuses', () => {
  test.each<[string, () => unknown, string]>([
    [
      'an unknown name',
      () => new UserAccount({ nmae: 'x' } as never),
      "UserAccount has no attribute 'nmae'; did you mean 'name'?",
    ],
    [
      'a method',
      () => new UserAccount({ shout: 'x' } as never),
      "UserAccount has no attribute 'shout'; known: 'id', 'name', 'role', 'bossId', 'letters'",
    ],
    [
      '__proto__',
      () => new UserAccount(globalThis.JSON.parse('{"__proto__": {"name": "x"}}')),
      "UserAccount has no attribute '__proto__'; known:",
    ],
    [
      'a text',
      () => new UserAccount('ed' as never),
      'new UserAccount() takes an object of attributes, such as { id: ... }; a constructor of your own passes nothing on, super()',
    ],
    ['null', () => new UserAccount(null as never), 'new UserAccount() takes an object of attributes'],
  ])('%s', (_name, make, message) => {
    expect(make).toThrow(message)
  })

  test('a class without @Entity', () => {
    class Forgotten extends Base<Forgotten> {
      @Column(Integer, { primaryKey: true }) id!: number
    }
    expect(() => new Forgotten()).toThrow(UnmappedClassError)
    expect(() => new Forgotten()).toThrow('Class Forgotten is not mapped: put @Entity() before it')
  })
})

describe('bases', () => {
  test('have a registry and a MetaData each', () => {
    class Other extends DeclarativeBase {}
    expect(Other.metadata).not.toBe(Base.metadata)
    expect(Other.metadata).toBe(Other.metadata)
    expect(Other.registry).not.toBe(Base.registry)
    expect(Base.registry.mappers.map((each) => each.className)).toContain('Letter')
    class Lower extends Other {}
    expect(Lower.metadata).toBe(Other.metadata)
    expect(Lower.registry).toBe(Other.registry)
  })

  test('may bring their MetaData, or only say how columns are named', () => {
    class Own extends DeclarativeBase {
      static override readonly metadata: MetaData = new MetaData({ schema: 'shop' })
    }
    @Entity()
    class Item extends Own {
      @Column(Integer, { primaryKey: true }) itemId!: number
    }
    expect(mapperOf(Item).table.key).toBe('shop.item')
    expect(mapperOf(Item).table.columnList[0]?.name).toBe('itemId')
    class Written extends DeclarativeBase {
      static override readonly columnNaming = 'as-written'
    }
    @Entity()
    class Thing extends Written {
      @Column(Integer, { primaryKey: true }) thingId!: number
    }
    expect(mapperOf(Thing).table.columnList[0]?.name).toBe('thingId')
  })

  test('the MetaData may be assigned', () => {
    class Assigned extends DeclarativeBase {}
    const metadata = new MetaData()
    ;(Assigned as { metadata: MetaData }).metadata = metadata
    @Entity()
    class Thing extends Assigned {
      @Column(Integer, { primaryKey: true }) id!: number
    }
    expect(mapperOf(Thing).table.metadata).toBe(metadata)
  })

  test('DeclarativeBase itself is none', () => {
    expect(() => DeclarativeBase.metadata).toThrow(
      'derive a base, class Base<Self = any> extends DeclarativeBase<Self> {}',
    )
    expect(() => {
      @Entity()
      class Direct extends DeclarativeBase<Direct> {
        @Column(Integer, { primaryKey: true }) id!: number
      }
      return Direct
    }).toThrow('Direct extends DeclarativeBase itself: derive a base of your own')
  })
})

describe('unmapped classes between the base and a mapped one', () => {
  abstract class Stamped<Self> extends Base<Self> {
    @Column(Integer, { primaryKey: true }) id!: number
    @Column() createdAt: Date = new Date(0)
    @Column({ foreignKey: 'user_account.id', nullable: true }) byId!: number | null
    @Relationship(() => UserAccount) by!: UserAccount | null
  }
  @Entity()
  class Note extends Stamped<Note> {
    @Column(Text) text!: string
  }
  @Entity()
  class Memo extends Stamped<Memo> {
    @Column({ name: 'written' }) override createdAt: Date = new Date(1)
  }

  test('give their columns and relationships to each, after its own', () => {
    expect(mapperOf(Note).table.columnList.map((column) => column.key)).toEqual(['text', 'id', 'createdAt', 'byId'])
    const user = new UserAccount({ name: 'ed' })
    const note = new Note({ text: 'x', by: user })
    expect([note.text, note.createdAt, note.by]).toEqual(['x', new Date(0), user])
    expect(note.by).toBe(user)
    expect(mapperOf(Memo).relationships[0]?.target).toBe(mapperOf(UserAccount))
  })

  test('what the class says itself wins', () => {
    expect(mapperOf(Memo).table.columnList[0]?.name).toBe('written')
    expect(new Memo().createdAt).toEqual(new Date(1))
  })
})

describe('declarations that are refused', () => {
  const declaring: [string, () => unknown, string][] = [
    [
      'no type, of a property whose type tells nothing',
      () => {
        @Entity()
        class Vague extends Base<Vague> {
          @Column({ primaryKey: true }) id!: number | null
        }
        return Vague
      },
      "Vague.id needs a type: @Column() names none, and of a union (such as 'string | null'), an interface or an alias the compiler tells only that it is an object. Write one: @Column(String(50), { nullable: true }) id!: string | null, for example",
    ],
    [
      'no type, of an array',
      () => {
        @Entity()
        class Listing extends Base<Listing> {
          @Column(Integer, { primaryKey: true }) id!: number
          @Column() tags!: string[]
        }
        return Listing
      },
      'Listing.tags needs a type: @Column() names none, and Array stands for no SQL type. Write one: @Column(ARRAY(String)) tags!: string[], for example',
    ],
    [
      'no primary key',
      () => {
        @Entity()
        class Keyless extends Base<Keyless> {
          @Column(Integer) id!: number
        }
        return Keyless
      },
      'Keyless has no primary key: mark its column or columns with { primaryKey: true }',
    ],
    [
      'a name of the base class',
      () => {
        @Entity()
        class Clash extends Base<Clash> {
          @Column(Integer, { primaryKey: true }) id!: number
          // @ts-expect-error the base class has it
          @Column(Integer) awaitable!: number
        }
        return Clash
      },
      "Clash.awaitable: the name belongs to the base class; give the property another one (the column's name in SQL is free: { name: 'awaitable' })",
    ],
    [
      'a static property',
      () => {
        @Entity()
        class Static extends Base<Static> {
          @Column(Integer) static id: number
        }
        return Static
      },
      '@Column id: static properties cannot be mapped',
    ],
    [
      'two decorators on one property',
      () => {
        @Entity()
        class Twice extends Base<Twice> {
          @Column(Integer) @Column(Integer, { primaryKey: true }) id!: number
        }
        return Twice
      },
      '@Column id: the property is mapped twice',
    ],
    [
      'a class of no base',
      () => {
        // @ts-expect-error no entity
        @Entity()
        class Stranger {
          @Column(Integer, { primaryKey: true }) id!: number
        }
        return Stranger
      },
      'Stranger is no class of a declarative base: write class Stranger extends Base<Stranger>, where class Base<Self = any> extends DeclarativeBase<Self> {}',
    ],
    [
      'inheritance of mapped classes',
      () => {
        @Entity()
        class Manager extends UserAccount {
          @Column(Integer) level!: number
        }
        return Manager
      },
      'Manager extends UserAccount, which is mapped; inheritance of mapped classes is not supported yet. Put what they share into a class without @Entity',
    ],
    [
      'a second table of the name',
      () => {
        @Entity('letters')
        class Again extends Base<Again> {
          @Column(Integer, { primaryKey: true }) id!: number
        }
        return Again
      },
      "Table 'letters' is already defined in this MetaData",
    ],
    [
      'an unknown option',
      () => Entity('x', { shema: 'y' } as never),
      "@Entity() has no option 'shema'; did you mean 'schema'?",
    ],
    ['no parentheses', () => Entity(class A {} as never), '@Entity is called: write @Entity() before the class'],
    ['an empty name', () => Entity(''), "the table's name is a text that is not empty"],
    [
      'a class in place of a function',
      () => Relationship(Letter as never),
      '@Relationship takes a function that gives the class: @Relationship(() => Address)',
    ],
    [
      'an unknown option of a relationship',
      () => Relationship(() => Letter, { backPopulate: 'x' } as never),
      "@Relationship() has no option 'backPopulate'; did you mean 'backPopulates'?",
    ],
    [
      'an unknown way of loading',
      () => Relationship(() => Letter, { lazy: 'selection' as never }),
      "@Relationship(): lazy has no choice 'selection'; did you mean 'selectin'?",
    ],
  ]

  test.each(declaring)('%s', (_name, declare, message) => {
    expect(declare).toThrow(message)
  })

  test('a failed declaration leaves its table name free', () => {
    const declare = (type: typeof Integer, primaryKey: boolean) => {
      @Entity('retried')
      class Retried extends Base<Retried> {
        @Column(type, { primaryKey }) id!: number
      }
      return Retried
    }
    expect(() => declare(Integer, false)).toThrow('Retried has no primary key')
    expect(mapperOf(declare(Integer, true)).table.name).toBe('retried')
  })
})

describe('who is who', () => {
  test('mapperOf and identityOf', () => {
    const user = new UserAccount({ name: 'ed' })
    expect(mapperOf(user)).toBe(mapperOf(UserAccount))
    expect(identityOf(user)).toBeNull()
    user.id = 7
    expect(identityOf(user)).toEqual({ mapper: mapperOf(UserAccount), key: 7, primaryKey: [7] })
    for (const not of [class A {}, {}, null, 5, Base]) expect(() => mapperOf(not)).toThrow(UnmappedClassError)
    expect(() => identityOf({})).toThrow('is not an object of a mapped class')
    expect(() => mapped(class Plain {} as never)).toThrow('Class Plain is not mapped: put @Entity() before the class')
  })

  test('keys of several parts keep the parts apart', () => {
    @Entity()
    class Part extends Base<Part> {
      @Column(String(10), { primaryKey: true }) one!: string
      @Column(String(10), { primaryKey: true }) two!: string
      @Column(JsonType<unknown>()) rest!: unknown
      @Column(LargeBinary) bytes!: Uint8Array
    }
    const key = (one: string, two: string) => identityOf(new Part({ one, two }))?.key
    expect(key('a', 'b')).toBe(key('a', 'b'))
    expect(key('a', 'b')).not.toBe(key('b', 'a'))
    expect(key('a;string 1 b', 'c')).not.toBe(key('a', 'b;string 1 c'))
    expect(identityOf(new Part({ one: 'a' }))).toBeNull()
  })
})
