import { Command } from 'commander'
import { askNode } from '../admin/ask-node.ts'
import { addNodeOptions } from '../api/index.ts'
import { readPeer } from '../edge/peer-argument.ts'
import { ReportOutput } from '../edge/report-output.ts'
import type { AskOptions } from '../admin/ask-node.ts'

/** `waystone disconnect`: closes all connections of the running node to a peer. */
export function disconnectCommand(): Command {
  const command = new Command('disconnect').argument('<peer>', 'peer id').option('--json', 'as JSON')
  return addNodeOptions(command).action(disconnect)
}

async function disconnect(text: string, options: AskOptions): Promise<void> {
  const peer = readPeer(text).peer.toString()
  await askNode(options, async ({ admin, signal }) => {
    const { closed } = await admin.disconnect({ peer }, { signal })
    new ReportOutput(options).tell({ event: 'disconnected', peer, closed }, describe(peer, closed))
  })
}

function describe(peer: string, closed: number): string {
  if (closed === 0) return `there was no connection to ${peer}`
  return `closed ${closed} connection${closed === 1 ? '' : 's'} to ${peer}`
}
