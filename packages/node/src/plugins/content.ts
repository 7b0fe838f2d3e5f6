import type { Plugin } from './plugin.ts'

/** Keeps and fetches bytes by CID, unless the config says otherwise. */
export const contentPlugin: Plugin = {
  async create({ config, clock, random, trust }) {
    if (!config.content.enabled) return undefined
    const { content } = await import('@waystone/content')
    return content({ maxBytes: config.content.maxBytes, trust, clock, random })
  }
}
