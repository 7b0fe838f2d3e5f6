import { Command } from 'commander'
import { tunnels as admin } from '@waystone/wire/admin'
import { askNode } from '../admin/ask-node.ts'
import { printJson, printLines } from '../admin/output.ts'
import { addNodeOptions } from '../api/index.ts'
import { plainMessage } from '../api/plain-message.ts'
import { formatBytes } from '../format.ts'
import { textTable } from '../text-table.ts'
import type { AskOptions } from '../admin/ask-node.ts'
import type { TextColumn } from '../text-table.ts'

const COLUMNS: readonly TextColumn<admin.TunnelStatus>[] = [
  { heading: 'NAME', cell: ({ name }) => name },
  { heading: 'SIDE', cell: ({ side }) => (side === admin.TunnelSide.FORWARD ? 'forward' : 'expose') },
  { heading: 'LOCAL', cell: ({ local }) => local },
  { heading: 'OPEN', cell: ({ open }) => String(open), right: true },
  { heading: 'RECEIVED', cell: ({ bytesReceived }) => formatBytes(Number(bytesReceived)), right: true },
  { heading: 'SENT', cell: ({ bytesSent }) => formatBytes(Number(bytesSent)), right: true },
  { heading: 'PEER', cell: ({ peer }) => peer }
]

/** `waystone tunnels`: what the running node exposes and forwards. */
export function tunnelsCommand(): Command {
  const command = new Command('tunnels').option('--json', 'as JSON, one tunnel a line')
  return addNodeOptions(command).action(tunnels)
}

async function tunnels(options: AskOptions): Promise<void> {
  await askNode(options, async ({ api, signal }) => {
    const answer = await api.client(admin.TunnelService).listTunnels({}, { signal })
    if (options.json !== true) return printLines(textTable(COLUMNS, answer.tunnels))
    for (const each of answer.tunnels) printJson(plainMessage(admin.TunnelStatusSchema, each))
  })
}
