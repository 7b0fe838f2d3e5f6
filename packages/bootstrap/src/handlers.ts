import { Code, ConnectError } from '@connectrpc/connect'
import { KeyedTokenBuckets } from '@waystone/kit'
import { callerKey } from '@waystone/rpc'
import { CODE_P2P, CODE_P2P_CIRCUIT } from '@multiformats/multiaddr'
import { BootstrapService } from '@waystone/wire/bootstrap'
import { CALLS_PER_NETWORK, CALLS_PER_PEER, CONNECT, DEFAULT_SAMPLE, MAX_SAMPLE } from './constants.ts'
import { networkOf } from './network.ts'
import type { HandlerContext, ServiceImpl } from '@connectrpc/connect'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { LateService, PeerCaller } from '@waystone/rpc'
import type { Parts } from './parts.ts'
import type { Pool, ReachedPeer } from './pool.ts'

export interface SampleInit {
  pool: Pool
  /** Whether others may be told of this peer. */
  mayTell: (reached: ReachedPeer) => boolean
}

/** What answers newcomers; loaded at the first one. */
export function bootstrapService(parts: Parts, init: SampleInit): LateService<typeof BootstrapService> {
  const { clock } = parts
  const peers = new KeyedTokenBuckets({ ...CALLS_PER_PEER, clock })
  const networks = new KeyedTokenBuckets({ ...CALLS_PER_NETWORK, clock })
  const sample: ServiceImpl<typeof BootstrapService>['sample'] = ({ count }, context) => {
    const caller = admit(parts, context, { peers, networks })
    parts.counts.count('answers', 'answered')
    const id = caller.peer.toString()
    const wanted = count === 0 ? DEFAULT_SAMPLE : Math.min(count, MAX_SAMPLE)
    const chosen = init.pool.sample(wanted, reached => reached.id !== id && init.mayTell(reached))
    return { peers: chosen.map(reached => sampled(reached, clock.monotonic())), known: init.pool.size }
  }
  return { service: BootstrapService, implementation: { sample } }
}

interface CallLimits {
  peers: KeyedTokenBuckets
  networks: KeyedTokenBuckets
}

function admit(parts: Parts, { values }: HandlerContext, { peers, networks }: CallLimits): PeerCaller {
  const caller = values.get(callerKey)
  if (caller?.kind !== 'peer') throw new ConnectError('this is for peers', Code.PermissionDenied)
  const { peer, remoteAddress: address } = caller
  const { allow, reason } = parts.trust.explain({ peer, address }, CONNECT)
  if (!allow) throw new ConnectError(reason, Code.PermissionDenied)
  if (!peers.take(peer.toString())) throw busy(parts, 'peer_limit')
  const network = networkOf(address)
  const isExempt = network?.isPrivate === true && parts.private
  if (!isExempt && !networks.take(network?.narrow ?? relayOf(address))) throw busy(parts, 'network_limit')
  return caller
}

/** Those behind one relay are one network, and so are those without an IP. */
function relayOf(address: Multiaddr): string {
  const components = address.getComponents()
  const circuit = components.findLastIndex(({ code }) => code === CODE_P2P_CIRCUIT)
  return components.slice(0, Math.max(0, circuit)).findLast(({ code }) => code === CODE_P2P)?.value ?? ''
}

function busy({ counts }: Parts, result: 'peer_limit' | 'network_limit'): ConnectError {
  counts.count('answers', result)
  return new ConnectError('too many calls', Code.ResourceExhausted)
}

function sampled({ record, reachedAt }: ReachedPeer, now: number): { peerRecord: Uint8Array; reachedAgo: number } {
  return { peerRecord: record, reachedAgo: Math.floor(Math.max(0, now - reachedAt) / 1_000) }
}
