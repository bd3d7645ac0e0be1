// What happens around a flight where somebody listens: who is told, in which order, and what their answers change.
import { orAborted } from '../abort.ts'
import type { Command, CommandResult } from '../dialect/contract/driver.ts'
import { ArgumentError } from '../errors.ts'
import type { ExecutionOptions } from '../expression/base/execution-options.ts'
import { derivedStatement } from './derived.ts'
import type { CursorExecuteEvent, CursorReplacement, Hub } from './events.ts'
import type { Origins } from './observer.ts'
import { isOver } from './refusals.ts'
import type { Runtime } from './runtime.ts'
import type { TransactionScope } from './transaction-scope.ts'

/** What the hooks need of a link. */
export interface HeardLink {
  readonly hub: Hub
  /** The Connection that listeners are told of. */
  readonly face: unknown
  /** Makes sure that something can be sent. @returns the commands that have to go in front, which nobody was told of yet. */
  announced(what: string): readonly Command[]
  /** Waiting commands that listeners were told of. */
  told: readonly Command[]
  /** The options of the Connection. */
  readonly runtime: Pick<Runtime, 'options'>
  /** Whether COMMIT would be sent. */
  readonly commits: boolean
  readonly scope: Pick<TransactionScope, 'root' | 'fail' | 'holdBack' | 'letGo'>
  /** The name of the transaction, where it is one in two phases. */
  readonly xid: string | null
  send(
    commands: readonly Command[],
    origins: Origins,
    signal: AbortSignal | undefined,
    commit: boolean,
    via?: Runtime,
  ): Promise<readonly CommandResult[]>
}

/** Sends commands as `link.send` does and tells listeners before and after. */
export async function transmitHeard(
  link: HeardLink,
  commands: readonly Command[],
  origins: Origins,
  signal: AbortSignal | undefined,
  commit: boolean,
  via?: Runtime,
): Promise<readonly CommandResult[]> {
  const { hub } = link
  // Savepoints that wait are not set any more where COMMIT goes alone.
  if (commands.length > 0)
    for (const command of link.announced(commands[0]?.statement.sql ?? '')) await announce(link, command)
  const groups = groupsOf(commands)
  const { options } = via ?? link.runtime
  const own = hub.has('beforeCursorExecute') ? await orAborted(beforeCursor(link, groups, options), signal) : commands
  if (commit && link.commits) await announceCommit(link)
  const results = await link.send(own, origins, signal, commit, via)
  if (hub.has('afterCursorExecute')) await afterCursor(link, groupsOf(own), results, options)
  return results
}

/** Commands of one statement that stand together. */
type Group = readonly Command[]

function groupsOf(commands: readonly Command[]): Group[] {
  const groups: Command[][] = []
  for (const command of commands) {
    const last = groups.at(-1)
    if (last !== undefined && last[0]?.statement === command.statement) last.push(command)
    else groups.push([command])
  }
  return groups
}

async function beforeCursor(
  link: HeardLink,
  groups: readonly Group[],
  executionOptions: ExecutionOptions,
): Promise<Command[]> {
  const commands: Command[] = []
  for (const group of groups) {
    const [first] = group
    if (first === undefined) continue
    let sql = first.statement.sql
    let sets: readonly (readonly unknown[])[] = group.map((command) => command.parameters)
    // Each listener sees what those before it have made of it.
    const event: CursorExecuteEvent<unknown> = {
      connection: link.face,
      get sql() {
        return sql
      },
      get parameters() {
        return sets[0] ?? []
      },
      get parameterSets() {
        return sets
      },
      isMany: group.length > 1,
      executionOptions,
    }
    await link.hub.emit('beforeCursorExecute', event, (answer) => {
      const replacement = cursorReplacement(answer, group.length)
      sql = replacement?.sql ?? sql
      sets = replacement?.parameterSets ?? sets
    })
    const statement = derivedStatement(first.statement, sql, sets[0]?.length ?? 0)
    sets.forEach((parameters, index) => {
      commands.push({ ...(group[index] as Command), statement, parameters })
    })
  }
  return commands
}

const REPLACED: readonly string[] = ['sql', 'parameterSets']

function cursorReplacement(answer: unknown, count: number): CursorReplacement | null {
  if (answer === undefined || answer === null) return null
  const { sql, parameterSets } = answer as { readonly sql?: unknown; readonly parameterSets?: unknown }
  const fits = parameterSets === undefined || (Array.isArray(parameterSets) && parameterSets.every(Array.isArray))
  const isKnown = typeof answer === 'object' && Object.keys(answer).every((key) => REPLACED.includes(key))
  if (!isKnown || (sql !== undefined && typeof sql !== 'string') || !fits)
    throw new ArgumentError(
      'A listener of beforeCursorExecute returns nothing, or { sql?: string, parameterSets?: unknown[][] }',
    )
  if (parameterSets !== undefined && parameterSets.length !== count)
    throw new ArgumentError(
      `A listener of beforeCursorExecute cannot change how often a statement is run: it was given ${count} sets of parameters and returned ${parameterSets.length}`,
    )
  return answer as CursorReplacement
}

async function afterCursor(
  link: HeardLink,
  groups: readonly Group[],
  results: readonly CommandResult[],
  executionOptions: ExecutionOptions,
): Promise<void> {
  let index = 0
  for (const group of groups) {
    const own = results.slice(index, index + group.length)
    index += group.length
    const sets = group.map((command) => command.parameters)
    await link.hub.emit('afterCursorExecute', {
      connection: link.face,
      sql: group[0]?.statement.sql ?? '',
      parameters: sets[0] ?? [],
      parameterSets: sets,
      isMany: sets.length > 1,
      executionOptions,
      rowCount: rowCountOf(own),
    })
  }
}

/** How many rows several commands have changed; null where none counts. */
export function rowCountOf(results: readonly CommandResult[]): number | null {
  let sum: number | null = null
  for (const { rowCount } of results) if (rowCount !== null) sum = (sum ?? 0) + rowCount
  return sum
}

const SAVEPOINT = /^SAVEPOINT (.*)$/

/** Tells of a command of the engine's own that is about to be sent; what listeners run goes behind it, and in front of what waits behind. */
async function announce(link: HeardLink, command: Command): Promise<void> {
  const { hub, face: connection, xid } = link
  const { sql } = command.statement
  const name = SAVEPOINT.exec(sql)?.[1]
  const begins = /^(?:BEGIN|START TRANSACTION)/.test(sql)
  if (name === undefined && !begins) return
  const { told, scope } = link
  link.told = [...told, command]
  scope.holdBack(command)
  try {
    if (name !== undefined) await hub.emit('savepoint', { connection, name })
    else if (xid === null) await hub.emit('begin', { connection })
    else await hub.emit('beginTwophase', { connection, xid, isPrepared: null })
  } catch (error) {
    // A transaction that may lack what listeners prepare takes nothing; a savepoint is told of again.
    if (begins) scope.fail(error)
    else link.told = told
    throw error
  } finally {
    scope.letGo()
  }
}

/** @throws InvalidRequestError a listener has ended the transaction. */
async function announceCommit(link: HeardLink): Promise<void> {
  const { root } = link.scope
  await announceEnd(link, 'commit', false)
  if (root !== null && link.scope.root !== root) throw isOver()
}

/** Tells that a transaction is about to end, in one phase or in two. */
export async function announceEnd(
  { hub, face, xid }: Pick<HeardLink, 'hub' | 'face' | 'xid'>,
  how: 'commit' | 'rollback',
  isPrepared: boolean,
): Promise<void> {
  if (xid === null) await hub.emit(how, { connection: face })
  else await hub.emit(`${how}Twophase`, { connection: face, xid, isPrepared })
}
