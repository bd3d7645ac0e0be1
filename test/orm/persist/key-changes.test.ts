// Primary keys that change: by hand, by a relationship, in a flush that fails; and rows that go from a deleted object to a new one.
import { Column, createEngine, type Engine, ForeignKeyViolation, Integer, String } from 'tsalchemy'
import { DeclarativeBase, Entity, mapped, Relationship, Session } from 'tsalchemy/orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { emptyTables } from '../../support/empty-tables.ts'
import { sqlDatabases } from '../../support/server.ts'
import { speltBy } from '../../support/spelling.ts'
import { type Recording, recordStatements } from '../../support/statements.ts'

// biome-ignore lint/suspicious/noExplicitAny: the class itself is the default, and it is not known yet
class Base<Self = any> extends DeclarativeBase<Self> {}

@Entity('country')
class Country extends Base<Country> {
  @Column(String(2), { primaryKey: true }) code!: string
  @Column(String, { nullable: true }) name!: string | null
  @Relationship(() => Membership, { backPopulates: 'country', cascade: 'all, delete-orphan' })
  memberships!: Membership[]
}

@Entity('league')
class League extends Base<League> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Relationship(() => Membership, { backPopulates: 'league' }) memberships!: Membership[]
}

/** An association object: its key is nothing but the two keys that it refers to. */
@Entity('membership')
class Membership extends Base<Membership> {
  @Column(String(2), { primaryKey: true, foreignKey: 'country.code' }) countryCode!: string
  @Column(Integer, { primaryKey: true, foreignKey: 'league.id' }) leagueId!: number
  @Column(String, { nullable: true }) role!: string | null
  @Column(Integer, { default: 1 }) rank!: number
  @Relationship(() => Country, { backPopulates: 'memberships' }) country!: Country
  @Relationship(() => League, { backPopulates: 'memberships' }) league!: League
}

describe.each(sqlDatabases())('key changes on $name', (target) => {
  const { url } = target
  let engine: Engine
  let sent: Recording
  const rows = (session: Session, sql: string): Promise<unknown[][]> => session.execute(sql).tuples().all()
  beforeAll(async () => {
    engine = createEngine(url)
    await Base.metadata.createAll(engine)
  })
  beforeEach(async () => {
    await emptyTables(engine, target, Base.metadata)
    sent?.stop()
    sent = recordStatements(engine)
  })
  afterAll(() => engine.dispose())

  async function stored(
    session: Session,
  ): Promise<{ norway: Country; first: League; second: League; one: Membership }> {
    const norway = new Country({ code: 'NO' })
    const [first, second] = [new League({}), new League({})]
    const one = new Membership({ country: norway, league: first, role: 'member' })
    session.addAll([norway, first, second, one])
    await session.commit()
    sent.clear()
    return { norway, first, second, one }
  }

  test('a relationship that gives a part of the key another value moves the row that had the old one', async () => {
    await using session = new Session({ bind: engine })
    const { norway, second, one } = await stored(session)
    one.league = second
    one.role = 'host'
    await session.flush()
    expect(sent.flights).toEqual(
      speltBy(target, [
        [
          'BEGIN',
          'UPDATE membership SET league_id=$1::INTEGER, role=$2::VARCHAR WHERE membership.country_code = $3::VARCHAR AND membership.league_id = $4::INTEGER',
        ],
      ]),
    )
    expect(sent.statements[1]?.parameters).toEqual([2, 'host', 'NO', 1])
    await session.commit()
    expect(await session.get(Membership, ['NO', 2])).toBe(one)
    expect(await session.get(Membership, ['NO', 1])).toBeNull()
    expect([...norway.memberships]).toEqual([one])
    expect(await rows(session, 'SELECT * FROM membership')).toEqual([['NO', 2, 'host', 1]])
  })

  test('several rows that move do so in one statement', async () => {
    await using session = new Session({ bind: engine })
    const { second, one } = await stored(session)
    const two = new Membership({ country: new Country({ code: 'SE' }), league: one.league })
    session.add(two)
    await session.commit()
    one.league = second
    two.league = second
    await session.commit()
    expect(await rows(session, 'SELECT country_code, league_id FROM membership ORDER BY 1')).toEqual([
      ['NO', 2],
      ['SE', 2],
    ])
  })

  test('a key changed by a relationship is what it was after a rollback', async () => {
    await using session = new Session({ bind: engine })
    const { first, second, one } = await stored(session)
    one.league = second
    await session.flush()
    await session.rollback()
    expect(one.leagueId).toBe(first.id)
    expect(await session.get(Membership, ['NO', 1])).toBe(one)
    await one.awaitable.role
    one.role = 'again'
    await session.commit()
    expect(await rows(session, 'SELECT * FROM membership')).toEqual([['NO', 1, 'again', 1]])
  })

  test('a key whose change the database refused is what it was', async () => {
    await using session = new Session({ bind: engine })
    const { norway } = await stored(session)
    norway.code = 'NN'
    await expect(session.commit()).rejects.toBeInstanceOf(ForeignKeyViolation)
    await session.rollback()
    expect(norway.code).toBe('NO')
    await session.refresh(norway)
    norway.name = 'Norway'
    await session.commit()
    expect(await rows(session, 'SELECT * FROM country')).toEqual([['NO', 'Norway']])
  })

  test('a new object with the key of a deleted one takes over its row', async () => {
    await using session = new Session({ bind: engine })
    const { norway } = await stored(session)
    await session.delete(norway.memberships[0] as Membership)
    await session.flush()
    await session.delete(norway)
    const again = new Country({ code: 'NO', name: 'Noreg' })
    session.add(again)
    sent.clear()
    await session.flush()
    expect(sent.flights).toEqual(
      speltBy(target, [['UPDATE country SET name=$1::VARCHAR WHERE country.code = $2::VARCHAR']]),
    )
    await session.commit()
    expect(await session.get(Country, 'NO')).toBe(again)
    expect(session.contains(norway)).toBe(false)
    expect(await rows(session, 'SELECT * FROM country')).toEqual([['NO', 'Noreg']])
  })

  test('members replaced by new ones with the same keys, which only their relationships tell', async () => {
    await using session = new Session({ bind: engine })
    const { norway, first, second, one } = await stored(session)
    norway.memberships = [
      new Membership({ league: first, role: 'other', rank: 2 }),
      new Membership({ league: second, role: 'new' }),
    ]
    await session.commit()
    expect(await rows(session, 'SELECT * FROM membership ORDER BY league_id')).toEqual([
      ['NO', 1, 'other', 2],
      ['NO', 2, 'new', 1],
    ])
    expect(session.contains(one)).toBe(false)
    expect(await session.get(Membership, ['NO', 1])).toBe(norway.memberships[0])
  })

  test('a rollback gives the row back to the object that was deleted', async () => {
    await using session = new Session({ bind: engine })
    const { one, norway, first } = await stored(session)
    const other = new Membership({ league: first, role: 'other' })
    norway.memberships = [other]
    await session.flush()
    expect(await session.get(Membership, ['NO', 1])).toBe(other)
    await session.rollback()
    expect([session.contains(one), session.contains(other)]).toEqual([true, false])
    expect(await session.get(Membership, ['NO', 1])).toBe(one)
    const m = mapped(Membership)
    await session.refresh(one)
    expect([m.role.key, one.role]).toEqual(['role', 'member'])
  })
})
