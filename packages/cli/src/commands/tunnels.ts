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
  { heading: 'name', cell: ({ name }) => name },
  { heading: 'side', cell: ({ side }) => (side === admin.TunnelSide.FORWARD ? 'forward' : 'expose') },
  { heading: 'local', cell: ({ local }) => local },
  { heading: 'open', cell: ({ open }) => String(open), right: true },
  { heading: 'received', cell: ({ bytesReceived }) => formatBytes(Number(bytesReceived)), right: true },
  { heading: 'sent', cell: ({ bytesSent }) => formatBytes(Number(bytesSent)), right: true },
  { heading: 'peer id', cell: ({ peer }) => peer || '-' }
]

/** `waystone tunnels`: what the running node exposes and forwards. */
export function tunnelsCommand(): Command {
  const command = new Command('tunnels').option('--json', 'as JSON, one tunnel a line')
  return addNodeOptions(command).action(tunnels)
}

async function tunnels(options: AskOptions): Promise<void> {
  await askNode(options, async ({ api, signal }) => {
    const answer = await api.client(admin.TunnelService).listTunnels({}, { signal })
    if (options.json !== true) return printLines(render(answer.tunnels))
    for (const each of answer.tunnels) printJson(plainMessage(admin.TunnelStatusSchema, each))
  })
}

function render(found: readonly admin.TunnelStatus[]): string[] {
  return found.length === 0 ? ['no tunnels'] : textTable(COLUMNS, found)
}
