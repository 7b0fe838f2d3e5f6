import { createEncrypters } from '../libp2p/encrypters.ts'
import { createTransports } from '../libp2p/transports.ts'
import type { Clock } from '@waystone/interface'
import type { Config } from '../config/schema.ts'

/**
 * Loads the larger part of a node's code before a slot is taken: a node that waits then takes over sooner, and a lease
 * does not run while a busy machine reads files. What it makes is thrown away; nothing listens.
 */
export async function warmUp(config: Config, clock: Clock): Promise<void> {
  await Promise.all([
    createTransports(config, clock),
    createEncrypters(config),
    import('@libp2p/yamux'),
    import('@libp2p/ping'),
    import('@libp2p/identify'),
    ...(config.dht.mode === 'off' ? [] : [import('@libp2p/kad-dht')])
  ])
}
