import { Command } from 'commander'
import { checkCommand } from '../seeds/check.ts'
import { listCommand } from '../seeds/list.ts'

/** `waystone seeds`: how the running node gets into its network. */
export function seedsCommand(): Command {
  return new Command('seeds').addCommand(listCommand()).addCommand(checkCommand())
}
