// Columns as decorators, without the ORM and with what stands in for it: nothing else in the process may have loaded it.
import { expect, test } from 'vitest'
import { Column, decorateColumn } from '../../../src/expression/schema/column-definition.ts'
import { String } from '../../../src/expression/types/string.ts'

test('a column as a decorator needs the ORM', () => {
  const decorate = Column(String)
  expect(() => decorate({ name: '' }, 'name')).toThrow(
    "@Column on a property needs the ORM: import { DeclarativeBase, Entity } from 'tsalchemy/orm' before the class is defined",
  )
})

test('a column as a decorator hands itself and its arguments to the ORM', () => {
  const calls: unknown[] = []
  decorateColumn.plug((...args) => {
    calls.push(args)
  })
  const name = Column(String)
  class Person {
    @name declare first: string
    // @ts-expect-error a string column on a number property
    @Column(String) declare age: number
    // @ts-expect-error a nullable column on a property that is never null
    @Column(String, { nullable: true }) declare nick: string
    @Column() declare whatever: Date
  }
  expect(calls[0]).toEqual([name, Person.prototype, 'first'])
  expect(calls).toHaveLength(4)
})
