import { isIdle } from '@waystone/kit'
import { HOUSEKEEPING, OFFER_RELAY, OWN_TAG_PREFIX, RELAY, RELAY_KEEP_ALIVE_TAG, SEED_TAG } from './constants.ts'
import type { Connection, Peer } from '@libp2p/interface'
import type { SeedTrust } from './contract.ts'

/** Tags of parts that need a connection for as long as the trust database lets them. */
const TAG_FUNCTIONS: ReadonlyMap<string, string> = new Map([
  ['waystone-relay', RELAY],
  [RELAY_KEEP_ALIVE_TAG, RELAY],
  // the peer has a reservation here
  ['circuit-relay-source', OFFER_RELAY]
])

/** Whether another part of this node wants to stay connected to a peer that is nobody's seed. */
export function isKeptByOthers({ id: peer, tags }: Peer, trust: Pick<SeedTrust, 'explain'>): boolean {
  return [...tags.keys()].some(tag => {
    const trustFunction = TAG_FUNCTIONS.get(tag)
    // that part loses its function in the same moment, but may say so later
    if (trustFunction !== undefined) return trust.explain({ peer }, trustFunction).allow
    return tag.startsWith(OWN_TAG_PREFIX) && tag !== SEED_TAG
  })
}

/**
 * Whether somebody works over a connection: a call, a tunnel, a file, a circuit
 * through the peer. What libp2p does on every connection by itself is no work.
 *
 * @param without - parts of further protocols that do not count
 */
export function isInUse({ streams }: Pick<Connection, 'streams'>, without: readonly string[] = []): boolean {
  return streams.some(stream => {
    const { status, protocol } = stream
    const isOpen = (status === 'open' || status === 'closing') && !isIdle(stream)
    // one without a protocol is being opened for something
    return isOpen && ![...HOUSEKEEPING, ...without].some(part => (protocol ?? '').includes(part))
  })
}
