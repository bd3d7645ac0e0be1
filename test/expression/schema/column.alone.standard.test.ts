// Column() as a decorator of the standard dialect: on fields and on accessors, checked against the property.
import { expect, test } from 'vitest'
import { Column, decorateColumn } from '../../../src/expression/schema/column-definition.ts'
import { Integer } from '../../../src/expression/types/numeric.ts'
import { String } from '../../../src/expression/types/string.ts'

test('hands itself and its arguments to the ORM', () => {
  const calls: [unknown, unknown, unknown][] = []
  decorateColumn.plug((definition, first, second) => {
    calls.push([definition, first, second])
    return undefined
  })
  const name = Column(String)
  class Person {
    @name first!: string
    @Column(Integer) accessor age = 1
    // @ts-expect-error a string column on a number property
    @Column(String) size!: number
    // @ts-expect-error a nullable column on a property that is never null
    @Column(String, { nullable: true }) accessor nick = ''
    @Column() whatever!: Date
    @Column(String, { nullable: true }) alias!: string | null
  }
  new Person()
  const shapes = calls.map(([, first, second]) => {
    const { kind, name } = second as { kind: string; name: string }
    return [kind, name, typeof first]
  })
  expect(shapes).toEqual(
    expect.arrayContaining([
      ['field', 'first', 'undefined'],
      ['accessor', 'age', 'object'],
      ['field', 'whatever', 'undefined'],
    ]),
  )
  expect(shapes).toHaveLength(6)
  expect(calls.find(([, , context]) => (context as { name: string }).name === 'first')?.[0]).toBe(name)
})
