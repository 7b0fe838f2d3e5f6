import type { PeerId } from '@libp2p/interface'

/** Where an address of a seed came from. */
export type SourceKind = 'cache' | 'static' | 'dns' | 'mdns' | 'url' | 'trust' | 'member'

/** Tells of peers and where they may be, without the peer id, until the returned function is called. */
export type PeerFeed = (listener: (peer: PeerId, addresses: readonly string[]) => void) => () => void

export interface CachedPeer {
  /** In base58. */
  readonly id: string
  /** Without the peer id. */
  readonly addresses: readonly string[]
}

/** Asks a name server; as `Resolver` of `node:dns/promises`. */
export interface SeedResolver {
  resolveTxt(name: string): Promise<string[][]>
  resolveSrv(name: string): Promise<SrvAnswer[]>
  resolve4(name: string, options: { ttl: true }): Promise<AddressAnswer[]>
  resolve6(name: string, options: { ttl: true }): Promise<AddressAnswer[]>
  /** Ends everything that was asked. */
  cancel(): void
}

export interface AddressAnswer {
  address: string
  /** In seconds. */
  ttl: number
}

export interface SrvAnswer {
  name: string
  port: number
  priority: number
  weight: number
}

export interface SourceInit {
  /** Host names that stand for seeds: TXT records `_dnsaddr.NAME`, SRV records `_waystone._tcp.NAME`, plain addresses. */
  names?: readonly string[]
  /** IPs, with or without a port. Default: what the machine uses. */
  dnsServers?: readonly string[]
  /** Instead of `node:dns`. */
  resolver?: () => SeedResolver
  /** TCP port of seeds that are found as plain addresses. Default 4001. */
  port?: number
  /** Lists of addresses. */
  urls?: readonly string[]
  /** Instead of the platform's. */
  fetch?: typeof globalThis.fetch
  /** Longest wait until a source is looked at again, in milliseconds. Default 60,000. */
  intervalMs?: number
  /** Peers that were good to this node before: those of them that are seeds are found again without any other source. */
  cache?: () => readonly CachedPeer[]
  /** Sources that tell by themselves. */
  feeds?: Partial<Record<'mdns' | 'member', PeerFeed>>
}

/** One source, as of now. */
export interface SourceStatus {
  source: SourceKind
  /** What it looks at, such as a host name or a URL; empty where there is only one. */
  target: string
  /** Addresses that it gave last. */
  found: number
  /** How many of them lead to somebody whom the trust database admits. */
  admitted: number
  /** How many lead to somebody else. */
  refused: number
  /** Why the last look brought less than it should, or nothing. */
  error?: string
  /** Milliseconds since the Unix epoch; absent while it is looked at, and for sources that tell by themselves. */
  nextLookAt?: number
}

/** A seed, or an address of one that nobody has met yet. */
export interface KnownSeed {
  /** In base58; absent while only an address is known. */
  peerId?: string
  /** Multiaddrs as text, without the peer id. */
  addresses: string[]
  sources: SourceKind[]
  isAdmitted: boolean
  isConnected: boolean
  /** Kept connected; else only asked. */
  isHeld: boolean
  error?: string
  /** Milliseconds since the Unix epoch. */
  nextTryAt?: number
}

/**
 * What came of a dial: `not-admitted` is somebody whom no trust file has, `wrong-peer` another key than the address
 * names, `self` this node.
 */
export type DialVerdict = 'admitted' | 'not-admitted' | 'wrong-peer' | 'unreachable' | 'self'

export interface DialledSeed {
  address: string
  source: SourceKind
  /** Who answered, in base58. */
  peerId?: string
  result: DialVerdict
  error?: string
  /** From the dial to the end of the handshake, in milliseconds. */
  roundTripMs?: number
}

/** Either a source was looked at, or an address was dialled. */
export type SeedCheck = { source: SourceStatus } | { dialled: DialledSeed }
