import type { Config } from '../config/schema.ts'
import type { Libp2pInit } from 'libp2p'

type EncrypterFactory = NonNullable<Libp2pInit['connectionEncrypters']>[number]

const loaders: Record<Config['encrypters'][number], () => Promise<EncrypterFactory>> = {
  tls: async () => (await import('@libp2p/tls')).tls(),
  noise: async () => (await import('@libp2p/noise')).noise()
}

/** The configured encrypters in the order in which this node offers them. */
export async function createEncrypters(config: Config): Promise<EncrypterFactory[]> {
  return Promise.all(config.encrypters.map(name => loaders[name]()))
}
