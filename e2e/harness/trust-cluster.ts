import { writeFile } from 'node:fs/promises'
import { poll } from '@waystone/kit/testing'
import { AdminService, Direction } from '@waystone/wire/admin'
import { runCommand } from './command.ts'
import { startNode } from './node-process.ts'
import type { CommandResult } from './command.ts'
import type { NodeProcess } from './node-process.ts'

/** A node with what others need to know of it. */
export interface Member {
  node: NodeProcess
  peer: string
  /** On loopback TCP, with its peer id. */
  address: string
}

/** Of the peers that seed-discovery holds; the DHT has tags of its own. */
const SEED_TAG = 'waystone-seed'
const TCP = { addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] } }

/** Starts a node with one TCP address, and waits until it listens. */
export async function startMember(
  role: 'seed' | 'relay' | 'edge',
  dataDir: string,
  config: Record<string, unknown> = {}
): Promise<Member> {
  const node = await startNode({ role, dataDir, config: { ...TCP, ...config } })
  const { peerId, addresses } = await poll(async () => await listening(node), { what: `${role} to listen` })
  return { node, peer: peerId, address: addresses.find(text => /\/tcp\/\d+\/p2p\/[^/]+$/.test(text)) ?? '' }
}

// a node may wait for others before it is ready
async function listening(node: NodeProcess) {
  const status = await node.status()
  return status.addresses.length > 0 ? status : undefined
}

/** Writes a trust file with these nodes at their addresses. */
export async function writeTrustFile(path: string, members: readonly Member[]): Promise<string> {
  const nodes = members.map(({ peer, address }, index) => ({
    node: `seed-${index}`,
    pubkey: peer,
    remotes: [address.replace(/\/p2p\/[^/]+$/, '')]
  }))
  const file = { description: 'the cluster', contact: ['mailto:ops@example.org'], entities: [{ nodes }] }
  await writeFile(path, JSON.stringify(file))
  return path
}

/** Runs `waystone trust …` for a running node, with `--json`. */
export async function trustCommand({ node }: Member, ...args: string[]): Promise<CommandResult> {
  return await runCommand({ args: ['trust', ...args, '--data-dir', node.dataDir, '--json'] })
}

/** A line of `waystone trust audit`. */
export interface AuditLine {
  /** Milliseconds since the Unix epoch. */
  at: number
  kind: string
  subject: string
  reason: string
}

/** The events that a node's audit log holds. */
export async function auditOf(member: Member): Promise<AuditLine[]> {
  const { stdout } = await trustCommand(member, 'audit')
  const lines = stdout.split('\n').filter(line => line !== '')
  return lines.map(line => JSON.parse(line) as AuditLine)
}

/** When peers came and went first, in milliseconds since the Unix epoch; filled until the node ends. */
export interface PeerTimes {
  connected: Map<string, number>
  disconnected: Map<string, number>
}

/** Follows the connections of a node, by the times that the node itself gives. */
export async function followPeers({ node }: Member, signal: AbortSignal): Promise<PeerTimes> {
  const times: PeerTimes = { connected: new Map(), disconnected: new Map() }
  const client = await node.client(AdminService)
  const begun = Promise.withResolvers<void>()
  void (async () => {
    for await (const { atMs, kind, detail } of client.watchEvents({ kinds: ['peer:', 'watch:'] }, { signal })) {
      begun.resolve()
      const { peer = '' } = JSON.parse(detail || '{}') as { peer?: string }
      const seen =
        kind === 'peer:connect' ? times.connected : kind === 'peer:disconnect' ? times.disconnected : undefined
      // on a busy machine a connection may be lost and made again later
      if (seen !== undefined && !seen.has(peer)) seen.set(peer, Number(atMs))
    }
  })().catch(begun.reject)
  await begun.promise
  return times
}

/** Which of these a node is connected to and holds as its seeds, in the order given. */
export async function heldBy({ node }: Member, members: readonly Member[]): Promise<string[]> {
  const client = await node.client(AdminService)
  const { peers } = await client.listPeers({ page: { size: 1_000, cursor: '' }, connectedOnly: true })
  const held = peers.filter(({ tags }) => tags.includes(SEED_TAG)).map(({ id }) => id)
  return members.map(({ peer }) => peer).filter(peer => held.includes(peer))
}

/** To whom a node has connections that it opened itself. */
export async function dialledBy({ node }: Member): Promise<string[]> {
  const client = await node.client(AdminService)
  const { connections } = await client.listConnections({ page: { size: 1_000, cursor: '' } })
  return connections.filter(({ direction }) => direction === Direction.OUTBOUND).map(({ peer }) => peer)
}
