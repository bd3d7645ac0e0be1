// `Render`: what is known while a statement is rendered: parameters, names, result columns, WITH, the statement around.
import { CompileError, UnsupportedCompilationError } from '../../errors.ts'
import type { Element } from '../../expression/base/element.ts'
import { Bind, NO_VALUE } from '../../expression/element/bind.ts'
import type { AnonymousName, Name } from '../../expression/element/name.ts'
import { type Cte, NestedHere } from '../../expression/from/alias.ts'
import type { TableClause } from '../../expression/from/table-clause.ts'
import type { SchemaColumn } from '../../expression/schema/column.ts'
import { type SchemaTranslateMap, translatedSchema } from '../../expression/schema/schema-map.ts'
import type { TupleType } from '../../expression/types/tuple.ts'
import type { SqlType, ValueProcessor } from '../../expression/types/type.ts'
import { quoteName } from '../../nearest.ts'
import type { CompileOptions, DefaultColumn, ResultColumn } from '../contract/compiled.ts'
import { numbered } from './by-number.ts'
import { customText, respelt } from './custom.ts'
import { type Frame, NO_FRAME, Place, type PlaceNumber } from './frame.ts'
import { listOf } from './list-value.ts'
import { Names } from './names.ts'
import { Placeholders } from './placeholders.ts'
import type { AnyRenderersOf, RendererOf } from './renderer.ts'
import { isSameList, type ListSlot, slotOfBind, slotOfColumn } from './slot.ts'
import type { Spelling } from './spelling.ts'
import { aroundParameters, sentTuple, sentType, wrapped } from './type-expression.ts'
import { type CompoundParts, WithLists } from './with.ts'

/** Marks the place of a list in the text; a NUL is in no SQL. */
const MARK = '\u0000'

/** A statement on its way to text. */
export class Render {
  readonly spelling: Spelling
  readonly renderers: AnyRenderersOf<Render>
  readonly #byNumber: RendererOf<Element, Render>[]
  /** Values are written into the text. */
  literalBinds: boolean
  /** Columns are written without their table. */
  unqualified = false
  /** Keys of columns that execution gives to the statement at the top. */
  readonly columnKeys: readonly string[] | null
  /** Other schemas in place of those that tables name. */
  readonly schemas: SchemaTranslateMap | null
  frame: Frame = NO_FRAME
  /** Tables whose name alone would mean two; null where there are none. */
  aliasedTables: ReadonlyMap<TableClause, AnonymousName> | null = null
  /** Columns of the result; null where there are none, or only the server knows them. */
  columns: ResultColumn[] | null = null
  readonly warnings: string[] = []
  /** Why the text holds for these very values only. */
  uncacheable: string | null = null
  /** The statement at the top is run with several sets of parameters. */
  readonly forMany: boolean
  /** The columns of the result are those of a RETURNING that nobody wrote. */
  implicitReturning = false
  /** The next statement is a part of the compound at the top. */
  isTopPart = false
  /** The next SELECT is that of an INSERT, whose WITH it shares. */
  sharesLevel = false
  /** Values are written into the text when the statement is executed. */
  atExecution = false
  /** The server has to see the values whenever it plans the statement. */
  plannedAnew = false
  /** The compound that the next statement is a part of. */
  nextPart: CompoundParts | null = null
  /** The expression in WITH whose statement comes next. */
  defines: Cte | null = null
  /** Within INSERT, UPDATE or DELETE in WITH, where names of columns are no names of parameters. */
  inCte = false
  inType = false

  readonly names: Names
  readonly placeholders: Placeholders
  readonly lists: ListSlot[] = []
  /** A whole statement means with its values what it means with its parameters; pieces of DDL are kept as they are short. */
  readonly #typesLiterals: boolean
  #place: PlaceNumber = Place.statement
  // Made on demand: most statements are small, and compiling one should cost no more than its text.
  #with: WithLists | null = null

  constructor(
    spelling: Spelling,
    renderers: AnyRenderersOf<Render>,
    options: Pick<CompileOptions, 'literalBinds' | 'columnKeys' | 'schemas' | 'forMany'>,
  ) {
    this.spelling = spelling
    this.names = new Names(spelling.identifiers)
    this.placeholders = new Placeholders(spelling)
    this.renderers = renderers
    this.#byNumber = numbered(renderers)
    this.literalBinds = options.literalBinds ?? false
    this.#typesLiterals = this.literalBinds
    this.columnKeys = options.columnKeys ?? null
    this.schemas = options.schemas ?? null
    this.forMany = options.forMany ?? false
  }

  /** Any element as text. */
  node(element: Element): string {
    const render = this.#byNumber[element.keyId]
    return render === undefined ? this.#first(element) : render(element, this)
  }

  /** Looks a renderer up by kind where one of that kind is met first: numbers are found faster than names. */
  #first(element: Element): string {
    const custom = customText(element, this)
    if (custom !== null) return custom
    const render = this.renderers[element.kind] as RendererOf<Element, Render> | undefined
    if (render === undefined)
      throw new UnsupportedCompilationError(
        `The dialect '${this.spelling.name}' has no spelling for elements of the kind '${element.kind}'`,
      )
    const used = respelt(element.kind, render) ?? render
    this.#byNumber[element.keyId] = used
    return used(element, this)
  }

  /** Elements with a separator between them. */
  nodes(elements: readonly Element[], separator: string): string {
    let text = ''
    for (let index = 0; index < elements.length; index += 1)
      text += index === 0 ? this.node(elements[index] as Element) : separator + this.node(elements[index] as Element)
    return text
  }

  // ---- where a statement stands --------------------------------------------------------------------------------

  /** A statement within another. */
  statement(element: Element, place: PlaceNumber): string {
    this.#place = place
    const text = this.node(element)
    this.#place = Place.expression
    return text
  }

  /** Where the statement that is being begun stands; what is in it is within a statement. */
  enter(): PlaceNumber {
    const place = this.#place
    this.#place = Place.expression
    return place
  }

  /** Whether the rows of the statement that is being begun are those of the result, as those of a part of a compound can be. */
  enterShown(isTop: boolean): boolean {
    const isShown = isTop || this.isTopPart
    this.isTopPart = false
    return isShown
  }

  // ---- names ---------------------------------------------------------------------------------------------------

  /** A name as written, or the one chosen for it. */
  name(name: Name): string {
    return typeof name === 'string' ? name : this.names.name(name)
  }

  quoted(name: Name): string {
    return this.spelling.identifiers.quote(typeof name === 'string' ? name : this.name(name))
  }

  /** A new name of a parameter from a base: `param_1`, `id_2`. */
  generate(base: string): string {
    return this.names.parameter(base)
  }

  /** The name of a table with its schema. */
  tableName(table: { readonly name: string; readonly schema: string | null }): string {
    const identifiers = this.spelling.identifiers
    const name = identifiers.quote(table.name)
    const schema = translatedSchema(this.schemas, table.schema)
    return schema === null ? name : `${identifiers.quote(schema)}.${name}`
  }

  /** A column of a table, with its table. */
  schemaColumn(column: SchemaColumn): string {
    const alias = this.aliasedTables?.get(column.table)
    if (alias !== undefined) return `${this.quoted(alias)}.${this.quoted(column.name)}`
    const { columnTexts } = this.spelling.identifiers
    if (this.schemas !== null) return `${this.tableName(column.table)}.${this.quoted(column.name)}`
    let text = columnTexts[column.id]
    if (text === undefined) {
      text = `${this.tableName(column.table)}.${this.spelling.identifiers.quote(column.name)}`
      columnTexts[column.id] = text
    }
    return text
  }

  // ---- parameters ----------------------------------------------------------------------------------------------

  /** The placeholder of a bind: the same object always gives the same one. @param isWritten see {@link bindAs} */
  bind(bind: Bind, isWritten = false): string {
    const known = this.placeholders.textOf(bind)
    if (known !== undefined) return known
    return this.bindAs(bind, bind.anonymous ? this.generate(bind.key) : bind.key, false, isWritten)
  }

  /**
   * The placeholder of a bind under a name that the place gives it.
   * @param isOfColumn the name is that of the column which the value is written into
   * @param isWritten the value is written into a column
   */
  bindAs(bind: Bind, name: string, isOfColumn = false, isWritten = false): string {
    const { type } = bind
    if (this.literalBinds) return wrapped(type, this.#literal(bind), this)
    if (bind.literalExecute || this.atExecution) return this.#atExecution(bind, name)
    const sent = sentType(type, this)
    const slot = slotOfBind(name, sent, bind, sent.bindProcessor(this.spelling), isWritten)
    const isGenerated = bind.anonymous && !isOfColumn
    const placeholder = isGenerated ? this.placeholders.addGenerated(slot) : this.placeholders.add(slot, isOfColumn)
    const text = wrapped(type, placeholder, this)
    this.placeholders.keep(bind, text)
    return text
  }

  /** A placeholder for a column whose value execution gives. */
  columnParameter(column: { readonly key: string; readonly type: SqlType }, name: string): string {
    return this.#columnSlot(column.type, name, null)
  }

  /** A placeholder for a column that gets its client-side default, or what its `onUpdate` gives. */
  defaultParameter(column: SchemaColumn, name: string, isUpdated = false): string {
    const { key, name: columnName } = column
    return this.#columnSlot(column.type, name, isUpdated ? { key, name: columnName, updated: column } : column)
  }

  #columnSlot(type: SqlType, name: string, defaultOf: DefaultColumn | null): string {
    const sent = sentType(type, this)
    const slot = slotOfColumn(name, sent, sent.bindProcessor(this.spelling), defaultOf)
    return wrapped(type, this.placeholders.add(slot), this)
  }

  /** {@link defaultParameter} as an element, for places that take elements. */
  defaultBind(column: SchemaColumn, name: string): Bind {
    const bind = new Bind(name, NO_VALUE, column.type)
    this.placeholders.keep(bind, this.defaultParameter(column, name))
    return bind
  }

  /** A placeholder for a list as a whole, as an array; the same bind always gives the same one. */
  listParameter(bind: Bind, type: SqlType, process: ValueProcessor | null): string {
    const known = this.placeholders.textOf(bind)
    if (known !== undefined) return known
    const { anonymous } = bind
    const slot = slotOfBind(anonymous ? this.generate(bind.key) : bind.key, type, bind, process)
    const text = anonymous ? this.placeholders.addGenerated(slot) : this.placeholders.add(slot)
    this.placeholders.keep(bind, text)
    return text
  }

  /** A placeholder for a part of what a bind holds; the bind can have several. */
  partOf(bind: Bind, type: SqlType, process: ValueProcessor | null): string {
    if (this.literalBinds) return this.spelling.literal(this.#valueOf(bind, process), type)
    const key = bind.anonymous ? this.generate(bind.key) : bind.key
    return this.placeholders.addPart(slotOfBind(key, type, bind, process))
  }

  /** A place for a value that is written when the statement is executed. */
  #atExecution(bind: Bind, key: string): string {
    const type = sentType(bind.type, this)
    const slot = slotOfBind(key, type, bind, type.literalProcessor(this.spelling))
    const list = this.lists.push({ ...slot, empty: '', isLiteral: true }) - 1
    const text = wrapped(bind.type, `${MARK}${list}${MARK}`, this)
    this.placeholders.keep(bind, text)
    return text
  }

  #literal(bind: Bind): string {
    this.uncacheable ??= 'values are written into the text'
    const type = sentType(bind.type, this)
    const value = this.#valueOf(bind, type.literalProcessor(this.spelling))
    const { spelling } = this
    return this.#typesLiterals && spelling.typedLiteral !== undefined
      ? spelling.typedLiteral(value, type)
      : spelling.literal(value, type)
  }

  #valueOf(bind: Bind, process: ValueProcessor | null): unknown {
    const value = bind.effectiveValue()
    if (value === NO_VALUE)
      throw new CompileError(`The parameter ${quoteName(bind.key)} has no value that could be written into the text`)
    return process === null ? value : process(value)
  }

  // ---- lists that are written at execution -----------------------------------------------------------------------

  /** A place for the members of a list, to stand between parentheses. */
  list(bind: Bind, empty: string, members: readonly SqlType[] | null): string {
    if (this.literalBinds) return this.#literalList(bind, empty, members)
    const type = members === null ? sentType(bind.type, this) : sentTuple(bind.type as TupleType, this)
    const isLiteral = bind.literalExecute || this.atExecution
    const processItem = isLiteral ? type.literalProcessor(this.spelling) : type.bindProcessor(this.spelling)
    let index = this.lists.findIndex(
      (slot) => slot.empty === empty && slot.isLiteral === isLiteral && isSameList(slot.bind, bind),
    )
    if (index < 0) {
      const key = bind.anonymous ? this.generate(bind.key) : bind.key
      const process = (value: unknown) => {
        const list = listOf(value, members)
        return processItem === null ? list : list.map(processItem)
      }
      const slot = { ...slotOfBind(key, type, bind, process), empty, isLiteral, isList: true }
      const around = (members ?? [bind.type]).map((each) => aroundParameters(each, this))
      index = this.lists.push(around.every((each) => each === null) ? slot : { ...slot, around }) - 1
    }
    return `${MARK}${index}${MARK}`
  }

  #literalList(bind: Bind, empty: string, members: readonly SqlType[] | null): string {
    this.uncacheable ??= 'values are written into the text'
    const list = listOf(this.#valueOf(bind, null), members)
    if (list.length === 0) return empty
    const one = (value: unknown, type: SqlType): string => {
      const sent = sentType(type, this)
      const process = sent.literalProcessor(this.spelling)
      return wrapped(type, this.spelling.literal(process === null ? value : process(value), sent), this)
    }
    if (members === null) return list.map((value) => one(value, bind.type)).join(', ')
    return list
      .map((tuple) => `(${members.map((type, index) => one((tuple as unknown[])[index], type)).join(', ')})`)
      .join(', ')
  }

  // ---- WITH ----------------------------------------------------------------------------------------------------

  /** Begins a statement within another, which can have a WITH of its own. */
  openLevel(): void {
    this.openQuery(false, true)
  }

  /** {@link openLevel} for a SELECT or a compound; false for one that has no WITH of its own and is no part of another. */
  openQuery(hasNone: boolean, isCompound: boolean): boolean {
    const { nextPart } = this
    this.nextPart = null
    if (nextPart === null && hasNone) return false
    this.#with ??= new WithLists()
    this.#with.open(isCompound ? null : nextPart)
    return true
  }

  /** Ends it: its WITH stands before its text. */
  closeLevel(text: string): string {
    return this.#with === null ? text : this.#with.close(text)
  }

  /** Hears of what a statement lists in WITH, before anything in it is rendered. */
  expectCtes(ctes: readonly Element[]): void {
    for (const cte of ctes) {
      if (!(cte instanceof NestedHere)) continue
      this.#with ??= new WithLists()
      this.#with.expect(cte.cte)
    }
  }

  /** The name of a common table expression, which is put into WITH where it is met first. */
  cte(cte: Cte): string {
    this.#with ??= new WithLists()
    const name = this.name(cte.name)
    this.#with.add(cte, name, (each, isNested) => this.#definition(each, isNested))
    return this.spelling.identifiers.quote(name)
  }

  #definition(cte: Cte, isNested: boolean): string {
    const { frame, inCte, unqualified, aliasedTables, nextPart, sharesLevel } = this
    // What stands in the statement itself is not seen, what stands around it is where the user says so: in LATERAL.
    if (!isNested) this.frame = NO_FRAME
    this.inCte = true
    this.unqualified = false
    this.aliasedTables = null
    this.nextPart = null
    this.sharesLevel = false
    this.defines = cte
    const text = this.renderers.cteDefinition(cte, this)
    this.frame = frame
    this.inCte = inCte
    this.unqualified = unqualified
    this.aliasedTables = aliasedTables
    this.nextPart = nextPart
    this.sharesLevel = sharesLevel
    return text
  }

  /** WITH and its expressions, to stand before the statement; empty where there is none. */
  withClause(): string {
    return this.#with === null ? '' : this.#with.text
  }
}

/** The text in pieces with the number of the list between each two. */
export function splitAtLists(text: string): { readonly pieces: readonly string[]; readonly lists: readonly number[] } {
  const parts = text.split(MARK)
  return {
    pieces: parts.filter((_, index) => index % 2 === 0),
    lists: parts.filter((_, index) => index % 2 === 1).map(Number),
  }
}

/** @throws CompileError the text has a character that no SQL may have. */
export function checkSqlText(text: string): string {
  if (text.includes(MARK)) throw new CompileError('SQL cannot have a NUL character')
  return text
}
