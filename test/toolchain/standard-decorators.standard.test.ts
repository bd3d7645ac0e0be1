// The test runner's own promises for standard decorators: contexts, initialisers and accessors work on Node 20.

import { expect, test } from 'vitest'

const seen: [string, string | symbol | undefined][] = []
const field = (_value: undefined, context: ClassFieldDecoratorContext): void => {
  seen.push([context.kind, context.name])
}
const accessor = <This, V>(
  value: ClassAccessorDecoratorTarget<This, V>,
  context: ClassAccessorDecoratorContext<This, V>,
): ClassAccessorDecoratorResult<This, V> => {
  seen.push([context.kind, context.name])
  return { get: value.get, set: value.set, init: (initial) => initial }
}
const entity = <C extends abstract new (...args: never[]) => object>(
  _class: C,
  context: ClassDecoratorContext<C>,
): void => {
  seen.push([context.kind, context.name])
}

@entity
class Model {
  @field id!: number
  @accessor accessor name = 'ed'
}

test('fields, accessors and classes get their contexts', () => {
  expect(seen).toEqual([
    ['accessor', 'name'],
    ['field', 'id'],
    ['class', 'Model'],
  ])
})

test('fields are defined and accessors are not own properties', () => {
  const model = new Model()
  expect(Object.keys(model)).toEqual(['id'])
  expect(model.name).toBe('ed')
})
