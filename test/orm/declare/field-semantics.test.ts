// A class means the same however it was compiled: decorators of both dialects, fields that are defined or assigned.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'
import * as tsalchemy from 'tsalchemy'
import * as orm from 'tsalchemy/orm'
import { beforeAll, describe, expect, test } from 'vitest'
import type * as Model from './fields-model.ts'

const source = readFileSync(fileURLToPath(new URL('./fields-model.ts', import.meta.url)), 'utf8')

async function compile(compilerOptions: object, target: string): Promise<typeof Model> {
  const tsconfigRaw = { compilerOptions }
  const { code } = await transform(source, { loader: 'ts', format: 'cjs', target, tsconfigRaw })
  const module = { exports: {} }
  const require = (name: string): unknown => (name === 'tsalchemy' ? tsalchemy : orm)
  new Function('require', 'module', code)(require, module)
  return module.exports as typeof Model
}

describe.each([
  ['legacy decorators, fields defined', { experimentalDecorators: true, useDefineForClassFields: true }, 'node20'],
  ['legacy decorators, fields assigned', { experimentalDecorators: true, useDefineForClassFields: false }, 'node20'],
  ['legacy decorators, fields lowered', { experimentalDecorators: true, useDefineForClassFields: true }, 'es2020'],
  ['standard decorators, fields defined', { useDefineForClassFields: true }, 'es2022'],
  ['standard decorators, fields assigned', { useDefineForClassFields: false }, 'es2022'],
])('%s', (_name, compilerOptions, target) => {
  let model: typeof Model
  beforeAll(async () => {
    model = await compile(compilerOptions, target)
  })

  test('initialisers count where nothing is given', () => {
    const { User } = model
    const user = new User({ name: 'ed' })
    expect([user.name, user.role, user.nick, user.version]).toEqual(['ed', 'reader', 'none', 1])
    expect(user.id).toBeUndefined()
    expect([user.addresses.length, user.others.length]).toEqual([0, 0])
  })

  test('what is given counts more than initialisers', () => {
    const { User } = model
    const user = new User({ role: 'admin', nick: null, version: 2 })
    expect([user.role, user.nick, user.version]).toEqual(['admin', null, 2])
  })

  test('relationships that are given are kept, and both sides of them', () => {
    const { User, Address } = model
    const address = new Address({ email: 'x' })
    const user = new User({ addresses: [address], others: [address] })
    expect(address.user).toBe(user)
    expect(user.addresses[0]).toBe(address)
    expect(user.others).toHaveLength(1)
    const second = new Address({ user })
    expect(second.user).toBe(user)
    expect(user.addresses).toHaveLength(2)
  })

  test('only what is not mapped remains on the object', () => {
    const { User } = model
    expect(Object.keys(new User({ name: 'ed' }))).toEqual(['made'])
  })

  test('constructors of one’s own work', () => {
    const { Customer } = model
    const customer = new Customer('Linux', 'x@y')
    expect([customer.name, customer.email, customer.version, customer.label]).toEqual([
      'Linux',
      'x@y',
      3,
      'Linux <x@y>',
    ])
    expect(Customer.name).toBe('Customer')
  })

  test('setting afterwards reaches the state', () => {
    const { User } = model
    const user = new User()
    user.name = 'wendy'
    user.nick = 'w'
    expect(user.toObject()).toEqual({
      version: 1,
      name: 'wendy',
      role: 'reader',
      nick: 'w',
      addresses: [],
      others: [],
    })
  })
})
