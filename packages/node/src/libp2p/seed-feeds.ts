import { SERVICE_KEYS } from './service-keys.ts'
import type { PeerInfo } from '@libp2p/interface'
import type { SeedCluster } from '@waystone/seed-cluster'
import type { PeerFeed } from '@waystone/seed-discovery'

/** Under which libp2p (3.3) puts the first of `peerDiscovery`; see {@link createDiscovery}. */
const MDNS = 'peer-discovery-0'

interface Discovery {
  addEventListener(type: 'peer', listener: (event: CustomEvent<PeerInfo>) => void): void
  removeEventListener(type: 'peer', listener: (event: CustomEvent<PeerInfo>) => void): void
}

/** Tells of peers that mDNS finds. libp2p's own event tells only of those that it did not know, whoever found them. */
export function mdnsFeed(components: object): PeerFeed {
  return listener => {
    const mdns = partOf(components, MDNS)
    if (!isDiscovery(mdns)) return () => undefined
    const onPeer = ({ detail: { id, multiaddrs } }: CustomEvent<PeerInfo>): void => listener(id, multiaddrs.map(String))
    mdns.addEventListener('peer', onPeer)
    return () => mdns.removeEventListener('peer', onPeer)
  }
}

/** Tells of members of the cluster that other members know. */
export function memberFeed(components: object): PeerFeed {
  return listener => {
    const cluster = partOf(components, SERVICE_KEYS.seedCluster)
    return isCluster(cluster) ? cluster.onMember(listener) : () => undefined
  }
}

function partOf(components: object, key: string): unknown {
  try {
    const part: unknown = Reflect.get(components, key)
    return part
  } catch {
    // libp2p throws for what is absent
    return undefined
  }
}

function isDiscovery(part: unknown): part is Discovery {
  return typeof part === 'object' && part !== null && 'addEventListener' in part
}

function isCluster(part: unknown): part is Pick<SeedCluster, 'onMember'> {
  return typeof part === 'object' && part !== null && 'onMember' in part
}
