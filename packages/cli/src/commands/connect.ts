import { Command } from 'commander'
import { ConnectionSchema, PathSchema } from '@waystone/wire/admin'
import { askNode } from '../admin/ask-node.ts'
import { addNodeOptions } from '../api/index.ts'
import { enumName, plainMessage } from '../api/plain-message.ts'
import { readPeer } from '../edge/peer-argument.ts'
import { ReportOutput } from '../edge/report-output.ts'
import { oneLine } from '../text-table.ts'
import type { Connection } from '@waystone/wire/admin'
import type { AskOptions } from '../admin/ask-node.ts'

/** `waystone connect`: makes the running node dial a peer and keep the connection. */
export function connectCommand(): Command {
  const command = new Command('connect')
    .argument('<peer>', 'peer id, or a multiaddr that ends in one')
    .option('--json', 'as JSON')
  return addNodeOptions(command).action(connect)
}

async function connect(peer: string, options: AskOptions): Promise<void> {
  readPeer(peer)
  await askNode(options, async ({ admin, signal }) => {
    const { connection } = await admin.connect({ peer }, { signal })
    const output = new ReportOutput(options)
    if (connection === undefined) return output.tell({ event: 'connected' }, `connected to ${peer}`)
    output.tell({ event: 'connected', ...plainMessage(ConnectionSchema, connection) }, oneLine(describe(connection)))
  })
}

function describe({ peer, remoteAddress, path, transport }: Connection): string {
  return `connected to ${peer} at ${remoteAddress}: ${enumName(PathSchema, path)} over ${transport}`
}
