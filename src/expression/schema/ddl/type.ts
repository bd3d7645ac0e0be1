// CREATE, COMMENT and DROP of types with a name: enumerations, domains, composite types, ranges.
import { ArgumentError } from '../../../errors.ts'
import { defineKind } from '../../base/element.ts'
import { type NamedType, SqlType } from '../../types/type.ts'
import { DdlElement, DropElement, type DropOptions } from './element.ts'
import { commentFor } from './table.ts'

function named(type: SqlType, command: string): NamedType {
  const name = type instanceof SqlType ? (type as Partial<NamedType>).name : undefined
  if (typeof name === 'string' && name !== '') return type as NamedType
  throw new ArgumentError(`${command} takes a type with a name, such as Enum('a', 'b', { name: 'status' })`)
}

/**
 * CREATE TYPE or CREATE DOMAIN; `createAll` does it for the types of its tables.
 *
 * @throws ArgumentError the type has no name.
 * @example
 * await conn.execute(new CreateType(Enum('a', 'b', { name: 'status' })))   // CREATE TYPE status AS ENUM ('a', 'b')
 */
export class CreateType extends DdlElement {
  declare readonly kind: 'createType'
  static {
    defineKind(this, 'createType')
  }
  readonly type: NamedType
  constructor(type: SqlType) {
    super()
    this.type = named(type, 'CreateType')
  }
}

/**
 * DROP TYPE or DROP DOMAIN.
 *
 * @throws ArgumentError the type has no name.
 */
export class DropType extends DropElement {
  declare readonly kind: 'dropType'
  static {
    defineKind(this, 'dropType')
  }
  readonly type: NamedType
  constructor(type: SqlType, options: DropOptions = {}) {
    super('DropType', options)
    this.type = named(type, 'DropType')
  }
}

/**
 * COMMENT ON TYPE or COMMENT ON DOMAIN; `createAll` does it for types that have a comment. Null removes the comment.
 *
 * @throws ArgumentError the type has no name.
 * @example
 * await conn.execute(new SetTypeComment(Enum('a', 'b', { name: 'status' }), 'of an order'))   // COMMENT ON TYPE status IS 'of an order'
 */
export class SetTypeComment extends DdlElement {
  declare readonly kind: 'setTypeComment'
  static {
    defineKind(this, 'setTypeComment')
  }
  readonly type: NamedType
  readonly comment: string | null
  constructor(type: SqlType, comment?: string | null) {
    super()
    this.type = named(type, 'SetTypeComment')
    this.comment = commentFor('SetTypeComment', this.type, comment)
  }
}
