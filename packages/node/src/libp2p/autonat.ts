import { autoNATv2 } from '@libp2p/autonat-v2'
import type { Connection } from '@libp2p/interface'
import type { TrustPolicy } from '@waystone/interface'
import type { NodeComponents } from '../plugins/plugin.ts'

/**
 * What is used of the client of `@libp2p/autonat-v2` 2.0.15, which is private in
 * its types: every peer that could dial back comes here, with addresses to be
 * checked, and the answer is read and counted in here too.
 */
interface AutonatClient {
  askPeerToVerify(connection: Connection, ...rest: unknown[]): Promise<void>
}

/**
 * AutoNAT that asks only peers with the function `used-for-autonat`, and so
 * believes nobody else. A peer that loses it while it answers loses the stream.
 */
export function trustedAutonat(trust: TrustPolicy): (components: NodeComponents) => unknown {
  const create = autoNATv2()
  return components => {
    const service = create(components)
    const client = clientOf(service)
    const ask = client.askPeerToVerify.bind(client)
    client.askPeerToVerify = async (connection, ...rest) => {
      if (trust.decide({ peer: connection.remotePeer }, 'used-for-autonat').allow) await ask(connection, ...rest)
    }
    return service
  }
}

function clientOf(service: unknown): AutonatClient {
  if (typeof service === 'object' && service !== null && 'client' in service && isClient(service.client)) {
    return service.client
  }
  throw new TypeError('this version of AutoNAT is not known')
}

function isClient(client: unknown): client is AutonatClient {
  return typeof client === 'object' && client !== null && 'askPeerToVerify' in client
}
