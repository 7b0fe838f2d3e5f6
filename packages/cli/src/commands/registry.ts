import { Command } from 'commander'
import { listCommand } from '../registry/list.ts'
import { queryCommand } from '../registry/query.ts'
import { watchCommand } from '../registry/watch.ts'

/** `waystone registry`: what peers say of themselves. */
export function registryCommand(): Command {
  return new Command('registry').addCommand(listCommand()).addCommand(queryCommand()).addCommand(watchCommand())
}
