import { RELAY_V2_HOP_PROTOCOL } from '@waystone/wire'
import type { Stream } from '@libp2p/interface'

/** Circuit relay v2, the side of the peer that is called. */
const RELAY_V2_STOP = '/libp2p/circuit/relay/0.2.0/stop'
/** AutoNAT v2, a request to be dialled back (https://github.com/libp2p/specs/blob/master/autonat/autonat-v2.md). */
const AUTONAT_V2_REQUEST = '/libp2p/autonat/2/dial-request'
/** Bitswap, every version (https://specs.ipfs.tech/bitswap-protocol/). */
const BITSWAP = '/ipfs/bitswap'
/**
 * The version that this node speaks. Its handler asks about every message, and
 * not about the stream: answers to our own wants come on streams of the peer.
 */
const BITSWAP_120 = '/ipfs/bitswap/1.2.0'

/** GossipSub, every version (https://github.com/libp2p/specs/tree/master/pubsub/gossipsub): between registries alone. */
const GOSSIPSUB = '/meshsub'

/** What a peer has to be allowed for one kind of stream. */
export interface StreamRule {
  readonly trustFunction: string
  /** The protocol has an answer for those who may not: its handler asks, and gives it. */
  readonly handlerAnswers: boolean
}

type Direction = Stream['direction']

interface Row {
  readonly protocol: string
  readonly direction: Direction
  readonly trustFunction: string
  readonly handlerAnswers?: boolean
  /** Whether every version below this path is meant. */
  readonly versions?: boolean
}

/**
 * Streams with a function of their own. Inbound is what a peer wants of us,
 * outbound what we let it do for us. The dial-back of AutoNAT is not here: it
 * comes from whatever identity the asked peer dials with, and counts for nothing
 * unless the answer on the request does.
 */
const ROWS: readonly Row[] = [
  { protocol: RELAY_V2_HOP_PROTOCOL, direction: 'inbound', trustFunction: 'offer-relay', handlerAnswers: true },
  { protocol: RELAY_V2_STOP, direction: 'outbound', trustFunction: 'offer-relay', handlerAnswers: true },
  { protocol: RELAY_V2_HOP_PROTOCOL, direction: 'outbound', trustFunction: 'use-as-relay' },
  { protocol: RELAY_V2_STOP, direction: 'inbound', trustFunction: 'use-as-relay', handlerAnswers: true },
  { protocol: AUTONAT_V2_REQUEST, direction: 'outbound', trustFunction: 'used-for-autonat' },
  { protocol: BITSWAP_120, direction: 'inbound', trustFunction: `protocol:${BITSWAP_120}` },
  { protocol: BITSWAP, direction: 'inbound', trustFunction: 'bulk-data-sync', versions: true },
  { protocol: GOSSIPSUB, direction: 'inbound', trustFunction: 'registry-sync', versions: true },
  { protocol: GOSSIPSUB, direction: 'outbound', trustFunction: 'registry-sync', versions: true }
]

/**
 * The rule for a stream. Ids are compared as they are: whatever only looks like
 * a protocol above is another one. Outbound streams that are not above need nothing.
 */
export function streamRule(protocol: string, direction: Direction): StreamRule | undefined {
  const row = ROWS.find(one => one.direction === direction && matches(one, protocol))
  if (row !== undefined) return { trustFunction: row.trustFunction, handlerAnswers: row.handlerAnswers ?? false }
  return direction === 'inbound' ? { trustFunction: `protocol:${protocol}`, handlerAnswers: false } : undefined
}

function matches(row: Row, protocol: string): boolean {
  return protocol === row.protocol || (row.versions === true && protocol.startsWith(`${row.protocol}/`))
}
