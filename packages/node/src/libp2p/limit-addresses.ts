import type { PeerData, PeerId, PeerStore } from '@libp2p/interface'

/** Addresses that are kept of one peer: several transports, two families and a few relays are about 30. */
export const MAX_ADDRESSES_PER_PEER = 64

/**
 * Keeps what is known of one peer small; the newest addresses stay. The peer
 * store itself has no limit, takes addresses from any stranger's DHT messages
 * (up to 4 MiB each), and sorts all of them at every stream that is opened.
 */
export function limitAddresses(store: PeerStore): void {
  const [merge, patch, save] = [store.merge.bind(store), store.patch.bind(store), store.save.bind(store)]
  store.save = async (peer, data, options) => save(peer, newest(data), options)
  store.patch = async (peer, data, options) => patch(peer, newest(data), options)
  store.merge = async (peer, data, options) => {
    const kept = newest(data)
    const room = MAX_ADDRESSES_PER_PEER - countOf(kept)
    if (room < MAX_ADDRESSES_PER_PEER) await makeRoom(peer, room)
    return merge(peer, kept, options)
  }

  async function makeRoom(peer: PeerId, room: number): Promise<void> {
    const known = await store.get(peer).catch(() => undefined)
    if (known !== undefined && known.addresses.length > room) {
      await patch(peer, { addresses: known.addresses.slice(0, room) })
    }
  }
}

function newest(data: PeerData): PeerData {
  if (countOf(data) <= MAX_ADDRESSES_PER_PEER) return data
  const { addresses = [], multiaddrs = [] } = data
  const kept = addresses.slice(0, MAX_ADDRESSES_PER_PEER)
  return { ...data, addresses: kept, multiaddrs: multiaddrs.slice(0, MAX_ADDRESSES_PER_PEER - kept.length) }
}

function countOf({ addresses = [], multiaddrs = [] }: PeerData): number {
  return addresses.length + multiaddrs.length
}
