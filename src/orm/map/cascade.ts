// Which actions follow an object along a relationship: the words of the `cascade` option.
import { ArgumentError } from '../../errors.ts'
import { quoteName, suggestion } from '../../nearest.ts'
import type { Cascade } from '../contract/orm.ts'

/** One word of the `cascade` option. `all` is every one but `delete-orphan`; `none` is none. */
export type CascadeWord =
  | 'save-update'
  | 'merge'
  | 'refresh-expire'
  | 'expunge'
  | 'delete'
  | 'delete-orphan'
  | 'all'
  | 'none'

/** The `cascade` option: up to three words with commas between, or a list of words. */
export type CascadeOption =
  | CascadeWord
  | `${CascadeWord}, ${CascadeWord}`
  | `${CascadeWord}, ${CascadeWord}, ${CascadeWord}`
  | readonly CascadeWord[]

const ALL = ['save-update', 'merge', 'refresh-expire', 'expunge', 'delete']
const WORDS = [...ALL, 'delete-orphan', 'all', 'none']
const WRITING = ['save-update', 'merge', 'delete', 'delete-orphan']

/**
 * What the words mean.
 *
 * @param place the relationship, for messages.
 * @param given undefined is `save-update, merge`; for a relationship that is only viewed `none`.
 * @throws ArgumentError an unknown word, or words that contradict each other.
 */
export function parseCascade(place: string, given: unknown, viewOnly: boolean): Cascade {
  const words = given === undefined ? (viewOnly ? [] : ['save-update', 'merge']) : wordsOf(place, given)
  const set = new Set(words.flatMap((word) => (word === 'all' ? ALL : word === 'none' ? [] : [word])))
  if (words.includes('none') && words.length > 1) throw new ArgumentError(`${place}: the cascade 'none' stands alone`)
  if (set.has('delete-orphan') && !set.has('delete'))
    throw new ArgumentError(`${place}: the cascade 'delete-orphan' needs 'delete' with it: write 'all, delete-orphan'`)
  const writing = WRITING.filter((word) => set.has(word))
  if (viewOnly && writing.length > 0)
    throw new ArgumentError(`${place} is viewOnly, so it cannot cascade ${writing.join(', ')}`)
  return {
    saveUpdate: set.has('save-update'),
    merge: set.has('merge'),
    refreshExpire: set.has('refresh-expire'),
    expunge: set.has('expunge'),
    delete: set.has('delete'),
    deleteOrphan: set.has('delete-orphan'),
  }
}

function wordsOf(place: string, given: unknown): string[] {
  const list: unknown = typeof given === 'string' ? given.split(',').map((word) => word.trim()) : given
  if (!Array.isArray(list))
    throw new ArgumentError(`${place}: cascade is a text such as 'all, delete-orphan', or a list of words`)
  return list.map((word: unknown) => {
    if (typeof word === 'string' && WORDS.includes(word)) return word
    const name = typeof word === 'string' ? word : typeof word
    throw new ArgumentError(`${place}: cascade has no word ${quoteName(name)}${suggestion(name, WORDS)}`)
  })
}
