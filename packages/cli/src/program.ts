import { Command } from 'commander'
import { VERSION } from '@waystone/node/version'
import { commands } from './commands.ts'

/**
 * The whole command line.
 *
 * @param isNeeded - whose code is loaded; the others have a name and a summary only
 */
export async function createProgram(isNeeded: (name: string) => boolean): Promise<Command> {
  const program = new Command('waystone').description('libp2p seeds, relays and edges').version(VERSION).exitOverride()
  const loadAll = async (): Promise<Command> => await createProgram(() => true)
  for (const entry of commands) {
    const command = isNeeded(entry.name) ? await entry.load(loadAll) : new Command(entry.name)
    program.addCommand(throwOnExit(command.description(entry.summary)))
  }
  return program
}

/** Commander ends the process by itself otherwise, and with a code of its own. */
function throwOnExit(command: Command): Command {
  command.commands.forEach(throwOnExit)
  return command.exitOverride()
}
