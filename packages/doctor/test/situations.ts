import { expect } from 'vitest'
import { judge } from '../src/judge/index.ts'
import type { DoctorRole, Health } from '../src/contract.ts'
import type {
  AddressesObservation,
  BrowserAddress,
  ClockObservation,
  IpObservation,
  NatMappingObservation,
  NetworkObservation,
  Observation,
  PeerObservation,
  Reachability,
  UdpObservation
} from '../src/observation.ts'

export interface Row {
  name: string
  role: DoctorRole
  isLocal?: boolean
  /** Judged. */
  subject: Observation
  /** What else is known. */
  others?: Observation[]
  health: Health
  says?: RegExp
  hint?: RegExp
}

export const PEER = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'

export function addresses(
  reachabilities: Reachability[],
  rest: Partial<AddressesObservation> = {}
): AddressesObservation {
  const own = reachabilities.map((reachability, index) => ({ address: `/ip4/192.0.2.1/tcp/${index}`, reachability }))
  return { kind: 'addresses', addresses: own, inbound: 0, reservations: 0, relays: 0, ...rest }
}

export function mapping(behaviour: NatMappingObservation['behaviour'], reason = 'a reason'): NatMappingObservation {
  return { kind: 'nat-mapping', behaviour, reason }
}

export function clock(offsetMs?: number, boundMs?: number, sources = 3): ClockObservation {
  const known = offsetMs === undefined || boundMs === undefined ? {} : { offsetMs, boundMs }
  return { kind: 'clock', asked: 3, sources, ...known }
}

export function ip(version: 4 | 6, rest: Partial<IpObservation> = {}): IpObservation {
  return { kind: 'ip', version, global: [], present: true, tried: 2, reached: 2, ...rest }
}

export function udp(stun: number, quic: number, rest: Partial<UdpObservation> = {}): UdpObservation {
  const of = (answered: number) => ({ tried: 2, answered })
  return { kind: 'udp', stun: of(stun), quic: of(quic), tcp: of(2), used: true, ...rest }
}

export function network(tried: number, answered: number, peers = answered): NetworkObservation {
  return { kind: 'network', seeds: { tried, answered }, peers }
}

export function peer(rest: Partial<PeerObservation>): PeerObservation {
  const reached = { connected: true, latencyMs: 12, transport: 'tcp' }
  return { kind: 'peer', as: 'seed', peer: PEER, addresses: ['/ip4/192.0.2.1/tcp/4001'], ...reached, ...rest }
}

export function failed(result: string, reason: string): PeerObservation {
  return peer({ connected: false, failure: { result, reason } })
}

export function browser(...own: Partial<BrowserAddress>[]): Observation {
  const base = { address: '/dns4/example.org/tcp/443/tls/ws', way: 'wss', reachability: 'reachable' } as const
  return { kind: 'browser', addresses: own.map(one => ({ ...base, ...one })) }
}

export const valid = { tls: { status: 'valid', daysLeft: 60 } } as const

/** Judges what a row says, and compares. */
export function expectJudged({ role, isLocal = false, subject, others = [], health, says, hint }: Row): void {
  const { findings } = judge({ role, isLocal, observations: [subject, ...others] })
  expect(findings[0]).toMatchObject({ health, detail: subject })
  if (says !== undefined) expect(findings[0]?.summary).toMatch(says)
  if (hint !== undefined) expect(findings[0]?.hint).toMatch(hint)
  // what should be changed is always said
  if (health === 'degraded' || health === 'broken') expect(findings[0]?.hint).toMatch(/\w/)
  expect(findings[0]?.summary).not.toMatch(/undefined|NaN|\n/)
}
