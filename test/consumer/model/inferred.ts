// A consumer's model whose columns leave their type to the compiler's decorator metadata.

import 'reflect-metadata'
import { Column, createEngine, Integer, select } from 'tsalchemy'
import { DeclarativeBase, Entity, sessionmaker } from 'tsalchemy/orm'

// biome-ignore lint/suspicious/noExplicitAny: the documented way to type a base class
class Base<Self = any> extends DeclarativeBase<Self> {}

@Entity('note')
class Note extends Base<Note> {
  @Column(Integer, { primaryKey: true }) id!: number
  @Column() title!: string
  @Column() done!: boolean
  @Column() at!: Date
}

await using engine = createEngine('pglite://')
await Base.metadata.createAll(engine)
const SessionLocal = sessionmaker({ bind: engine })
await using session = SessionLocal()
session.add(new Note({ title: 'write', done: true, at: new Date(0) }))
await session.commit()
await using other = SessionLocal()
const note = await other.scalars(select(Note)).one()
console.log(note.id, note.title, note.done, note.at.toISOString())
