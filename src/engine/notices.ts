// Tells listeners of `notice` what the server said beside its answers.
import type { Command, CommandResult, DriverNotice } from '../dialect/contract/driver.ts'
import { DriverError } from '../dialect/contract/driver.ts'
import type { HeardLink } from './hooks.ts'

/** Tells what the server said in a flight that has come back, in order. */
export async function tellNotices(
  link: Pick<HeardLink, 'hub' | 'face'>,
  commands: readonly Command[],
  results: readonly CommandResult[],
): Promise<void> {
  for (const [index, { notices }] of results.entries())
    if (notices !== undefined) await tellAll(link, commands[index], notices)
}

/** The same of a flight that failed: of the commands before the one at fault, and of that. */
export async function tellNoticesOfFailure(
  link: Pick<HeardLink, 'hub' | 'face'>,
  commands: readonly Command[],
  error: unknown,
): Promise<void> {
  if (!(error instanceof DriverError)) return
  const { results, notices, commandIndex } = error
  await tellNotices(link, commands, results)
  if (notices.length > 0)
    await tellAll(link, commands[Math.min(commandIndex ?? results.length, commands.length - 1)], notices)
}

/** Tells what the server said while it ran one command. */
export async function tellAll(
  { hub, face }: Pick<HeardLink, 'hub' | 'face'>,
  command: Command | undefined,
  notices: readonly DriverNotice[],
): Promise<void> {
  const { statement, parameters = [] } = command ?? {}
  for (const notice of notices)
    await hub.emit('notice', { connection: face, sql: statement?.sql ?? '', parameters, notice })
}
