import type { Plugin } from './plugin.ts'

/** Tells peers our addresses and protocols, and learns theirs. */
export const identifyPlugin: Plugin = {
  create: async () => (await import('@libp2p/identify')).identify()
}

/** Tells connected peers when our addresses or protocols change. */
export const identifyPushPlugin: Plugin = {
  create: async () => (await import('@libp2p/identify')).identifyPush()
}
