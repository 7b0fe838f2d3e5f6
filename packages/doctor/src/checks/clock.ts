import { peerIdFromString } from '@libp2p/peer-id'
import { ProbeService } from '@waystone/wire/probe'
import { rpcServiceProtocol } from '@waystone/wire'
import { groupPeerAddresses } from '@waystone/kit/peer-addresses'
import { estimateOffset, medianOffset } from '../clock/estimate.ts'
import { CLOCK_PROBES, MAX_CLOCK_PEERS } from '../constants.ts'
import type { PeerId } from '@libp2p/interface'
import type { RpcTarget } from '@waystone/rpc'
import type { ClockEstimate, ClockSample } from '../clock/estimate.ts'
import type { Check, CheckContext } from '../check.ts'

/** How far this machine's clock is from those of seeds, relays and other peers. */
export const clockCheck: Check = async (context, { signal }) => {
  const peers = await peersToAsk(context)
  const estimates = await Promise.all(peers.map(async peer => await askPeer(context, peer, signal)))
  const known = estimates.flatMap(estimate => estimate ?? [])
  return [{ kind: 'clock', asked: peers.length, sources: known.length, ...medianOffset(known) }]
}

/** Seeds and relays first, then whoever is connected and serves the probe. */
async function peersToAsk({ init, components }: CheckContext): Promise<RpcTarget[]> {
  const known = groupPeerAddresses([...init.seeds, ...init.relays], 'seed or relay')
  const others = await servingPeers(components)
  const targets = new Map<string, RpcTarget>(others.map(peer => [peer.toString(), peer]))
  const named = new Map<string, RpcTarget>(known.map(({ peerId, addresses }) => [peerId.toString(), addresses]))
  const all = new Map([...named, ...[...targets].filter(([id]) => !named.has(id))])
  all.delete(components.peerId.toString())
  return [...all.values()].slice(0, MAX_CLOCK_PEERS)
}

async function servingPeers({ connectionManager, peerStore }: CheckContext['components']): Promise<PeerId[]> {
  const protocol = rpcServiceProtocol(ProbeService.typeName)
  const ids = new Set(connectionManager.getConnections().map(({ remotePeer }) => remotePeer.toString()))
  const peers = await Promise.all(
    [...ids].map(async id => await peerStore.get(peerIdFromString(id)).catch(() => undefined))
  )
  return peers.flatMap(peer => (peer?.protocols.includes(protocol) === true ? [peer.id] : []))
}

async function askPeer(
  context: CheckContext,
  target: RpcTarget,
  signal: AbortSignal
): Promise<ClockEstimate | undefined> {
  const { components, clock } = context
  const client = components.rpc.client(ProbeService, target)
  const samples: ClockSample[] = []
  try {
    // the first one opens the connection and the stream, the next ones are faster
    while (samples.length < CLOCK_PROBES) {
      const [sentAt, start] = [clock.now(), clock.monotonic()]
      const { receivedAtMs, answeredAtMs } = await client.probe({}, { signal })
      const times = { receivedAt: Number(receivedAtMs), answeredAt: Number(answeredAtMs) }
      samples.push({ sentAt, roundTripMs: clock.monotonic() - start, ...times })
    }
  } catch {
    // a peer that is down or of another kind; what it has said before counts
  }
  return estimateOffset(samples)
}
