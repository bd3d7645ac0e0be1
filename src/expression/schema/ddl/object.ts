// CREATE and DROP of what is no table: schemas and sequences.
import { defineKind } from '../../base/element.ts'
import type { Sequence } from '../sequence.ts'
import { DdlElement } from './element.ts'
import type { CreateOptions, DropOptions } from './table.ts'

/** CREATE SCHEMA. */
export class CreateSchema extends DdlElement {
  declare readonly kind: 'createSchema'
  static {
    defineKind(CreateSchema, 'createSchema')
  }
  readonly name: string
  readonly ifNotExists: boolean
  constructor(name: string, options: CreateOptions = {}) {
    super()
    this.name = name
    this.ifNotExists = options.ifNotExists ?? false
  }
}

/** DROP SCHEMA. */
export class DropSchema extends DdlElement {
  declare readonly kind: 'dropSchema'
  static {
    defineKind(DropSchema, 'dropSchema')
  }
  readonly name: string
  readonly ifExists: boolean
  readonly cascade: boolean
  constructor(name: string, options: DropOptions = {}) {
    super()
    this.name = name
    this.ifExists = options.ifExists ?? false
    this.cascade = options.cascade ?? false
  }
}

/** CREATE SEQUENCE. */
export class CreateSequence extends DdlElement {
  declare readonly kind: 'createSequence'
  static {
    defineKind(CreateSequence, 'createSequence')
  }
  readonly sequence: Sequence
  readonly ifNotExists: boolean
  constructor(sequence: Sequence, options: CreateOptions = {}) {
    super()
    this.sequence = sequence
    this.ifNotExists = options.ifNotExists ?? false
  }
}

/** DROP SEQUENCE. */
export class DropSequence extends DdlElement {
  declare readonly kind: 'dropSequence'
  static {
    defineKind(DropSequence, 'dropSequence')
  }
  readonly sequence: Sequence
  readonly ifExists: boolean
  readonly cascade: boolean
  constructor(sequence: Sequence, options: DropOptions = {}) {
    super()
    this.sequence = sequence
    this.ifExists = options.ifExists ?? false
    this.cascade = options.cascade ?? false
  }
}
