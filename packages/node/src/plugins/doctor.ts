import { VERSION } from '../version.ts'
import type { Plugin } from './plugin.ts'

/** Answers the probes of others in every role, and examines this node when its operator asks. */
export const doctorPlugin: Plugin = {
  async create({ config, clock, random }) {
    const [{ doctor }, { checkOpenFiles }, { version }] = await Promise.all([
      import('@waystone/doctor'),
      import('../config/host/system.ts'),
      import('libp2p/version')
    ])
    const { role, network, seeds, relays, nat, addresses } = config
    return doctor({
      role,
      network,
      versions: { waystone: VERSION, libp2p: version },
      seeds,
      relays,
      stun: nat.stun,
      isLocal: addresses.private,
      checkOpenFiles: () => checkOpenFiles(config, undefined),
      clock,
      random
    })
  }
}
