import { Command } from 'commander'
import type { Plugins } from '@waystone/node'
import type { Config } from '@waystone/node/config'

/** A command that hands all its arguments to the role: its flags are those of the role's own binary. */
export function roleCommand(role: Config['role'], loadPlugins: () => Promise<Plugins>): Command {
  return new Command(role)
    .helpOption(false)
    .allowUnknownOption()
    .argument('[flags...]')
    .action(async (args: string[]) => {
      const [{ runRole }, plugins] = await Promise.all([import('@waystone/node/run-role'), loadPlugins()])
      // native code may keep the process alive
      process.exit(await runRole(role, plugins, args))
    })
}
