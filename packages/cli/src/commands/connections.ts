import { Command } from 'commander'
import { systemClock } from '@waystone/kit'
import { ConnectionSchema } from '@waystone/wire/admin'
import { askNode } from '../admin/ask-node.ts'
import { renderConnections } from '../admin/connection-table.ts'
import { listConnections } from '../admin/list-connections.ts'
import { printJson, printLines } from '../admin/output.ts'
import { addNodeOptions } from '../api/index.ts'
import { plainMessage } from '../api/plain-message.ts'
import { readPeer } from '../edge/peer-argument.ts'
import type { AskOptions } from '../admin/ask-node.ts'

/** `waystone connections`: how each one runs, and what it has carried. */
export function connectionsCommand(): Command {
  const command = new Command('connections')
    .argument('[peer]', 'only those of this peer')
    .option('--json', 'as JSON, one connection a line, with its streams')
  return addNodeOptions(command).action(connections)
}

async function connections(peer: string | undefined, options: AskOptions): Promise<void> {
  const named = peer === undefined ? undefined : readPeer(peer).peer.toString()
  await askNode(options, async node => {
    const found = await listConnections(node, named)
    if (options.json === true) found.forEach(each => printJson(plainMessage(ConnectionSchema, each)))
    else printLines(renderConnections(found, systemClock.now()))
  })
}
