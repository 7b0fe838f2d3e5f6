import type { Plugin } from './plugin.ts'

/** Holds a reservation on each of the configured relays that may be used. */
export const relaySelectionPlugin: Plugin = {
  async create({ config: { relays }, trust, clock, random }) {
    if (relays.length === 0) return undefined
    const { relaySelection } = await import('@waystone/relay-selection')
    return relaySelection({ relays, trust, clock, random })
  }
}
