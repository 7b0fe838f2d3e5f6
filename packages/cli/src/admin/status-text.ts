import { PluginStateSchema, ReachabilitySchema } from '@waystone/wire/admin'
import { enumName } from '../api/plain-message.ts'
import { formatBytes, formatDuration } from '../format.ts'
import { oneLine } from '../text-table.ts'
import type { Address, GetNodeResponse, NodeCluster, PluginStatus } from '@waystone/wire/admin'

const LABEL_WIDTH = 13

/** What `waystone status` says, as lines. */
export function renderStatus(node: GetNodeResponse, addresses: readonly Address[]): string[] {
  const rows: [label: string, values: string[]][] = [
    ['peer id', [node.peerId]],
    ['slot', slotOf(node)],
    ['node', [`${node.role} of network ${node.network}, Waystone ${node.version}, Node ${node.nodeVersion}`]],
    ['state', stateOf(node)],
    ['cluster', clusterOf(node)],
    ['addresses', addresses.map(addressLine)],
    ['seeds', node.seeds.map(({ address, connected }) => `${address}  ${connected ? 'connected' : 'not connected'}`)],
    [
      'reservations',
      node.reservations.map(({ relay, addresses: own }) => `${relay}  ${countOf(own.length, 'address')}`)
    ],
    ['connections', [`${node.connections}${circuitsOf(node)}`]],
    ['traffic', [`${formatBytes(Number(node.bytesReceived))} in, ${formatBytes(Number(node.bytesSent))} out`]],
    ['plugins', node.plugins.map(pluginLine)],
    ['services', node.services],
    ['process', [`pid ${node.pid}, ${formatBytes(Number(node.memoryBytes))} of memory`]],
    ['data folder', [node.dataDir]]
  ]
  return rows.flatMap(([label, values]) => section(label, values))
}

function section(label: string, values: string[]): string[] {
  return values.map((value, index) => `${(index === 0 ? label : '').padEnd(LABEL_WIDTH)} ${oneLine(value)}`)
}

/** Of the identity pool. */
function slotOf({ slot, fence }: GetNodeResponse): string[] {
  return slot === undefined ? [] : [`${slot} of the identity pool, fence ${fence ?? 0n}`]
}

/** How its cluster does, for those who look here first. */
function clusterOf({ cluster, role }: GetNodeResponse): string[] {
  if (cluster === undefined) return []
  const { name, fileSequence } = cluster
  const list = fileSequence === undefined ? '' : `, list ${fileSequence}`
  return [`${name}: ${doingOf(cluster, role)}${list}; see waystone cluster status`]
}

function doingOf({ state, connectedMembers: connected, runningMembers: running }: NodeCluster, role: string): string {
  const count = `${connected} of ${running} members connected`
  switch (state) {
    case 'no-file':
      return 'its list of members is not here yet'
    case 'not-a-member':
      return role === 'seed' ? 'this seed is not on its list' : `used as a guest, as it should be, ${count}`
    case 'revoked':
      return 'this node was removed from its list'
    case 'alone':
      return 'alone, no other member is connected'
    default:
      return `${state}, ${count}`
  }
}

function stateOf({ ready, missing, uptimeMs }: GetNodeResponse): string[] {
  const up = `up ${formatDuration(Number(uptimeMs))}`
  return ready ? [`ready, ${up}`] : [`not ready, ${up}`, ...missing.map(text => `missing: ${text}`)]
}

function addressLine({ address, reachability, announced }: Address): string {
  const facts = [enumName(ReachabilitySchema, reachability), ...(announced ? [] : ['not announced'])]
  return `${address}  ${facts.filter(fact => fact !== '').join(', ')}`.trimEnd()
}

function circuitsOf({ circuits }: GetNodeResponse): string {
  return circuits === 0 ? '' : `, ${countOf(circuits, 'circuit')} of others through this node`
}

function pluginLine({ name, package: from, version, state, failure, optional }: PluginStatus): string {
  const source = [from, version].filter(text => text !== '').join('@')
  const facts = [enumName(PluginStateSchema, state), ...(optional ? ['optional'] : []), ...(failure ? [failure] : [])]
  return `${name}${source === '' ? '' : ` (${source})`}  ${facts.join(', ')}`
}

function countOf(count: number, noun: string): string {
  const plural = noun.endsWith('s') ? `${noun}es` : `${noun}s`
  return `${count} ${count === 1 ? noun : plural}`
}
