import { peerIdFromString } from '@libp2p/peer-id'
import type { TrustGrantees } from '@waystone/interface'
import type { Config } from '../config/schema.ts'
import type { Plugin } from './plugin.ts'

type Allow = Config['tunnels']['expose'][number]['allow']

/** Exposes and forwards TCP services: what the config says, and what the operator asks for while the node runs. */
export const tunnelPlugin: Plugin = {
  async create({ config: { tunnels }, trust, events, clock }) {
    const { tunnel } = await import('@waystone/tunnel')
    const expose = tunnels.expose.map(({ name, target, allow }) => ({ name, target, allow: granteesOf(allow) }))
    return tunnel({ trust, events, clock, expose, forward: tunnels.forward })
  }
}

function granteesOf(allow: Allow): TrustGrantees | undefined {
  return Array.isArray(allow) ? allow.map(id => peerIdFromString(id)) : allow
}
