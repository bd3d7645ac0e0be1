// The test runner's own promises for legacy decorators: metadata is emitted and fields are defined, as `tsc` would for ES2022.

import 'reflect-metadata'
import { expect, test } from 'vitest'

const seen = new Map<string, unknown>()
const inspectable = (target: object, key: string): void => {
  seen.set(key, Reflect.getMetadata('design:type', target, key))
}
const sealed = <C extends new (...args: never[]) => object>(entity: C): C => {
  seen.set('class', entity.name)
  return entity
}

class Other {}

@sealed
class Model {
  @inspectable id!: number
  @inspectable name!: string
  @inspectable role = 'inferred types are not emitted, as with tsc'
  @inspectable at!: Date
  @inspectable nick!: string | null
  @inspectable tags!: string[]
  @inspectable other!: Other
}

test('property types reach reflect-metadata', () => {
  expect([...seen]).toEqual([
    ['id', Number],
    ['name', String],
    ['role', Object],
    ['at', Date],
    ['nick', Object],
    ['tags', Array],
    ['other', Other],
    ['class', 'Model'],
  ])
})

test('fields without initialiser are defined on the instance', () => {
  expect(Object.keys(new Model())).toEqual(['id', 'name', 'role', 'at', 'nick', 'tags', 'other'])
})
