import type { Plugin } from './plugin.ts'

/**
 * How long changes are gathered before peers hear of them. The library's
 * second is a second in which a seed does not yet know the relay addresses of
 * an edge that is already reachable.
 */
const PUSH_DEBOUNCE_MS = 100

/** Tells peers our addresses and protocols, and learns theirs. */
export const identifyPlugin: Plugin = {
  create: async () => (await import('@libp2p/identify')).identify()
}

/** Tells connected peers when our addresses or protocols change. */
export const identifyPushPlugin: Plugin = {
  create: async () => (await import('@libp2p/identify')).identifyPush({ debounce: PUSH_DEBOUNCE_MS })
}
