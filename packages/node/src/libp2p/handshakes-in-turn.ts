import { nextTurn } from '@waystone/kit'
import { overlay } from './overlay.ts'
import type { ConnectionEncrypter } from '@libp2p/interface'
import type { Libp2pInit } from 'libp2p'

export type EncrypterFactory = NonNullable<Libp2pInit['connectionEncrypters']>[number]

/**
 * Begins one handshake in each turn of the event loop, and hands on one that is done. A handshake takes some
 * milliseconds in a few steps, and what follows it takes more: when a hundred newcomers come at once and all take the
 * same step in the same turn, nothing else is done for long. How many run side by side is not limited, so that who is
 * slow or silent keeps nobody out.
 */
export class HandshakesInTurn {
  #last = Promise.resolve()

  /** The same encrypter, whose handshakes wait for their turn. */
  pace(create: EncrypterFactory): EncrypterFactory {
    return components => {
      const encrypter = create(components)
      return overlay<ConnectionEncrypter>(encrypter, {
        secureInbound: async (connection, options) =>
          await this.#inTurn(options?.signal, () => encrypter.secureInbound(connection, options)),
        secureOutbound: async (connection, options) =>
          await this.#inTurn(options?.signal, () => encrypter.secureOutbound(connection, options))
      })
    }
  }

  async #inTurn<T>(signal: AbortSignal | undefined, handshake: () => Promise<T>): Promise<T> {
    await this.#turn()
    signal?.throwIfAborted()
    const secured = await handshake()
    await this.#turn()
    return secured
  }

  async #turn(): Promise<void> {
    this.#last = this.#last.then(nextTurn)
    await this.#last
  }
}
