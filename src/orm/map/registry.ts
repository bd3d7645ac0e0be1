// `Registry`: the classes that were mapped together, and the settling of their relationships at first use.
import type { MetaData } from '../../expression/schema/metadata.ts'
import type { Mapper } from './mapper.ts'
import type { Relationship } from './relationship.ts'

/** The mapped classes of one declarative base. */
export class Registry {
  readonly metadata: MetaData
  readonly #mappers: Mapper[] = []
  #open: Relationship[] = []
  #busy = false

  constructor(metadata: MetaData) {
    this.metadata = metadata
  }

  /** The mappers, in order of declaration. */
  get mappers(): readonly Mapper[] {
    return this.#mappers
  }

  /** @internal Takes a new mapper in; its relationships are settled at first use of any. */
  add(mapper: Mapper, relationships: readonly Relationship[]): void {
    this.#mappers.push(mapper)
    this.#open.push(...relationships)
  }

  /**
   * Settles the relationships of all classes: targets, joins, reverse sides. Called by everything that needs them; call it yourself to see
   * mistakes at start-up rather than at first use.
   *
   * @throws MappingError a relationship contradicts itself or the tables; called again, it raises again.
   */
  configure(): void {
    if (this.#open.length === 0 || this.#busy) return
    this.#busy = true
    try {
      const open = this.#open
      for (const relationship of open) relationship.settleJoin()
      for (const relationship of open) relationship.settleReverse()
      for (const relationship of open) relationship.checkReverse()
      this.#open = []
      for (const relationship of open) relationship.target.configure()
    } finally {
      this.#busy = false
    }
  }
}
