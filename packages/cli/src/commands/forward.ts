import { Command } from 'commander'
import { addApiOptions } from '../api/index.ts'
import { addConfigOptions } from '../config-options.ts'
import { readPeer } from '../edge/peer-argument.ts'
import { TunnelReport } from '../tunnel/report.ts'
import { withTunnels } from '../tunnel/session.ts'
import type { NodeFlags } from '../through/fitting-node.ts'

interface ForwardOptions extends NodeFlags {
  json?: boolean
}

/** `waystone forward`: a local address that leads to what a peer exposes, until Ctrl-C. */
export function forwardCommand(): Command {
  const command = new Command('forward')
    .argument('<local>', 'port (on loopback), address:port, or unix:/path; port 0 takes a free one')
    .argument('<peer>', 'peer id, or a multiaddr that ends in one')
    .argument('<remote>', 'the name under which the peer exposes it')
    .option('--json', 'print events as JSON lines')
  return addApiOptions(addConfigOptions(command)).action(forward)
}

async function forward(local: string, peer: string, name: string, options: ForwardOptions): Promise<void> {
  readPeer(peer)
  const report = new TunnelReport(options)
  await withTunnels({ options, note: report.note }, async ({ client, signal }) => {
    for await (const { event } of client.forward({ local, peer, name }, { signal })) {
      if (event.case === 'listening') report.listening(event.value, name)
      else report.event(event)
    }
  })
}
