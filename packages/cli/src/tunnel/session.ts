import { tunnels } from '@waystone/wire/admin'
import { EndedByNodeError } from '../api/index.ts'
import { configSourcesFrom } from '../config-options.ts'
import { inProcessClient } from '../edge/in-process-client.ts'
import { waitUntilJoined } from '../edge/joining.ts'
import { startShortLivedEdge } from '../edge/short-lived-edge.ts'
import { findFittingNode } from '../through/fitting-node.ts'
import { untilSignalled } from '../until-signalled.ts'
import type { Client } from '@connectrpc/connect'
import type { FittingNode, NodeFlags } from '../through/fitting-node.ts'

/** What a command that opens tunnels works with. */
export interface TunnelSession {
  client: Client<typeof tunnels.TunnelService>
  /** Through which others find the node, where that is known. */
  seeds: string[]
  /** Ends with Ctrl-C. */
  signal: AbortSignal
}

export interface TunnelSessionInit {
  options: NodeFlags
  /** For people. */
  note: (text: string) => void
}

/**
 * Opens tunnels on the running node, or on an edge of the command's own, until
 * Ctrl-C, which is how these commands end and no failure.
 *
 * @throws EndedByNodeError, ConnectError, and the errors of finding or starting one
 */
export async function withTunnels(
  init: TunnelSessionInit,
  work: (session: TunnelSession) => Promise<void>
): Promise<void> {
  using signalled = untilSignalled()
  const { signal } = signalled
  try {
    const running = await findFittingNode(init.options, { note: init.note, signal })
    if (running === undefined) await onOwnEdge({ ...init, signal }, work)
    else await onRunningNode(running, signal, work)
    if (!signal.aborted) throw new EndedByNodeError('it')
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

async function onRunningNode(
  { api, node }: FittingNode,
  signal: AbortSignal,
  work: (session: TunnelSession) => Promise<void>
): Promise<void> {
  const seeds = node.seeds.map(({ address }) => address)
  await work({ client: api.client(tunnels.TunnelService), seeds, signal })
}

async function onOwnEdge(
  { options, note, signal }: TunnelSessionInit & { signal: AbortSignal },
  work: (session: TunnelSession) => Promise<void>
): Promise<void> {
  await using node = await startShortLivedEdge({ sources: configSourcesFrom(options), note, signal })
  await waitUntilJoined(node, { note, signal })
  const client = await inProcessClient(node, tunnels.TunnelService)
  await work({ client, seeds: node.config.seeds, signal })
}
