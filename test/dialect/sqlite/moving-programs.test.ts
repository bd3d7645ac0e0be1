// Programs by chance, of sessions and of statements, that end the same on SQLite and on PostgreSQL: values, types, order, classes of errors.
import fc from 'fast-check'
import {
  BigInteger,
  Boolean as BooleanSql,
  Column,
  createEngine,
  DateTime,
  deleteFrom,
  type Engine,
  Enum,
  func,
  Integer,
  Numeric,
  String as StringSql,
  select,
  update,
} from 'tsalchemy'
import {
  DeclarativeBase,
  Entity,
  joinedload,
  mapped,
  Relationship,
  type Session,
  selectinload,
  sessionmaker,
} from 'tsalchemy/orm'
import { insert } from 'tsalchemy/sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postgresUrl } from '../../support/server.ts'
import { freshPath, libraries } from './support.ts'

// biome-ignore lint/suspicious/noExplicitAny: the class itself is the default, and it is not known yet
class Base<Self = any> extends DeclarativeBase<Self> {}

@Entity('author')
class Author extends Base<Author> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(StringSql(6), { unique: true }) name!: string
  @Column(Numeric(6, 2), { default: '1.005' }) fee!: string
  @Column(Enum('young', 'old', 'dead', { name: 'author_state' }), { default: 'young' }) state!: 'young' | 'old' | 'dead'
  @Column(BooleanSql, { serverDefault: 'true' }) active!: boolean
  @Column(DateTime({ timezone: true }), { nullable: true }) seen!: Date | null
  @Relationship(() => Book, { backPopulates: 'author', cascade: 'all, delete-orphan', orderBy: 'id' }) books!: Book[]
}

@Entity('book')
class Book extends Base<Book> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(StringSql) title!: string
  @Column(BigInteger, { nullable: true }) isbn!: bigint | null
  @Column(Integer, { foreignKey: 'author.id' }) authorId!: number
  @Relationship(() => Author, { backPopulates: 'books' }) author!: Author | null
}

const [a, b] = [mapped(Author), mapped(Book)]

const step = fc.record({
  kind: fc.nat(9),
  name: fc.constantFrom('ed', 'Ed', 'wendy', 'ötzi', 'much too long'),
  fee: fc.constantFrom('2.345', '0', '-9.999', '1234.5', '99999', undefined),
  state: fc.constantFrom('old' as const, 'dead' as const, undefined),
  seen: fc.constantFrom(null, new Date(0), new Date('2024-01-01T00:00:00.500Z')),
  isbn: fc.constantFrom(null, 1n, 9007199254740993n),
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** What a program prints. */
async function program(engine: Engine, transactions: readonly (readonly Step[])[]): Promise<string[]> {
  const log: string[] = []
  const say = (...what: unknown[]): void => {
    log.push(JSON.stringify(what, (_, value) => (typeof value === 'bigint' ? `${value}n` : value)))
  }
  let id = 0
  for (const steps of transactions) {
    await using session = sessionmaker({ bind: engine })()
    try {
      for (const one of steps) {
        id += 1
        await run(session, one, id, say)
      }
      await session.commit()
      say('committed')
    } catch (error) {
      const { name, sqlState } = error as { readonly name: string; readonly sqlState?: string }
      say(name, sqlState)
      await session.rollback()
    }
  }
  say(
    await engine
      .execute(select(a.id, a.name, a.fee, a.state, a.active, a.seen).orderBy(a.name, a.id))
      .tuples()
      .all(),
  )
  say(
    await engine
      .execute(select(b.id, b.title, b.isbn).orderBy(b.isbn.desc(), b.id))
      .tuples()
      .all(),
  )
  return log
}

async function run(
  session: Session,
  { kind, ...given }: Step,
  id: number,
  say: (...what: unknown[]) => void,
): Promise<void> {
  const { name, fee, state, seen, isbn } = given
  const known = { ...(fee === undefined ? {} : { fee }), ...(state === undefined ? {} : { state }) }
  switch (kind) {
    case 0:
    case 1: {
      const books = [new Book({ id, title: name, isbn })].slice(kind)
      session.add(new Author({ id, name, seen, ...known, books }))
      return say('added', id)
    }
    case 2: {
      const order = [a.seen.desc(), a.state, a.id]
      const all = await session
        .scalars(
          select(Author)
            .orderBy(...order)
            .options(selectinload(a.books)),
        )
        .all()
      return say(all.map((each) => [each.id, each.fee, each.state, each.seen, each.books.map((book) => book.isbn)]))
    }
    case 3: {
      const [first] = await session
        .scalars(select(Author).orderBy(a.state.desc(), a.id).options(joinedload(a.books)))
        .unique()
        .all()
      if (first === undefined) return
      first.fee = fee ?? '7.777'
      first.books.pop()
      return say('changed', first.id)
    }
    case 4: {
      const found = await session
        .scalars(
          select(Author)
            .where(a.state.ge(state ?? 'old'))
            .orderBy(a.id),
        )
        .first()
      if (found !== null) await session.delete(found)
      return say('deleted', found?.id)
    }
    case 5: {
      const counted = select(a.state, func.count(b.id).label('n'), func.sum(a.fee).label('sum')).outerjoin(a.books)
      return say(await session.execute(counted.groupBy(a.state).orderBy(a.state)).tuples().all())
    }
    case 6: {
      const savepoint = await session.beginNested()
      try {
        session.add(new Author({ id, name, ...known }))
        await session.flush()
        await savepoint.commit()
        return say('nested', id)
      } catch (error) {
        await savepoint.rollback()
        return say('nested', (error as Error).name)
      }
    }
    case 7: {
      const written = insert(Author).values({ id, name, ...known })
      const upsert = written.onConflictDoUpdate({ indexElements: ['name'], set: { fee: a.fee.multiply('1.111') } })
      return say(
        await session
          .execute(upsert.returning(a.id, a.fee, a.state))
          .tuples()
          .all(),
      )
    }
    case 8: {
      const changed = update(Author)
        .values({ fee: a.fee.add('0.005'), seen })
        .where(a.seen.is(null), a.name.ilike(`${name[0]}%`))
      const rows = await session
        .execute(changed.returning(a.id, a.fee, a.seen))
        .tuples()
        .all()
      return say(rows.sort(([one], [other]) => one - other))
    }
    default:
      return say((await session.execute(deleteFrom(Book).where(b.isbn.isNotDistinctFrom(isbn)))).rowCount)
  }
}

describe.each(libraries)('programs on SQLite through %s', (library) => {
  const engines: Engine[] = []
  beforeAll(async () => {
    engines.push(createEngine(postgresUrl()), createEngine(`sqlite+${library}://`))
    engines.push(createEngine(`sqlite+${library}:///${encodeURI(freshPath())}?journal_mode=wal`))
    for (const engine of engines) {
      await Base.metadata.dropAll(engine)
      await Base.metadata.createAll(engine)
    }
  })
  afterAll(() => Promise.all(engines.map((engine) => engine.dispose())))

  test('end as they do on PostgreSQL', { timeout: 120_000 }, async () => {
    const programs = fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(programs, async (transactions) => {
        const logs: string[][] = []
        for (const engine of engines) {
          await engine.execute(deleteFrom(Book).all())
          await engine.execute(deleteFrom(Author).all())
          logs.push(await program(engine, transactions))
        }
        const [there, ...here] = logs
        for (const log of here) expect(log).toEqual(there)
      }),
      { numRuns: 60 },
    )
  })
})
