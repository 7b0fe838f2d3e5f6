import { Command } from 'commander'
import { initCommand } from '../cluster/init.ts'
import { addCommand, removeCommand } from '../cluster/members.ts'
import { publishCommand } from '../cluster/publish.ts'
import { recoverCommand } from '../cluster/recover.ts'
import { showCommand } from '../cluster/show.ts'
import { statusCommand } from '../cluster/status.ts'

/** `waystone cluster`: seeds that belong together. */
export function clusterCommand(): Command {
  const parts = [
    initCommand(),
    addCommand(),
    removeCommand(),
    showCommand(),
    publishCommand(),
    statusCommand(),
    recoverCommand()
  ]
  const command = new Command('cluster')
  for (const part of parts) command.addCommand(part)
  return command
}
