import { WaystoneError } from '@waystone/interface'
import { createDeadline, describeDialFailure, lookUpAddresses, systemClock } from '@waystone/kit'
import { EXIT_BAD_CONFIG } from '@waystone/node/exit-codes'
import type { AbortOptions, Connection, PeerId, PeerRouting, PeerStore } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock } from '@waystone/interface'
import type { Config } from '@waystone/node/config'
import type { NamedPeer } from '@waystone/kit'

/** For all attempts to reach a peer together, in milliseconds. */
const REACH_TIMEOUT_MS = 30_000
/** No new attempt begins after this, in milliseconds: a peer that is up is in the DHT within seconds. */
const SEARCH_MS = 15_000
/** The same with mDNS alone, which is answered at once or not at all. */
const LOCAL_SEARCH_MS = 5_000
/** One look-up, in milliseconds; with nobody to ask it would wait for ever. */
const LOOK_UP_TIMEOUT_MS = 5_000
/** Between two attempts, in milliseconds. */
const RETRY_MS = 250

const HINT_FOUND_BY_ID =
  'is the peer up, and in the same --network? ' +
  'Private addresses are not shared through the DHT unless addresses.private is set there'
const HINT_LOCAL = 'is the peer up, in the same --network and on the same local network? Others are found with --seeds'
const HINT_ADDRESS = 'is the peer up, and is this its address now?'

/** No connection to the peer could be made. */
export class PeerNotReachedError extends WaystoneError {
  static override readonly name = 'PeerNotReachedError'
}

/** Only a peer id was given, and the configuration has no way to find its address. */
export class NowhereToLookError extends WaystoneError {
  static override readonly name = 'NowhereToLookError'
  readonly exitCode = EXIT_BAD_CONFIG
}

/** What is used of a node to reach a peer. */
export interface Reacher {
  config: Pick<Config, 'seeds' | 'relays'> & { mdns: Pick<Config['mdns'], 'enabled'> }
  libp2p: {
    dial(peer: PeerId | Multiaddr[], options: AbortOptions): Promise<Connection>
    getConnections(): unknown[]
    peerRouting: Pick<PeerRouting, 'findPeer'>
    peerStore: Pick<PeerStore, 'get'>
  }
}

export interface ReachInit {
  /** For people. */
  note: (text: string) => void
  signal: AbortSignal
  clock?: Clock
}

/**
 * Connects to a peer at its address, or looks for the address first.
 *
 * @throws PeerNotReachedError, NowhereToLookError
 */
export async function reachPeer(node: Reacher, named: NamedPeer, init: ReachInit): Promise<Connection> {
  if (named.addresses.length > 0) return await reach(node, named, { ...init, searchMs: 0, hint: HINT_ADDRESS })
  if (hasNetwork(node)) return await reach(node, named, { ...init, searchMs: SEARCH_MS, hint: HINT_FOUND_BY_ID })
  await announceLocalSearch(node, named.peer, init.note)
  return await reach(node, named, { ...init, searchMs: LOCAL_SEARCH_MS, hint: HINT_LOCAL })
}

function hasNetwork({ config }: Reacher): boolean {
  return config.seeds.length > 0 || config.relays.length > 0
}

async function announceLocalSearch(node: Reacher, peer: PeerId, note: ReachInit['note']): Promise<void> {
  if (await isAddressKnown(node, peer)) return
  if (node.config.mdns.enabled)
    return note('no seeds are configured: only mDNS, on the local network, can find the peer')
  throw new NowhereToLookError(`nothing can find ${peer.toString()}: no seeds are configured and mDNS is off`, {
    hint: "name a seed with --seeds, or give the peer's whole address (/ip4/…/tcp/…/p2p/12D3Koo…)"
  })
}

interface Search extends ReachInit {
  searchMs: number
  hint: string
}

async function reach(node: Reacher, named: NamedPeer, search: Search): Promise<Connection> {
  const { signal, clock = systemClock, searchMs, hint } = search
  const what = `reaching ${named.peer.toString()}`
  const start = clock.monotonic()
  using deadline = createDeadline({ ms: REACH_TIMEOUT_MS, what, signal, clock })
  for (;;) {
    try {
      return await dial(node, named, { signal: deadline.signal, clock })
    } catch (error) {
      signal.throwIfAborted()
      if (deadline.signal.aborted || clock.monotonic() - start >= searchMs) throw notReached(named, error, hint)
    }
    await clock.sleep(RETRY_MS, { signal })
  }
}

interface DialInit {
  signal: AbortSignal
  clock: Clock
}

async function dial(node: Reacher, { peer, addresses }: NamedPeer, { signal, clock }: DialInit): Promise<Connection> {
  const targets = addresses.length > 0 ? addresses : await lookUp(node, peer, { signal, clock })
  if (targets.length > 0) return await node.libp2p.dial(targets, { signal })
  if (await isAddressKnown(node, peer)) return await node.libp2p.dial(peer, { signal })
  throw new Error('nobody knows an address of it')
}

async function lookUp({ libp2p }: Reacher, peer: PeerId, { signal, clock }: DialInit): Promise<Multiaddr[]> {
  if (libp2p.getConnections().length === 0) return []
  const what = `looking ${peer.toString()} up`
  using deadline = createDeadline({ ms: LOOK_UP_TIMEOUT_MS, what, signal, clock })
  const { promise: ended, resolve } = Promise.withResolvers<Multiaddr[]>()
  // a look-up in an empty routing table waits without heeding its signal
  deadline.signal.addEventListener('abort', () => resolve([]), { once: true })
  const found = lookUpAddresses(libp2p.peerRouting, peer, { signal: deadline.signal }).catch(() => [])
  return await Promise.race([found, ended])
}

async function isAddressKnown({ libp2p }: Reacher, peer: PeerId): Promise<boolean> {
  const known = await libp2p.peerStore.get(peer).catch(() => undefined)
  return known !== undefined && known.addresses.length > 0
}

function notReached({ peer, addresses }: NamedPeer, cause: unknown, hint: string): PeerNotReachedError {
  const target = addresses[0] ?? peer
  return new PeerNotReachedError(`cannot reach ${target.toString()}: ${describeDialFailure(cause).reason}`, {
    hint,
    cause
  })
}
