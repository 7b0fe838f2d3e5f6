import type { NatVerdict } from './nat/behaviour.ts'

/** What checks measure. What it means is said by `judge` alone. */
export type Observation =
  | VersionsObservation
  | OpenFilesObservation
  | ClockObservation
  | NatMappingObservation
  | NatFilteringObservation
  | IpObservation
  | UdpObservation
  | AddressesObservation
  | NetworkObservation
  | PeerObservation
  | BrowserObservation
  | FailedObservation

export interface VersionsObservation {
  kind: 'versions'
  waystone: string
  libp2p: string
  node: string
  /** Platform, release and architecture. */
  os: string
  network: string
}

/** What the system says about one of its limits. */
export interface LimitCheck {
  status: 'ok' | 'note' | 'warn' | 'fail'
  message: string
  hint?: string
}

export interface OpenFilesObservation extends LimitCheck {
  kind: 'open-files'
}

export interface ClockObservation {
  kind: 'clock'
  /** Peers that told their time. */
  sources: number
  /** Peers that were asked. */
  asked: number
  /** How far this machine is behind (positive) or ahead, in milliseconds: the median of the sources. */
  offsetMs?: number
  /** The true offset is no further away than this, in milliseconds. */
  boundMs?: number
}

export interface NatMappingObservation extends NatVerdict {
  kind: 'nat-mapping'
  /** Addresses under which servers see this node. */
  mapped?: string[]
}

export interface NatFilteringObservation extends NatVerdict {
  kind: 'nat-filtering'
}

export interface IpObservation {
  kind: 'ip'
  version: 4 | 6
  /** Public addresses of this machine's own interfaces. */
  global: string[]
  /** Whether this machine has any address of this version but loopback and link-local ones. */
  present: boolean
  /** Hosts of seeds and relays that were dialled over it. */
  tried: number
  reached: number
}

/** How many were asked, and how many of them answered. */
export interface Answers {
  tried: number
  answered: number
}

export interface UdpObservation {
  kind: 'udp'
  stun: Answers
  quic: Answers
  /** For comparison. */
  tcp: Answers
  /** Whether this node uses UDP at all. */
  used: boolean
}

/** `announced` is the operator's word, which nobody has tried. */
export type Reachability = 'reachable' | 'unreachable' | 'untried' | 'announced' | 'relayed' | 'private'

export interface OwnAddress {
  address: string
  reachability: Reachability
}

export interface AddressesObservation {
  kind: 'addresses'
  addresses: OwnAddress[]
  /** Peers at public addresses that dialled this node directly and are connected. */
  inbound: number
  /** Relays that hold a reservation for this node. */
  reservations: number
  /** Relays on which one is wanted. */
  relays: number
}

export interface NetworkObservation {
  kind: 'network'
  seeds: Answers
  /** Peers that are connected, seeds included. */
  peers: number
}

export interface PeerObservation {
  kind: 'peer'
  as: 'seed' | 'relay'
  peer: string
  addresses: string[]
  connected: boolean
  /** One round trip, in milliseconds. */
  latencyMs?: number
  /** How it is reached, such as `tcp` or `quic`. */
  transport?: string
  agent?: string
  /** Of a relay: whether it holds a reservation for this node. */
  reserved?: boolean
  /** Why there is no connection, and the kind of failure. */
  failure?: { result: string; reason: string }
}

/** How browsers may dial an address, or why not. */
export interface BrowserAddress {
  address: string
  way: 'wss' | 'ws' | 'webrtc-direct' | 'webrtc'
  reachability: Reachability
  /** Of `wss`: what came of a TLS handshake at the address. */
  tls?: TlsResult
}

export interface TlsResult {
  /** `unreachable` when no handshake took place. */
  status: 'valid' | 'invalid' | 'unreachable'
  /** Why it is not valid. */
  reason?: string
  /** Until the certificate ends; negative when it has. */
  daysLeft?: number
  /** Names on the certificate. */
  names?: string
}

export interface BrowserObservation {
  kind: 'browser'
  addresses: BrowserAddress[]
}

/** A check that has failed as a whole. */
export interface FailedObservation {
  kind: 'failed'
  check: string
  reason: string
}

/** The stable name of the finding that is made of an observation. */
export function checkName(observation: Observation): string {
  switch (observation.kind) {
    case 'nat-mapping':
      return 'nat.mapping'
    case 'nat-filtering':
      return 'nat.filtering'
    case 'ip':
      return `ipv${observation.version}`
    case 'peer':
      return `${observation.as}:${observation.peer}`
    case 'failed':
      return observation.check
    default:
      return observation.kind
  }
}
