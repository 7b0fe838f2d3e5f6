import { WaystoneError } from '@waystone/interface'
import { tunnels } from '@waystone/wire/admin'
import { callFailure, findNodeApi } from '../api/index.ts'
import { configSourcesFrom } from '../config-options.ts'
import { inProcessClient } from '../edge/in-process-client.ts'
import { waitUntilJoined } from '../edge/joining.ts'
import { startShortLivedEdge } from '../edge/short-lived-edge.ts'
import { untilSignalled } from '../until-signalled.ts'
import type { Client } from '@connectrpc/connect'
import type { ApiOptions } from '../api/index.ts'

/** The node has ended what the command asked for, most likely because it stops. */
export class EndedByNodeError extends WaystoneError {
  static override readonly name = 'EndedByNodeError'
}

/** What a command that opens tunnels works with. */
export interface TunnelSession {
  client: Client<typeof tunnels.TunnelService>
  /** Through which others find the node, where that is known. */
  seeds: string[]
  /** Ends with Ctrl-C. */
  signal: AbortSignal
}

export interface TunnelSessionInit {
  options: ApiOptions
  /** For people. */
  note: (text: string) => void
}

/**
 * Opens tunnels on the running node, or on an edge of the command's own, until
 * Ctrl-C, which is how these commands end and no failure.
 *
 * @throws EndedByNodeError, what a call of the node throws, and the errors of finding or starting one
 */
export async function withTunnels(
  init: TunnelSessionInit,
  work: (session: TunnelSession) => Promise<void>
): Promise<void> {
  using signalled = untilSignalled()
  const { signal } = signalled
  try {
    const api = await findNodeApi(init.options)
    if (api === undefined) await onOwnEdge({ ...init, signal }, work)
    else await explained(work({ client: api.client(tunnels.TunnelService), seeds: [], signal }))
    if (!signal.aborted) throw endedByNode()
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

async function onOwnEdge(
  { options, note, signal }: TunnelSessionInit & { signal: AbortSignal },
  work: (session: TunnelSession) => Promise<void>
): Promise<void> {
  await using node = await startShortLivedEdge({ sources: configSourcesFrom(options), note, signal })
  await waitUntilJoined(node, { note, signal })
  const client = inProcessClient(node, tunnels.TunnelService)
  await explained(work({ client, seeds: node.config.seeds, signal }))
}

function endedByNode(): EndedByNodeError {
  return new EndedByNodeError('the node has ended it', { hint: 'it stops, or was stopped; see its log' })
}

async function explained(work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    throw callFailure(error)
  })
}
