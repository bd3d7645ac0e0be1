// `DDL`: a command written by hand.
import { ArgumentError } from '../../../errors.ts'
import { checkKeys } from '../../../nearest.ts'
import { defineKind } from '../../base/element.ts'
import { TableClause } from '../../from/table-clause.ts'
import { checkCondition, type DdlCondition } from '../ddl-condition.ts'
import { DdlElement } from './element.ts'

/** Options of {@link DDL}. */
export interface DdlTextOptions {
  /** When it is run by the plans of `createAll` and `dropAll`. Default: always. */
  readonly ddlIf?: DdlCondition
}

/**
 * A command of DDL as text, for what has no class of its own. As the listener of a table, `%(table)s`, `%(schema)s` and
 * `%(fullname)s` stand for its names.
 *
 * @throws ArgumentError it is no text.
 * @example
 * users.on('afterCreate', new DDL('ALTER TABLE %(fullname)s SET (fillfactor = 70)'))
 */
export class DDL extends DdlElement {
  declare readonly kind: 'ddlText'
  static {
    defineKind(this, 'ddlText')
  }
  readonly statement: string
  /** The table whose names it speaks of; null for none. */
  readonly target: TableClause | null
  readonly #condition: DdlCondition | null
  readonly #options: DdlTextOptions
  /** @internal the last argument */
  constructor(statement: string, options: DdlTextOptions = {}, target: TableClause | null = null) {
    super()
    if (typeof statement !== 'string' || statement.trim() === '')
      throw new ArgumentError('DDL takes a command as text that is not empty')
    checkKeys('DDL', options, ['ddlIf'])
    this.statement = statement
    this.target = target
    this.#options = options
    this.#condition = checkCondition('DDL', options.ddlIf)
  }
  override get condition(): DdlCondition | null {
    return this.#condition
  }
  override onTarget(target: unknown): DDL {
    return target instanceof TableClause ? new DDL(this.statement, this.#options, target) : this
  }
}
