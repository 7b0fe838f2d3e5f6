import { Command } from 'commander'
import { addApiOptions } from '../api/index.ts'
import { addConfigOptions } from '../config-options.ts'
import { readPeer } from '../edge/peer-argument.ts'
import { TunnelReport } from '../tunnel/report.ts'
import { withTunnels } from '../tunnel/session.ts'
import type { NodeFlags } from '../through/fitting-node.ts'

interface ExposeOptions extends NodeFlags {
  allow?: string[]
  allowAnyone?: boolean
  json?: boolean
}

/** `waystone expose`: lets peers reach a TCP service, until Ctrl-C. */
export function exposeCommand(): Command {
  const command = new Command('expose')
    .argument('<name>', 'what peers ask for: 1-32 of a-z, 0-9 and -')
    .argument('<target>', 'host:port, or unix:/path')
    .option('--allow <peer...>', 'peers that may use it, besides those with the trust function tunnel:NAME')
    .option('--allow-anyone', 'every peer may')
    .option('--json', 'print events as JSON lines')
  return addApiOptions(addConfigOptions(command)).action(expose)
}

async function expose(name: string, target: string, options: ExposeOptions): Promise<void> {
  const allow = (options.allow ?? []).map(text => readPeer(text).peer.toString())
  const allowAnyone = options.allowAnyone === true
  const report = new TunnelReport(options)
  if (allow.length === 0 && !allowAnyone) {
    report.note(`only peers with the function tunnel:${name} may use it; others with --allow PEER or --allow-anyone`)
  }
  await withTunnels({ options, note: report.note }, async ({ client, seeds, signal }) => {
    for await (const { event } of client.expose({ name, target, allow, allowAnyone }, { signal })) {
      if (event.case === 'exposed') report.exposed(event.value, { name, target, seeds })
      else report.event(event)
    }
  })
}
