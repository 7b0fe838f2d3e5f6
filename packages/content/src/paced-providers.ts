import { PROVIDER_PAUSE_MS } from './constants.ts'
import type { AbortOptions, PeerId, Provider } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'

export interface PacedProvidersInit {
  found: AsyncIterable<Provider>
  /** This node: never asked by itself. */
  self: PeerId
  clock: Clock
  /** Of them at most. */
  limit: number
}

/**
 * Providers one after the other, with a pause after each: routers begin the
 * lookup of further ones, through the whole DHT, when the next is asked for, and
 * mostly the first has the block. Whoever has it by then ends the pause.
 *
 * @throws the reason of the signal
 */
export async function* pacedProviders(init: PacedProvidersInit, options: AbortOptions = {}): AsyncGenerator<Provider> {
  const { found, self, clock, limit } = init
  let count = 0
  for await (const provider of found) {
    if (provider.id.equals(self)) continue
    yield provider
    count++
    if (count === limit) return
    await clock.sleep(PROVIDER_PAUSE_MS, options)
  }
}
