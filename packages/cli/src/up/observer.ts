import { createDeadline } from '@waystone/kit'
import { createNodeApi } from '../api/node-api.ts'
import { parseApiUrl } from '../api/api-url.ts'
import { shorten } from './table.ts'
import { AdminService } from '@waystone/wire/admin'
import type { GetNodeResponse } from '@waystone/wire/admin'
import type { ChildNode } from './child-node.ts'
import type { NodeRow } from './table.ts'

/** A node on loopback that takes longer to say how it is counts as not answering. */
const STATUS_TIMEOUT_MS = 2_000

/** What is known of one node at one moment. */
export interface Observation {
  child: ChildNode
  adminUrl?: string
  status?: GetNodeResponse
  /** How the process ended, if it has. */
  ended?: number | string
}

/** Asks every node how it is; one that does not answer has no status. */
export async function observe(children: ChildNode[], signal: AbortSignal): Promise<Observation[]> {
  return await Promise.all(children.map(async child => await observeOne(child, signal)))
}

async function observeOne(child: ChildNode, signal: AbortSignal): Promise<Observation> {
  if (child.exit !== undefined) return { child, ended: child.exit }
  const adminUrl = await child.adminUrl()
  if (adminUrl === undefined) return { child }
  try {
    using deadline = createDeadline({ ms: STATUS_TIMEOUT_MS, what: `status of ${child.plan.name}`, signal })
    const api = createNodeApi({ address: parseApiUrl(adminUrl), token: await child.adminToken() })
    return { child, adminUrl, status: await api.client(AdminService).getNode({}, { signal: deadline.signal }) }
  } catch {
    signal.throwIfAborted()
    return { child, adminUrl }
  }
}

/** Whether every node runs and says that it is ready. */
export function allReady(observations: Observation[]): boolean {
  return observations.every(({ status }) => status?.ready === true)
}

/** The line of the table for what was observed. */
export function rowOf(
  { child: { plan }, adminUrl = '', status, ended }: Observation,
  names: Map<string, string>
): NodeRow {
  const addresses = status?.addresses ?? []
  return {
    name: plan.name,
    state: stateOf(status, ended),
    peerId: plan.peerId,
    address: shortenRelayed(addresses[0] ?? ''),
    addressCount: addresses.length,
    peers: status?.peers ?? 0,
    path: status === undefined ? '' : pathTo(status, names),
    adminUrl
  }
}

function stateOf(status: GetNodeResponse | undefined, ended: Observation['ended']): NodeRow['state'] {
  if (ended !== undefined) return 'stopped'
  if (status === undefined) return 'starting'
  return status.ready ? 'ready' : 'waiting'
}

/** How others reach the node: directly, or through which relays. */
function pathTo({ addresses, reservations }: GetNodeResponse, names: Map<string, string>): string {
  if (addresses.some(address => !address.includes('/p2p-circuit'))) return 'direct'
  const relays = reservations.map(({ relay }) => names.get(relay) ?? shorten(relay))
  return relays.length === 0 ? 'none yet' : `relayed via ${relays.toSorted().join(', ')}`
}

// a relayed address holds two peer ids, which no terminal line has room for
function shortenRelayed(address: string): string {
  return address.replace(/\/p2p\/[^/]+$/, '').replace(/\/p2p\/([^/]+)/, (_, peer: string) => `/p2p/${shorten(peer)}`)
}
