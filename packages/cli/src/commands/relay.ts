import { roleCommand } from '../role-command.ts'
import type { Command } from 'commander'

/** `waystone relay`: what `waystone-relay` does. */
export function relayCommand(): Command {
  return roleCommand('relay', async () => (await import('@waystone/relay-node')).plugins)
}
