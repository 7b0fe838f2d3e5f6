import { roleCommand } from '../role-command.ts'
import type { Command } from 'commander'

/** `waystone edge`: what `waystone-edge` does. */
export function edgeCommand(): Command {
  return roleCommand('edge', async () => (await import('@waystone/edge-node')).plugins)
}
