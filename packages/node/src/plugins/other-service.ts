import type { NodeComponents } from './plugin.ts'

/** Another service of the node, if it runs; libp2p throws for a part that is absent. */
export function otherService(components: NodeComponents, key: string): unknown {
  try {
    return Reflect.get(components, key)
  } catch {
    return undefined
  }
}
