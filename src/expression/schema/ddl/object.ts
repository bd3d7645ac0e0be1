// CREATE and DROP of what is no table: schemas, sequences, extensions.
import { checkKeys } from '../../../nearest.ts'
import { defineKind } from '../../base/element.ts'
import type { Sequence } from '../sequence.ts'
import { DdlElement } from './element.ts'
import type { CreateOptions, DropOptions } from './table.ts'

/** Options of {@link CreateSchema}. */
export interface CreateSchemaOptions extends CreateOptions {
  /** The role that owns it. Default: the session's. */
  readonly authorization?: string
}

/**
 * CREATE SCHEMA.
 *
 * @example
 * await conn.execute(new CreateSchema('shop', { ifNotExists: true }))   // CREATE SCHEMA IF NOT EXISTS shop
 */
export class CreateSchema extends DdlElement {
  declare readonly kind: 'createSchema'
  static {
    defineKind(this, 'createSchema')
  }
  readonly name: string
  readonly ifNotExists: boolean
  readonly authorization: string | null
  constructor(name: string, options: CreateSchemaOptions = {}) {
    super()
    this.name = name
    this.ifNotExists = options.ifNotExists ?? false
    this.authorization = options.authorization ?? null
  }
}

/** DROP SCHEMA. */
export class DropSchema extends DdlElement {
  declare readonly kind: 'dropSchema'
  static {
    defineKind(this, 'dropSchema')
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
    defineKind(this, 'createSequence')
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
    defineKind(this, 'dropSequence')
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

/** Options of {@link CreateExtension}. */
export interface CreateExtensionOptions extends CreateOptions {
  /** Where its objects go. Default: the first schema of the search path. */
  readonly schema?: string
  readonly version?: string
  /** Extensions that it needs are installed too. Default false. */
  readonly cascade?: boolean
}

/**
 * CREATE EXTENSION.
 *
 * @example
 * await conn.execute(new CreateExtension('pg_trgm', { ifNotExists: true }))   // CREATE EXTENSION IF NOT EXISTS pg_trgm
 */
export class CreateExtension extends DdlElement {
  declare readonly kind: 'createExtension'
  static {
    defineKind(this, 'createExtension')
  }
  readonly name: string
  readonly options: CreateExtensionOptions
  constructor(name: string, options: CreateExtensionOptions = {}) {
    super()
    checkKeys('CreateExtension', options, ['ifNotExists', 'schema', 'version', 'cascade'])
    this.name = name
    this.options = options
  }
}

/** DROP EXTENSION. */
export class DropExtension extends DdlElement {
  declare readonly kind: 'dropExtension'
  static {
    defineKind(this, 'dropExtension')
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
