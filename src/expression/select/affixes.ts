// Prefixes, suffixes and hints of a SELECT: text that some database wants in a place of its own.
import { ArgumentError } from '../../errors.ts'
import { checkKeys } from '../../nearest.ts'
import type { Element } from '../base/element.ts'
import type { Pass } from '../base/pass.ts'
import { describe } from '../coerce/describe.ts'
import { expect } from '../coerce/expect.ts'
import { EXPRESSION, FROM } from '../coerce/roles.ts'
import { Affix, Hint } from '../element/affix.ts'
import type { Expression } from '../element/column-element.ts'
import type { SelectAffixes, SelectState } from './state.ts'

/** `text()`, or an expression. */
export type AffixText = Expression

/** Options of prefixes, suffixes and hints. */
export interface AffixOptions {
  /** The name of the one dialect that it is for, such as 'postgresql'. Default: all. */
  readonly dialect?: string
}

const NONE: SelectAffixes = { prefixes: [], suffixes: [], hints: [], statementHints: [] }

/** One prefix, suffix or hint of the statement more. */
export function affixed(
  present: SelectAffixes | null,
  place: 'prefixes' | 'suffixes' | 'statementHints',
  text: unknown,
  options: AffixOptions,
): SelectAffixes {
  const where = place === 'prefixes' ? 'prefixWith()' : place === 'suffixes' ? 'suffixWith()' : 'withStatementHint()'
  const affix = new Affix(expect(EXPRESSION, text, where), dialectOf(options, where))
  const known = present ?? NONE
  return { ...known, [place]: [...known[place], affix] }
}

/** One hint about a FROM element more. */
export function hinted(
  present: SelectAffixes | null,
  from: unknown,
  text: unknown,
  options: AffixOptions,
): SelectAffixes {
  const element: Element = expect(FROM, from, 'withHint()')
  if (typeof text !== 'string' || !/^[A-Za-z][\w ]*(\([\w, ]*\))?$/.test(text))
    throw new ArgumentError(`withHint() takes a hint such as 'ONLY'; got ${describe(text)}`)
  const known = present ?? NONE
  return { ...known, hints: [...known.hints, new Hint(element, text, dialectOf(options, 'withHint()'))] }
}

function dialectOf(options: AffixOptions, where: string): string | null {
  checkKeys(where, options, [], [], ['dialect'])
  return options.dialect ?? null
}

/** Tells what few SELECTs say to a pass. */
export function walkRare(pass: Pass, { correlateExcept, labels, affixes }: SelectState): void {
  pass.flag(correlateExcept === null ? 0 : correlateExcept.length + 1)
  for (const from of correlateExcept ?? []) pass.shared(from)
  pass.text(labels)
  pass.flag(affixes !== null)
  if (affixes !== null) walkAffixes(pass, affixes)
}

function walkAffixes(pass: Pass, affixes: SelectAffixes): void {
  pass.nodes(affixes.prefixes)
  pass.nodes(affixes.suffixes)
  pass.nodes(affixes.hints)
  pass.nodes(affixes.statementHints)
}
