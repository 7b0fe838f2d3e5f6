import { Command } from 'commander'
import { AddressSchema, GetNodeResponseSchema } from '@waystone/wire/admin'
import { askNode } from '../admin/ask-node.ts'
import { printJson, printLines } from '../admin/output.ts'
import { renderStatus } from '../admin/status-text.ts'
import { addNodeOptions } from '../api/index.ts'
import { plainMessage } from '../api/plain-message.ts'
import type { AskOptions } from '../admin/ask-node.ts'

/** `waystone status`: who the node is and how it does. */
export function statusCommand(): Command {
  return addNodeOptions(new Command('status').option('--json', 'as JSON')).action(status)
}

async function status(options: AskOptions): Promise<void> {
  await askNode(options, async ({ admin, signal }) => {
    const [node, { addresses }] = await Promise.all([
      admin.getNode({}, { signal }),
      admin.listAddresses({}, { signal })
    ])
    if (options.json !== true) return printLines(renderStatus(node, addresses))
    const reachability = addresses.map(address => plainMessage(AddressSchema, address))
    printJson({ ...plainMessage(GetNodeResponseSchema, node), reachability })
  })
}
