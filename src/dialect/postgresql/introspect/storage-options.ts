// Storage parameters as the catalogs keep them: `fillfactor=70`.
import type { StorageParameters } from '../../../expression/schema/storage.ts'

/** Parameters by name; numbers and truth values as such. */
export function storageOptions(options: readonly string[]): StorageParameters {
  const entries = options.map((option): [string, string | number | boolean] => {
    const place = option.indexOf('=')
    return place < 0 ? [option, true] : [option.slice(0, place), valueOf(option.slice(place + 1))]
  })
  return Object.fromEntries(entries)
}

function valueOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'on') return true
  if (text === 'false' || text === 'off') return false
  const isNumber = /^-?\d+(\.\d+)?$/.test(text) && String(Number(text)) === text
  return isNumber ? Number(text) : text
}
