import { SERVICE_KEYS } from '../libp2p/service-keys.ts'
import type { Evicted, TrustPublisher } from '@waystone/trust-acl'
import type { NodeComponents, Plugin } from './plugin.ts'

interface Evicting {
  evict(): Promise<Evicted>
}

/** Lets the operator see and change whom the node trusts. */
export const trustAdminPlugin: Plugin = {
  async create({ trust: acl, audit, clock }) {
    const { TrustAdminService } = await import('@waystone/trust-acl')
    return (components: NodeComponents) =>
      new TrustAdminService(components, { acl, audit, clock, parts: () => partsOf(components) })
  }
}

/** The services behind it, both of which every role has. */
function partsOf(components: NodeComponents): { evict: Evicting['evict']; publisher: TrustPublisher } {
  const publisher: unknown = Reflect.get(components, SERVICE_KEYS.trustAcl)
  const enforcement: unknown = Reflect.get(components, SERVICE_KEYS.enforcement)
  if (!isPublisher(publisher) || !isEvicting(enforcement))
    throw new TypeError('the node has no trust files or no enforcement')
  return { publisher, evict: async () => await enforcement.evict() }
}

function isPublisher(service: unknown): service is TrustPublisher {
  return typeof service === 'object' && service !== null && 'fetchEntry' in service && 'publish' in service
}

function isEvicting(service: unknown): service is Evicting {
  return typeof service === 'object' && service !== null && 'evict' in service
}
