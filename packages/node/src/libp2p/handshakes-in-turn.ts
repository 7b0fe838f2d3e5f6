import { nextTurn } from '@waystone/kit'
import { overlay } from './overlay.ts'
import type { ConnectionEncrypter } from '@libp2p/interface'
import type { Libp2pInit } from 'libp2p'

export type EncrypterFactory = NonNullable<Libp2pInit['connectionEncrypters']>[number]

/**
 * Begins one handshake in each turn of the event loop. A handshake takes some milliseconds of it in a few steps: when a
 * hundred newcomers come at once and all take the same step in the same turn, nothing else is done for long. How many
 * run side by side is not limited, so that who is slow or silent keeps nobody out.
 */
export class HandshakesInTurn {
  #last = Promise.resolve()

  /** The same encrypter, whose handshakes wait for their turn. */
  pace(create: EncrypterFactory): EncrypterFactory {
    return components => {
      const encrypter = create(components)
      return overlay<ConnectionEncrypter>(encrypter, {
        secureInbound: async (connection, options) => {
          await this.#turn(options?.signal)
          return await encrypter.secureInbound(connection, options)
        },
        secureOutbound: async (connection, options) => {
          await this.#turn(options?.signal)
          return await encrypter.secureOutbound(connection, options)
        }
      })
    }
  }

  async #turn(signal: AbortSignal | undefined): Promise<void> {
    this.#last = this.#last.then(nextTurn)
    await this.#last
    signal?.throwIfAborted()
  }
}
