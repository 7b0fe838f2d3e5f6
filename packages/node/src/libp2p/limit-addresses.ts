import type { PeerData, PeerStore } from '@libp2p/interface'

/** Addresses that are kept of one peer: several transports, two families and a few relays are about 30. */
export const MAX_ADDRESSES_PER_PEER = 64

/** Of them those that the peer itself has signed stay whatever others say: what it may have moved to since needs room too. */
const MAX_SIGNED_ADDRESSES = 32

/**
 * Keeps what is known of one peer small; what it has signed and the newest
 * addresses stay. The peer store itself has no limit, takes addresses from any
 * stranger's DHT messages (up to 4 MiB each), and sorts all of them at every stream that is opened.
 */
export function limitAddresses(store: PeerStore): void {
  const [merge, patch, save] = [store.merge.bind(store), store.patch.bind(store), store.save.bind(store)]
  store.save = async (peer, data, options) => save(peer, newest(data), options)
  store.patch = async (peer, data, options) => patch(peer, newest(data), options)
  store.merge = async (peer, data, options) => {
    if (countOf(data) === 0) return merge(peer, data, options)
    const { addresses: known } = await store.get(peer).catch(() => ({ addresses: [] }))
    const signed = known.filter(({ isCertified }) => isCertified).slice(0, MAX_SIGNED_ADDRESSES)
    const kept = newest(data, MAX_ADDRESSES_PER_PEER - signed.length)
    const others = known.filter(address => !signed.includes(address))
    const stay = [...signed, ...others.slice(0, MAX_ADDRESSES_PER_PEER - signed.length - countOf(kept))]
    if (stay.length < known.length) await patch(peer, { addresses: stay })
    return merge(peer, kept, options)
  }
}

function newest(data: PeerData, most = MAX_ADDRESSES_PER_PEER): PeerData {
  if (countOf(data) <= most) return data
  const { addresses = [], multiaddrs = [] } = data
  const kept = addresses.slice(0, most)
  return { ...data, addresses: kept, multiaddrs: multiaddrs.slice(0, most - kept.length) }
}

function countOf({ addresses = [], multiaddrs = [] }: PeerData): number {
  return addresses.length + multiaddrs.length
}
