import { describeDialFailure, pathOf } from '@waystone/kit'
import { nameOf } from '@waystone/kit/error-fields'
import { groupPeerAddresses } from '@waystone/kit/peer-addresses'
import { MAX_PEERS, MAX_TEXT_LENGTH } from '../constants.ts'
import { reservingRelays } from './addresses.ts'
import type { AbortOptions, Connection } from '@libp2p/interface'
import type { PeerAddresses } from '@waystone/kit/peer-addresses'
import type { Check, CheckContext } from '../check.ts'
import type { NetworkObservation, PeerObservation } from '../observation.ts'

/** Every seed and every relay: reached or not, how fast, and why not. One that is both is asked once. */
export const peersCheck: Check = async (context, { signal }) => {
  const [seeds, relays] = [candidates(context, context.init.seeds), candidates(context, context.init.relays)]
  const reached = new Map<string, Promise<PeerResult>>()
  const examineOnce = async (peer: PeerAddresses): Promise<PeerResult> => {
    const id = peer.peerId.toString()
    const result = reached.get(id) ?? examine(context, peer, signal)
    reached.set(id, result)
    return await result
  }
  const [seedResults, relayResults] = await Promise.all([
    Promise.all(seeds.map(async peer => observation('seed', peer, await examineOnce(peer)))),
    Promise.all(relays.map(async peer => observation('relay', peer, await examineOnce(peer))))
  ])
  const reserving = reservingRelays(context)
  const found = relayResults.map(relay => (relay.connected ? { ...relay, reserved: reserving.has(relay.peer) } : relay))
  return [networkObservation(context, seedResults), ...seedResults, ...found]
}

type PeerResult = Pick<PeerObservation, 'connected' | 'latencyMs' | 'transport' | 'agent' | 'failure'>

function candidates({ components }: CheckContext, addresses: readonly string[]): PeerAddresses[] {
  const all = groupPeerAddresses(addresses, 'seed or relay')
  return all.filter(({ peerId }) => !peerId.equals(components.peerId)).slice(0, MAX_PEERS)
}

function observation(as: PeerObservation['as'], peer: PeerAddresses, result: PeerResult): PeerObservation {
  return { kind: 'peer', as, peer: peer.peerId.toString(), addresses: peer.addresses.map(String), ...result }
}

async function examine(context: CheckContext, peer: PeerAddresses, signal: AbortSignal): Promise<PeerResult> {
  try {
    const connection = await connect(context, peer, { signal })
    return { connected: true, ...(await describe(context, connection, signal)) }
  } catch (error) {
    const { result, reason } = describeDialFailure(signal.aborted ? signal.reason : error)
    return { connected: false, failure: { result, reason } }
  }
}

/** An open direct connection, or a new one to the configured addresses: those are what is examined. */
async function connect({ components }: CheckContext, peer: PeerAddresses, options: AbortOptions): Promise<Connection> {
  const open = components.connectionManager.getConnections(peer.peerId)
  const direct = open.find(({ status, direct: isDirect }) => status === 'open' && isDirect)
  return direct ?? (await components.connectionManager.openConnection(peer.addresses, { ...options, force: true }))
}

async function describe(context: CheckContext, connection: Connection, signal: AbortSignal) {
  const { ping, peerStore } = context.components
  const latencyMs = await shortestPing(ping, connection, signal)
  const agent = await agentOf(peerStore, connection)
  return {
    transport: pathOf(connection).transport,
    ...(latencyMs !== undefined && { latencyMs: Math.round(latencyMs * 10) / 10 }),
    ...(agent !== undefined && { agent })
  }
}

/** The first round trip opens the stream. Undefined while somebody else pings: libp2p has one such stream for each connection. */
async function shortestPing(
  ping: CheckContext['components']['ping'],
  { remotePeer }: Connection,
  signal: AbortSignal
): Promise<number | undefined> {
  try {
    const first = await ping.ping(remotePeer, { signal })
    return Math.min(first, await ping.ping(remotePeer, { signal }))
  } catch (error) {
    if (nameOf(error) !== 'TooManyOutboundProtocolStreamsError') throw error
    return undefined
  }
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
