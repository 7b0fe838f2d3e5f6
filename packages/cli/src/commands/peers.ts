import { Command } from 'commander'
import { PeerSchema } from '@waystone/wire/admin'
import { askNode } from '../admin/ask-node.ts'
import { printJson, printLines } from '../admin/output.ts'
import { renderPeers } from '../admin/peer-table.ts'
import { addNodeOptions } from '../api/index.ts'
import { allPages } from '../api/pages.ts'
import { plainMessage } from '../api/plain-message.ts'
import type { Peer } from '@waystone/wire/admin'
import type { AskOptions } from '../admin/ask-node.ts'

interface PeersOptions extends AskOptions {
  all?: boolean
}

/** `waystone peers`: those that the node is connected to, or all that it knows. */
export function peersCommand(): Command {
  const command = new Command('peers')
    .option('--all', 'also peers that the node knows and is not connected to')
    .option('--json', 'as JSON, one peer a line')
  return addNodeOptions(command).action(peers)
}

async function peers(options: PeersOptions): Promise<void> {
  await askNode(options, async ({ admin, signal }) => {
    const found: Peer[] = []
    const connectedOnly = options.all !== true
    for await (const answer of allPages(page => admin.listPeers({ page, connectedOnly }, { signal }))) {
      if (options.json === true) answer.peers.forEach(peer => printJson(plainMessage(PeerSchema, peer)))
      else found.push(...answer.peers)
    }
    if (options.json !== true) printLines(renderPeers(found))
  })
}
