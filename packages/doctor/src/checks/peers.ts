import { describeDialFailure, pathOf } from '@waystone/kit'
import { groupPeerAddresses } from '@waystone/kit/peer-addresses'
import { MAX_PEERS, MAX_TEXT_LENGTH } from '../constants.ts'
import { reservingRelays } from './addresses.ts'
import type { AbortOptions, Connection } from '@libp2p/interface'
import type { PeerAddresses } from '@waystone/kit/peer-addresses'
import type { Check, CheckContext } from '../check.ts'
import type { NetworkObservation, PeerObservation } from '../observation.ts'

/** Every seed and every relay: reached or not, how fast, and why not. */
export const peersCheck: Check = async (context, { signal }) => {
  const [seeds, relays] = await Promise.all([examineAll(context, 'seed', signal), examineAll(context, 'relay', signal)])
  return [networkObservation(context, seeds), ...seeds, ...relays]
}

async function examineAll(
  context: CheckContext,
  as: PeerObservation['as'],
  signal: AbortSignal
): Promise<PeerObservation[]> {
  const { init, components } = context
  const all = groupPeerAddresses(as === 'seed' ? init.seeds : init.relays, as)
  const others = all.filter(({ peerId }) => !peerId.equals(components.peerId)).slice(0, MAX_PEERS)
  return await Promise.all(others.map(async peer => await examine(context, { peer, as }, signal)))
}

interface Candidate {
  peer: PeerAddresses
  as: PeerObservation['as']
}

async function examine(context: CheckContext, candidate: Candidate, signal: AbortSignal): Promise<PeerObservation> {
  const { peer, as } = candidate
  const known = { kind: 'peer', as, peer: peer.peerId.toString(), addresses: peer.addresses.map(String) } as const
  try {
    const connection = await connect(context, peer, { signal })
    return { ...known, connected: true, ...(await describe(context, candidate, { connection, signal })) }
  } catch (error) {
    const { result, reason } = describeDialFailure(signal.aborted ? signal.reason : error)
    return { ...known, connected: false, failure: { result, reason } }
  }
}

/** An open direct connection, or a new one to the configured addresses: those are what is examined. */
async function connect({ components }: CheckContext, peer: PeerAddresses, options: AbortOptions): Promise<Connection> {
  const open = components.connectionManager.getConnections(peer.peerId)
  const direct = open.find(({ status, direct: isDirect }) => status === 'open' && isDirect)
  return direct ?? (await components.connectionManager.openConnection(peer.addresses, { ...options, force: true }))
}

interface Reached {
  connection: Connection
  signal: AbortSignal
}

async function describe(context: CheckContext, { peer, as }: Candidate, { connection, signal }: Reached) {
  const { ping, peerStore } = context.components
  const latencyMs = await shortestPing(ping, connection, signal)
  const agent = await agentOf(peerStore, connection)
  const id = peer.peerId.toString()
  return {
    latencyMs: Math.round(latencyMs * 10) / 10,
    transport: pathOf(connection).transport,
    ...(agent !== undefined && { agent }),
    ...(as === 'relay' && { reserved: reservingRelays(context).has(id) })
  }
}

// the first round trip opens the stream
async function shortestPing(
  ping: CheckContext['components']['ping'],
  { remotePeer }: Connection,
  signal: AbortSignal
): Promise<number> {
  const first = await ping.ping(remotePeer, { signal })
  return Math.min(first, await ping.ping(remotePeer, { signal }))
}

async function agentOf(
  peerStore: CheckContext['components']['peerStore'],
  { remotePeer }: Connection
): Promise<string | undefined> {
  const bytes = await peerStore.get(remotePeer).then(
    peer => peer.metadata.get('AgentVersion'),
    () => undefined
  )
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes).slice(0, MAX_TEXT_LENGTH)
}

function networkObservation({ components }: CheckContext, seeds: PeerObservation[]): NetworkObservation {
  const peers = new Set(components.connectionManager.getConnections().map(({ remotePeer }) => remotePeer.toString()))
  const answered = seeds.filter(({ connected }) => connected).length
  return { kind: 'network', seeds: { tried: seeds.length, answered }, peers: peers.size }
}
