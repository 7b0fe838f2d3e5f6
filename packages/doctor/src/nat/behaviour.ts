import { isSameEndpoint } from '../stun/endpoint.ts'
import type { Endpoint } from '../stun/endpoint.ts'

/** How a NAT maps, or how it filters (RFC 4787, RFC 5780). */
export type NatBehaviour =
  | 'no NAT'
  | 'endpoint-independent'
  | 'address-dependent'
  | 'address-and-port-dependent'
  | 'unknown'

export interface NatVerdict {
  behaviour: NatBehaviour
  /** Why it is that, or why it could not be found out. */
  reason: string
}

/** How one local UDP port is seen at one address of a STUN server. */
export interface SeenAs {
  server: Endpoint
  mapped: Endpoint
}

export interface MappingEvidence {
  seen: SeenAs[]
  /** Where the port is on this machine: one for each of its addresses. */
  local: Endpoint[]
  /** Servers that were asked. */
  asked: number
}

/** Compares how one port is seen at several addresses. */
export function classifyMapping({ seen, local, asked }: MappingEvidence): NatVerdict {
  if (asked === 0) return unknown('no STUN server is configured')
  if (seen.length === 0) return unknown('no STUN server answered')
  if (seen.every(({ mapped }) => local.some(own => isSameEndpoint(own, mapped)))) {
    return { behaviour: 'no NAT', reason: 'servers see the address that this machine has' }
  }
  const addresses = new Set(seen.map(({ server }) => server.ip))
  if (changesWith(seen, samePlace)) {
    return { behaviour: 'address-and-port-dependent', reason: 'each port of a server sees another mapping' }
  }
  if (addresses.size < 2) return unknown('only one address of a STUN server answered, two are needed')
  if (!changesWith(seen, anyPlace)) {
    return { behaviour: 'endpoint-independent', reason: 'all servers see the same mapping' }
  }
  const wasCompared = seen.some((one, index) => seen.slice(index + 1).some(other => samePlace(one, other)))
  const reason = wasCompared
    ? 'each address of a server sees another mapping'
    : 'each server sees another mapping; whether its port matters too needs a server with a second port'
  return { behaviour: 'address-dependent', reason }
}

/** What came of asking a server to answer from elsewhere. */
export interface FilteringEvidence {
  /** Servers that were asked. */
  asked: number
  /** Whether one of them answered at all. */
  answered: boolean
  /** Whether it has a second address, without which it cannot answer from elsewhere. */
  hasOther: boolean
  /** Whether the answer from the other address and port arrived. */
  fromOtherAddress?: boolean
  /** Whether the answer from the other port arrived. */
  fromOtherPort?: boolean
}

/** Who may answer a port that has sent something. */
export function classifyFiltering(evidence: FilteringEvidence): NatVerdict {
  if (evidence.asked === 0) return unknown('no STUN server is configured')
  if (!evidence.answered) return unknown('no STUN server answered')
  if (!evidence.hasOther) return unknown('no STUN server has a second address to answer from')
  if (evidence.fromOtherAddress === true) {
    return { behaviour: 'endpoint-independent', reason: 'answers from any address arrive' }
  }
  if (evidence.fromOtherPort === true) {
    return { behaviour: 'address-dependent', reason: 'only answers from the address that was asked arrive' }
  }
  return {
    behaviour: 'address-and-port-dependent',
    reason: 'only answers from the address and port that were asked arrive'
  }
}

function changesWith(seen: SeenAs[], isCompared: (a: SeenAs, b: SeenAs) => boolean): boolean {
  return seen.some((one, index) =>
    seen.slice(index + 1).some(other => isCompared(one, other) && !isSameEndpoint(one.mapped, other.mapped))
  )
}

function samePlace(a: SeenAs, b: SeenAs): boolean {
  return a.server.ip === b.server.ip
}

function anyPlace(): boolean {
  return true
}

function unknown(reason: string): NatVerdict {
  return { behaviour: 'unknown', reason }
}
