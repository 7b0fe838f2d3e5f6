import { constants } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { generateCertificate } from '@libp2p/tls/utils'
import type { PrivateKey } from '@libp2p/interface'
import type { SecureContext } from 'node:tls'
import type { Clock } from '@waystone/interface'

/** How long one certificate serves, in milliseconds: a day, so that a key that leaks by whatever way is soon none. */
export const CERTIFICATE_MS = 86_400_000

/**
 * No tickets: one context serves all connections, so that a peer could resume an earlier session, without showing its
 * certificate. One that tries gets a whole handshake.
 */
const OPTIONS = { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', secureOptions: constants.SSL_OP_NO_TICKET } as const

interface Kept {
  madeAt: number
  context: Promise<SecureContext>
}

/**
 * The certificate that this node shows: made at the first handshake, and kept. The spec leaves it open whether each
 * connection has a new one (libp2p/specs tls/tls.md, "Certificate"); making one takes some 7 ms of the event loop.
 */
export class OwnCertificate {
  readonly #privateKey: PrivateKey
  readonly #clock: Clock
  #kept: Kept | undefined

  constructor(privateKey: PrivateKey, clock: Clock) {
    this.#privateKey = privateKey
    this.#clock = clock
  }

  /** TLS 1.3 with this node's certificate. */
  async context(): Promise<SecureContext> {
    const kept = this.#fresh() ?? this.#make()
    this.#kept = kept
    try {
      return await kept.context
    } catch (error) {
      if (this.#kept === kept) this.#kept = undefined
      throw error
    }
  }

  /** A clock that was ahead and has been set right leaves a certificate that is not valid yet. */
  #fresh(): Kept | undefined {
    const age = this.#clock.now() - (this.#kept?.madeAt ?? -Infinity)
    return age >= 0 && age < CERTIFICATE_MS ? this.#kept : undefined
  }

  #make(): Kept {
    const context = generateCertificate(this.#privateKey).then(({ cert, key }) =>
      createSecureContext({ ...OPTIONS, cert, key })
    )
    return { madeAt: this.#clock.now(), context }
  }
}
