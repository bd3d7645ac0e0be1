// The tour: the three levels in one program, on a PostgreSQL that runs inside this process. npm run tour [-- sqlite://]
import { Column, createEngine, func, Integer, insert, MetaData, String, select, table, text } from 'tsalchemy'
import { DeclarativeBase, Entity, mapped, Relationship, selectinload, sessionmaker } from 'tsalchemy/orm'

// Not DATABASE_URL: whoever takes the tour has not said yet that a database of theirs may be used.
const url = process.argv[2] ?? 'pglite://'
const started = performance.now()
let showSql = false
const engine = createEngine(url, {
  echo: ({ message }) => {
    if (showSql) console.log(`     ${message.replaceAll(' \n', ' ')}`)
  },
})
const say = (title: string): void => console.log(`\n${title}`)
console.log(`Connecting to ${engine.url} ...`)

say('1. Raw SQL through the Engine')
const version = await engine.execute('SELECT version()').scalarOne()
console.log(`   ${version}`)
const greeting = await engine.begin(async (connection) => {
  await connection.execute('CREATE TEMPORARY TABLE greeting (word VARCHAR)')
  await connection.execute(text('INSERT INTO greeting (word) VALUES (:word)'), { word: "it's me" })
  return connection.execute('SELECT word FROM greeting').one()
})
console.log('   row:', { ...greeting })

say('2. SQL expressions, typed: rows are { name: string; total: number } ...')
const metadata = new MetaData()
const sales = table('tour_sales', metadata, {
  id: Column(Integer, { primaryKey: true }),
  name: Column(String(50)),
  amount: Column(Integer),
})
await metadata.dropAll(engine)
await metadata.createAll(engine)
await engine.begin(async (connection) => {
  await connection.execute(insert(sales), [
    { name: 'tea', amount: 3 },
    { name: 'cup', amount: 1 },
    { name: 'tea', amount: 4 },
  ])
})
showSql = true
const totals = await engine
  .execute(select(sales.c.name, func.sum(sales.c.amount).label('total')).groupBy(sales.c.name).orderBy(sales.c.name))
  .all()
showSql = false
for (const row of totals) console.log('   row:', { ...row })

say('3. The ORM: a unit of work, in as few round trips as its data allows')
// biome-ignore lint/suspicious/noExplicitAny: the class itself is the default, and it is not known yet
class Base<Self = any> extends DeclarativeBase<Self> {}

@Entity('tour_author')
class Author extends Base<Author> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String(30)) name!: string
  @Relationship(() => Book, { backPopulates: 'author', cascade: 'all, delete-orphan' }) books!: Book[]
}

@Entity('tour_book')
class Book extends Base<Book> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column(String) title!: string
  @Column(Integer, { foreignKey: 'tour_author.id' }) authorId!: number
  @Relationship(() => Author, { backPopulates: 'books' }) author!: Author
}

await Base.metadata.dropAll(engine)
await Base.metadata.createAll(engine)
const SessionLocal = sessionmaker({ bind: engine })
await using session = SessionLocal()
session.add(
  new Author({ name: 'Ursula', books: [new Book({ title: 'The Dispossessed' }), new Book({ title: 'Lavinia' })] }),
)
showSql = true
console.log('   commit an author with two books:')
await session.commit()
session.expungeAll()
const author = mapped(Author)
console.log('   load her, with her books:')
const ursula = await session.scalars(select(author).options(selectinload(author.books))).one()
showSql = false
console.log('   loaded:', ursula.name, '-', ursula.books.map((book) => book.title).join(', '))
ursula.name = 'Ursula K. Le Guin'
showSql = true
console.log('   change one attribute and commit:')
await session.commit()
showSql = false

await Base.metadata.dropAll(engine)
await metadata.dropAll(engine)
await session.close()
await engine.dispose()
console.log(`\nDone in ${((performance.now() - started) / 1000).toFixed(1)} s. Next: README.md, examples/, docs/.`)
