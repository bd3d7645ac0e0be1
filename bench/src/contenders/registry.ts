// Who takes part. A contender is loaded only where it runs, so that one that does not load harms no other.

import type { Contender } from './contract.ts'

interface Entry {
  /** One line for the help. */
  readonly about: string
  /** Whether it runs when `--contenders` names nobody. */
  readonly byDefault: boolean
  /** Whether the library has to be built before. */
  readonly needsLibrary: boolean
  load(): Promise<{ readonly contender: Contender }>
}

export const FLOOR = 'floor'
/** The floor with its own reader of timestamps: the bars say how they stand to it as well. */
export const TUNED = 'pg-tuned'

export const registry: ReadonlyMap<string, Entry> = new Map<string, Entry>([
  [
    FLOOR,
    {
      about: 'raw pg written well: named statements, array rows, hand-written constructors, set-based batches',
      byDefault: true,
      needsLibrary: false,
      load: () => import('./floor/contender.ts'),
    },
  ],
  [
    TUNED,
    {
      about: 'the floor with its own reader of timestamps, in place of that of pg',
      byDefault: true,
      needsLibrary: false,
      load: () => import('./pg-tuned/contender.ts'),
    },
  ],
  [
    'pg',
    {
      about: 'raw pg as it is mostly written: unnamed statements, object rows, VALUES batches, an UPDATE a row',
      byDefault: true,
      needsLibrary: false,
      load: () => import('./pg/contender.ts'),
    },
  ],
  ['kysely', { about: 'Kysely', byDefault: true, needsLibrary: false, load: () => import('./kysely/contender.ts') }],
  [
    'drizzle',
    {
      about: 'Drizzle, queries built at every call',
      byDefault: true,
      needsLibrary: false,
      load: () => import('./drizzle/contender.ts'),
    },
  ],
  [
    'drizzle-prepared',
    {
      about: 'Drizzle with its prepared statements, selects only',
      byDefault: true,
      needsLibrary: false,
      load: () => import('./drizzle-prepared/contender.ts'),
    },
  ],
  [
    'mikro-orm',
    { about: 'MikroORM', byDefault: true, needsLibrary: false, load: () => import('./mikro-orm/contender.ts') },
  ],
  [
    'tsalchemy',
    {
      about: 'tsalchemy, SQL expressions',
      byDefault: true,
      needsLibrary: true,
      load: () => import('./tsalchemy/contender.ts'),
    },
  ],
  [
    'tsalchemy-prepared',
    {
      about:
        'tsalchemy with statements that are built once and given their values at each execution, the build cell only',
      byDefault: true,
      needsLibrary: true,
      load: () => import('./tsalchemy-prepared/contender.ts'),
    },
  ],
  [
    'tsalchemy-uncached',
    {
      about: 'tsalchemy without its cache of compiled statements, the build cell only',
      byDefault: true,
      needsLibrary: true,
      load: () => import('./tsalchemy-uncached/contender.ts'),
    },
  ],
  [
    'tsalchemy-orm',
    {
      about: 'tsalchemy, entities and sessions',
      byDefault: true,
      needsLibrary: true,
      load: () => import('./tsalchemy-orm/contender.ts'),
    },
  ],
])
