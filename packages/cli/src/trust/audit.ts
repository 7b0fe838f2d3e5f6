import { Command, InvalidArgumentError } from 'commander'
import { trust } from '@waystone/wire/admin'
import { followNode } from '../admin/ask-node.ts'
import { clockTime } from '../admin/log-line.ts'
import { noteDropped } from '../admin/follow-only.ts'
import { printJson, printLines } from '../admin/output.ts'
import { plainMessage } from '../api/plain-message.ts'
import { oneLine } from '../text-table.ts'
import { addAskOptions, examples, trustOf } from './ask-trust.ts'
import { formatTime } from './times.ts'
import type { AskOptions } from '../admin/ask-node.ts'

/** More than any node keeps. */
const MAX_LIMIT = 1_000_000

interface AuditOptions extends AskOptions {
  follow?: boolean
  limit?: number
}

/** `waystone trust audit`. */
export function auditCommand(): Command {
  const command = new Command('audit')
    .description('print who was denied what, and what changed, oldest first')
    .option('-f, --follow', 'go on with what happens, until Ctrl-C')
    .option('--limit <number>', 'at most so many of the past; default: all that the node keeps', parseLimit)
  return addAskOptions(command)
    .addHelpText('after', examples('audit --limit 20', 'audit --follow --json'))
    .action(audit)
}

async function audit(options: AuditOptions): Promise<void> {
  const { follow = false, limit = 0, json } = options
  await followNode(options, async node => {
    const { trust: client, signal } = trustOf(node)
    for await (const { event, missed } of client.audit({ follow, limit }, { signal })) {
      noteDropped(missed, 'events')
      if (event === undefined) continue
      if (json === true) printJson(plainMessage(trust.AuditEventSchema, event))
      else printLines([describe(event, follow)])
    }
  })
}

// who follows knows the day
function describe({ at, kind, subject, function: name, reason, count }: trust.AuditEvent, follow: boolean): string {
  const time = follow ? clockTime(Number(at)) : formatTime(Number(at))
  const what = [kind, subject, name].filter(text => text !== '').join(' ')
  return oneLine(`${time} ${what}: ${reason}${count > 1n ? ` (${count} times)` : ''}`)
}

function parseLimit(text: string): number {
  const limit = Number(text)
  if (!/^\d+$/.test(text) || limit < 1 || limit > MAX_LIMIT)
    throw new InvalidArgumentError(`must be a whole number from 1 to ${MAX_LIMIT}`)
  return limit
}
