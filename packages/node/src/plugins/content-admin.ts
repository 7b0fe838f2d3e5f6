import { SERVICE_KEYS } from '../libp2p/service-keys.ts'
import type { BlockDelegate, ContentAdminParts } from '@waystone/content'
import type { NodeComponents, Plugin } from './plugin.ts'

/** Lets the operator get and add files by CID. */
export const contentAdminPlugin: Plugin = {
  async create({ config }) {
    if (!config.content.enabled) return undefined
    const { ContentAdminService } = await import('@waystone/content')
    return (components: NodeComponents) => new ContentAdminService(components, () => partsOf(components))
  }
}

function partsOf(components: NodeComponents): ContentAdminParts {
  const store = part(components, SERVICE_KEYS.content)
  const delegate = part(components, SERVICE_KEYS.delegate)
  if (!isStore(store)) throw new TypeError('the node keeps no content')
  return { store, delegate: isDelegate(delegate) ? delegate : undefined }
}

// libp2p throws for a part that is absent
function part(components: NodeComponents, key: string): unknown {
  try {
    return Reflect.get(components, key)
  } catch {
    return undefined
  }
}

function isStore(service: unknown): service is ContentAdminParts['store'] {
  return typeof service === 'object' && service !== null && 'getFile' in service && 'put' in service
}

function isDelegate(service: unknown): service is BlockDelegate {
  return typeof service === 'object' && service !== null && 'using' in service && 'fetch' in service
}
