import { isIdle } from '@waystone/kit'
import type { Connection } from '@libp2p/interface'

/** Parts of protocols that libp2p and its DHT speak on every connection by themselves. */
const HOUSEKEEPING: readonly string[] = ['/ipfs/id/', '/ipfs/ping/', '/libp2p/autonat/', '/libp2p/dcutr', '/kad/']

/** Whether nobody works over a connection. */
export function isUnused({ streams }: Pick<Connection, 'streams'>): boolean {
  return streams.every(stream => {
    const isOpen = (stream.status === 'open' || stream.status === 'closing') && !isIdle(stream)
    return !isOpen || HOUSEKEEPING.some(part => stream.protocol.includes(part))
  })
}
