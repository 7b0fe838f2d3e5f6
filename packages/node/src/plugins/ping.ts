import type { Plugin } from './plugin.ts'

/** Answers pings, and lets others on this node send them. */
export const pingPlugin: Plugin = {
  create: async () => (await import('@libp2p/ping')).ping()
}
