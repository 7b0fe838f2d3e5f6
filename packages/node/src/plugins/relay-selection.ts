import type { Plugin } from './plugin.ts'

/** Holds a reservation on each of the configured relays. */
export const relaySelectionPlugin: Plugin = {
  async create({ config: { relays }, clock, random }) {
    if (relays.length === 0) return undefined
    const { relaySelection } = await import('@waystone/relay-selection')
    return relaySelection({ relays, clock, random })
  }
}
