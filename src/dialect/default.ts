// The default dialect: the standard's spelling with `:name` parameters; for reading, and as the model of other dialects.
import { CompileError, type DBAPIError, InterfaceError, InvalidRequestError } from '../errors.ts'
import type { Element } from '../expression/base/element.ts'
import type { Executable } from '../expression/base/executable.ts'
import type { SqlType } from '../expression/types/type.ts'
import { isType, noType } from './checked-type.ts'
import { ansi } from './compile/ansi.ts'
import { compile } from './compile/compile.ts'
import { expandedCommand } from './compile/expanding.ts'
import { Identifiers } from './compile/identifier.ts'
import { literal, standardBytes, standardText } from './compile/literal.ts'
import type { AnyRenderers } from './compile/renderers.ts'
import { RESERVED } from './compile/reserved.ts'
import type { Spelling } from './compile/spelling.ts'
import { TypeNames, typeSpellings } from './compile/type-name.ts'
import type { Compiled, CompileOptions } from './contract/compiled.ts'
import type { Codec, Command, Driver, DriverError } from './contract/driver.ts'
import type { DialectFeatures } from './contract/features.ts'
import type { Introspector } from './contract/introspector.ts'
import type { Dialect, ErrorContext } from './dialect.ts'
import { jsonText } from './json-text.ts'

const FEATURES: DialectFeatures = {
  returning: true,
  arrayBatches: false,
  arrayLists: false,
  transactionalDdl: true,
  savepoints: true,
  dataModifyingCte: true,
  schemas: true,
  namedTypes: false,
  alterConstraints: true,
  cursors: 'none',
  copy: false,
  notifications: false,
  identifierBytes: 128,
}

/** The standard's spelling; it compiles everything portable and connects to nothing. */
export class DefaultDialect implements Dialect, Spelling {
  readonly name: string = 'default'
  readonly features: DialectFeatures = FEATURES
  readonly identifiers: Identifiers = new Identifiers({ reserved: RESERVED, maxBytes: FEATURES.identifierBytes })
  readonly #types = new TypeNames('default', typeSpellings, this.identifiers)
  readonly #renderers: AnyRenderers

  constructor(renderers: AnyRenderers = ansi as unknown as AnyRenderers) {
    this.#renderers = renderers
  }

  compile(statement: Element, options: CompileOptions = {}): Compiled {
    return compile(statement, this.#renderers, this, options)
  }
  expandLists(compiled: Compiled, values: readonly unknown[]): Command {
    return expandedCommand(compiled, this, values)
  }
  placeholder(_position: number, name: string, _type: SqlType): string {
    return `:${name.replace(/[^\p{L}\p{N}_]/gu, '_')}`
  }
  typeName(type: SqlType): string {
    if (!isType(type)) throw noType('typeName', type)
    return this.#types.name(type)
  }
  codec(_type: SqlType): Codec | null {
    return null
  }
  literal(value: unknown, type: SqlType): string {
    if (!isType(type)) throw noType('literal', type)
    return literal(value, type, {
      host: this,
      text: standardText,
      document: (document) => jsonText('JSON', document, 'a database'),
      bytes: standardBytes,
      array: (items) => `ARRAY[${items.join(', ')}]`,
    })
  }
  quote(name: string): string {
    return this.identifiers.quote(name)
  }
  createDriver(): Driver {
    throw new InvalidRequestError('The default dialect connects to no database: it only spells statements')
  }
  beginStatement(): string {
    return 'BEGIN'
  }
  wrapError(error: DriverError, context: ErrorContext): DBAPIError {
    return new InterfaceError(error.message, { ...context, cause: error })
  }
  hasTypeStatement(): Executable {
    throw new CompileError('The default dialect cannot ask a database for its types')
  }
  hasTableStatement(): Executable {
    throw new CompileError('The default dialect cannot ask a database for its tables')
  }
  async introspector(): Promise<Introspector> {
    throw new InvalidRequestError('The default dialect connects to no database: there are no catalogs to read')
  }
}

/** The one default dialect. */
export const defaultDialect: DefaultDialect = new DefaultDialect()
