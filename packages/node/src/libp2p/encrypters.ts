import { systemClock } from '@waystone/kit'
import { HandshakesInTurn } from './handshakes-in-turn.ts'
import type { Config } from '../config/schema.ts'
import type { EncrypterFactory } from './handshakes-in-turn.ts'

const loaders: Record<Config['encrypters'][number], () => Promise<EncrypterFactory>> = {
  // in real time, as all of libp2p: what peers show is not older when a test moves the clock of the services
  tls: async () => (await import('./tls/encrypter.ts')).tls(systemClock),
  noise: async () => (await import('@libp2p/noise')).noise()
}

/** The configured encrypters in the order in which this node offers them. */
export async function createEncrypters(config: Config): Promise<EncrypterFactory[]> {
  const handshakes = new HandshakesInTurn()
  return await Promise.all(config.encrypters.map(async name => handshakes.pace(await loaders[name]())))
}
