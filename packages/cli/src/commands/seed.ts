import { roleCommand } from '../role-command.ts'
import type { Command } from 'commander'

/** `waystone seed`: what `waystone-seed` does. */
export function seedCommand(): Command {
  return roleCommand('seed', async () => (await import('@waystone/seed-node')).plugins)
}
