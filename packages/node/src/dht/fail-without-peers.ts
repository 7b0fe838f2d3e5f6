import { WaystoneError } from '@waystone/interface'
import { overlay } from '../libp2p/overlay.ts'

/** There is nobody in the table of the DHT whom it could ask. */
export class DhtHasNoPeersError extends WaystoneError {
  static override readonly name = 'DhtHasNoPeersError'
}

/** What is used of the parts of kad-dht (16.4.5); its types do not name them. */
interface DhtParts {
  routingTable: { readonly size: number }
  contentFetching: {
    queryManager: { run(...query: unknown[]): unknown }
    peerRouting: { getClosestPeers(...query: unknown[]): unknown }
  }
}

/**
 * Makes looking for a record, and storing one, fail at once while the table is
 * empty: kad-dht waits for a first peer until the caller gives up, and where it
 * takes no peers, as in a local network with `addresses.private: false`, none
 * ever comes. What is stored here is still found and written. Looking for a
 * peer waits as before: a node that has just started does that.
 */
export function failWithoutPeers(dht: object): void {
  if (!hasParts(dht)) throw new TypeError('kad-dht has no parts that look for records')
  const { routingTable, contentFetching } = dht
  const { queryManager, peerRouting } = contentFetching
  const assertPeers = (): void => {
    if (routingTable.size > 0) return
    throw new DhtHasNoPeersError('the DHT has no peers', {
      hint: 'it takes peers with public addresses, and others only with addresses.private: true'
    })
  }
  contentFetching.queryManager = overlay(queryManager, {
    run: (...query) => {
      assertPeers()
      return queryManager.run(...query)
    }
  })
  contentFetching.peerRouting = overlay(peerRouting, {
    getClosestPeers: (...query) => {
      assertPeers()
      return peerRouting.getClosestPeers(...query)
    }
  })
}

function hasParts(dht: object): dht is DhtParts {
  const fetching = 'routingTable' in dht && 'contentFetching' in dht ? dht.contentFetching : undefined
  return typeof fetching === 'object' && fetching !== null && 'queryManager' in fetching && 'peerRouting' in fetching
}
