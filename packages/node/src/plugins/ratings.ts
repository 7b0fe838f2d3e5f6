import type { Plugin } from './plugin.ts'

/** Measures peers, and swaps ratings with those that have `peer-exchange`. */
export const ratingsPlugin: Plugin = {
  async create({ trust, clock, random }) {
    const { peerRatings } = await import('@waystone/trust-acl')
    return peerRatings({ trust, clock, random })
  }
}
