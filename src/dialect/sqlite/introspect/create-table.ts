// What only the text of CREATE TABLE tells: names of constraints, CHECKs, when foreign keys are checked, how columns are computed.
import { isAt, namesIn, partsOf, type Word, wordsOf } from './sql-words.ts'

/** A constraint, of a column or of the table. */
export interface WrittenConstraint {
  readonly name: string | null
  readonly sort: 'primaryKey' | 'unique' | 'check' | 'foreignKey'
  readonly columns: readonly string[]
  /** The condition of a CHECK. */
  readonly sql: string | null
  readonly deferrable: boolean
  readonly initially: 'DEFERRED' | 'IMMEDIATE' | null
}

/** A column's own words. */
export interface WrittenColumn {
  readonly name: string
  readonly collation: string | null
  /** The expression of a generated column. */
  readonly computed: string | null
  readonly autoincrement: boolean
}

/** A table. */
export interface WrittenTable {
  readonly columns: readonly WrittenColumn[]
  readonly constraints: readonly WrittenConstraint[]
}

const SORTS: readonly (readonly [WrittenConstraint['sort'], readonly string[]])[] = [
  ['primaryKey', ['PRIMARY', 'KEY']],
  ['unique', ['UNIQUE']],
  ['check', ['CHECK']],
  ['foreignKey', ['FOREIGN', 'KEY']],
  ['foreignKey', ['REFERENCES']],
]

/** Reads the text of CREATE TABLE; empty for tables made in other ways. */
export function readCreateTable(sql: string | null): WrittenTable {
  const body = sql === null ? undefined : wordsOf(sql).find(({ inside }) => inside !== null)?.inside
  if (body === undefined || body === null) return { columns: [], constraints: [] }
  const columns: WrittenColumn[] = []
  const constraints: WrittenConstraint[] = []
  for (const words of partsOf(body)) {
    const isConstraint = isAt(words, 0, 'CONSTRAINT') || SORTS.some(([, keywords]) => isAt(words, 0, ...keywords))
    const owner = isConstraint ? null : (words[0]?.text ?? '')
    constraints.push(...constraintsIn(words, owner))
    if (owner !== null) columns.push(columnOf(owner, words))
  }
  return { columns, constraints }
}

function columnOf(name: string, words: readonly Word[]): WrittenColumn {
  const after = (...keywords: readonly string[]): Word | null => {
    const place = words.findIndex((_, index) => isAt(words, index, ...keywords))
    return place < 0 ? null : (words[place + keywords.length] ?? null)
  }
  return {
    name,
    collation: after('COLLATE')?.text ?? null,
    computed: after('AS')?.inside ?? null,
    autoincrement: words.some((_, index) => isAt(words, index, 'AUTOINCREMENT')),
  }
}

/** @param owner the column that they belong to; null for those of the table. */
function constraintsIn(words: readonly Word[], owner: string | null): WrittenConstraint[] {
  const found: WrittenConstraint[] = []
  let name: string | null = null
  /** Where what has the name begins: NOT NULL and DEFAULT can have one too. */
  let named = -1
  for (let place = owner === null ? 0 : 1; place < words.length; place++) {
    if (isAt(words, place, 'CONSTRAINT')) {
      name = words[place + 1]?.text ?? null
      place += 1
      named = place + 1
      continue
    }
    const sort = SORTS.find(([, keywords]) => isAt(words, place, ...keywords))
    if (sort === undefined) continue
    const [kind, keywords] = sort
    // The REFERENCES of a FOREIGN KEY belongs to that.
    if (owner === null && keywords[0] === 'REFERENCES') continue
    const behind = words[place + keywords.length]
    found.push({
      name: named === place ? name : null,
      sort: kind,
      columns: owner === null ? namesIn(behind?.inside ?? '') : [owner],
      sql: kind === 'check' ? (behind?.inside ?? null) : null,
      ...(kind === 'foreignKey' ? deferralIn(ownWords(words, place)) : { deferrable: false, initially: null }),
    })
    place += keywords.length - 1
  }
  return found
}

/** The words of the foreign key that begins at a place. */
function ownWords(words: readonly Word[], place: number): readonly Word[] {
  const isOfTable = isAt(words, place, 'FOREIGN')
  const next = words.findIndex((_, index) => {
    if (index <= place) return false
    if (isOfTable && isAt(words, index, 'REFERENCES')) return false
    return isAt(words, index, 'CONSTRAINT') || SORTS.some(([, keywords]) => isAt(words, index, ...keywords))
  })
  return words.slice(place, next < 0 ? undefined : next)
}

function deferralIn(words: readonly Word[]): Pick<WrittenConstraint, 'deferrable' | 'initially'> {
  const place = words.findIndex((_, index) => isAt(words, index, 'DEFERRABLE') && !isAt(words, index - 1, 'NOT'))
  if (place < 0) return { deferrable: false, initially: null }
  const deferred = isAt(words, place + 1, 'INITIALLY', 'DEFERRED')
  const immediate = isAt(words, place + 1, 'INITIALLY', 'IMMEDIATE')
  return { deferrable: true, initially: deferred ? 'DEFERRED' : immediate ? 'IMMEDIATE' : null }
}
