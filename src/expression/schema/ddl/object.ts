// CREATE and DROP of what is no table: schemas, sequences, extensions.
import { ArgumentError } from '../../../errors.ts'
import { checkKeys } from '../../../nearest.ts'
import { showValue } from '../../../show.ts'
import { defineKind } from '../../base/element.ts'
import { Sequence } from '../sequence.ts'
import { DdlElement, DropElement, type DropOptions } from './element.ts'
import type { CreateOptions } from './table.ts'

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
    checkKeys('CreateSchema', options, [], ['ifNotExists'], ['authorization'])
    this.name = checkedName('CreateSchema', name)
    this.ifNotExists = options.ifNotExists ?? false
    this.authorization = options.authorization ?? null
  }
}

/**
 * DROP SCHEMA.
 * @example
 * await engine.execute(new DropSchema('archive', { ifExists: true, cascade: true }))   // DROP SCHEMA IF EXISTS archive CASCADE
 */
export class DropSchema extends DropElement {
  declare readonly kind: 'dropSchema'
  static {
    defineKind(this, 'dropSchema')
  }
  readonly name: string
  constructor(name: string, options: DropOptions = {}) {
    super('DropSchema', options)
    this.name = checkedName('DropSchema', name)
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
    checkKeys('CreateSequence', options, [], ['ifNotExists'])
    this.sequence = checkedSequence('CreateSequence', sequence)
    this.ifNotExists = options.ifNotExists ?? false
  }
}

/** DROP SEQUENCE. */
export class DropSequence extends DropElement {
  declare readonly kind: 'dropSequence'
  static {
    defineKind(this, 'dropSequence')
  }
  readonly sequence: Sequence
  constructor(sequence: Sequence, options: DropOptions = {}) {
    super('DropSequence', options)
    this.sequence = checkedSequence('DropSequence', sequence)
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
    checkKeys('CreateExtension', options, [], ['ifNotExists', 'cascade'], ['schema', 'version'])
    this.name = name
    this.options = options
  }
}

/** DROP EXTENSION. */
export class DropExtension extends DropElement {
  declare readonly kind: 'dropExtension'
  static {
    defineKind(this, 'dropExtension')
  }
  readonly name: string
  constructor(name: string, options: DropOptions = {}) {
    super('DropExtension', options)
    this.name = name
  }
}

function checkedName(command: string, given: unknown): string {
  if (typeof given === 'string' && given !== '') return given
  throw new ArgumentError(`new ${command}() takes the name of a schema; got ${showValue(given)}`)
}

function checkedSequence(command: string, given: unknown): Sequence {
  if (given instanceof Sequence) return given
  throw new ArgumentError(`new ${command}() takes a Sequence; got ${showValue(given)}`)
}
