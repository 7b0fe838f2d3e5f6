import { Command } from 'commander'
import { auditCommand } from '../trust/audit.ts'
import { checkCommand } from '../trust/check.ts'
import { addCommand, fetchCommand, removeCommand, setCommand } from '../trust/change.ts'
import { explainCommand } from '../trust/explain.ts'
import { keyCommand } from '../trust/keys.ts'
import { levelsCommand } from '../trust/levels.ts'
import { listCommand, showCommand } from '../trust/list.ts'
import { publishCommand } from '../trust/publish.ts'
import { exportCommand, importCommand } from '../trust/transfer.ts'

/** `waystone trust`: who may use the node, and for what. */
export function trustCommand(): Command {
  const parts = [
    addCommand(),
    listCommand(),
    showCommand(),
    setCommand(),
    removeCommand(),
    fetchCommand(),
    explainCommand(),
    levelsCommand(),
    auditCommand(),
    publishCommand(),
    checkCommand(),
    keyCommand(),
    exportCommand(),
    importCommand()
  ]
  const command = new Command('trust')
  for (const part of parts) command.addCommand(part)
  return command
}
