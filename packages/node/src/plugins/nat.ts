import type { Plugin } from './plugin.ts'

/** Asks peers to dial our addresses back, and so learns which ones work. */
export const autonatPlugin: Plugin = {
  create: async ({ config, trust }) =>
    config.nat.autonat ? (await import('../libp2p/autonat.ts')).trustedAutonat(trust) : undefined
}

/** Turns a relayed connection into a direct one where the NATs allow it. */
export const dcutrPlugin: Plugin = {
  create: async ({ config }) => (config.nat.dcutr ? (await import('@libp2p/dcutr')).dcutr() : undefined)
}

/** Asks the home router to forward our ports. It changes the router, so only if asked for. */
export const upnpPlugin: Plugin = {
  create: async ({ config }) => (config.nat.upnp ? (await import('@libp2p/upnp-nat')).uPnPNAT() : undefined)
}
