// The tables of a `MetaData`, as everybody sees them: a Map that only the MetaData itself changes.
import { InvalidRequestError } from '../../errors.ts'

/** @internal A Map that refuses to be changed from outside: a table in it that the MetaData does not know would never be created. */
export class TableMap<T> extends Map<string, T> {
  override set(): never {
    throw refusal('set', "table('name', metadata, { ... }) makes a table that belongs to it")
  }
  override delete(): never {
    throw refusal('delete', 'metadata.remove(table) forgets a table')
  }
  override clear(): never {
    throw refusal('clear', 'metadata.clear() forgets them all')
  }

  /** @internal */
  put(key: string, table: T): void {
    super.set(key, table)
  }
  /** @internal */
  drop(key: string): void {
    super.delete(key)
  }
  /** @internal */
  empty(): void {
    super.clear()
  }
}

function refusal(method: string, instead: string): InvalidRequestError {
  return new InvalidRequestError(`metadata.tables cannot be changed by ${method}(): ${instead}`)
}
