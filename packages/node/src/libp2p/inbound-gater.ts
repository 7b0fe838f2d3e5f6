import { KeyedTokenBuckets } from '@waystone/kit'
import { ipKey, isFromLoopback } from './ip-key.ts'
import type { ConnectionGater, MultiaddrConnection } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { Config } from '../config/schema.ts'

/** IPs whose rate is remembered: about 2 MB at worst. */
const MAX_REMEMBERED_IPS = 10_000

/** Why a connection was refused: too many new ones a second, or too many open. */
export type Refusal = 'rate' | 'open'

export interface InboundGaterInit {
  limits: Config['connections']
  clock: Clock
  onRefused?: ((reason: Refusal) => void) | undefined
}

/**
 * Limits new and open inbound connections per IP (per /64 for IPv6). It stands
 * where libp2p asks before the handshake, so that a flood costs next to nothing.
 */
export class InboundGater implements ConnectionGater {
  readonly #limits: Config['connections']
  readonly #onRefused: InboundGaterInit['onRefused']
  readonly #rate: KeyedTokenBuckets
  readonly #open = new Map<string, number>()

  constructor({ limits, clock, onRefused }: InboundGaterInit) {
    this.#limits = limits
    this.#onRefused = onRefused
    const perSecond = limits.inboundPerSecondPerIp
    this.#rate = new KeyedTokenBuckets({
      capacity: perSecond,
      refillPerSecond: perSecond,
      maxKeys: MAX_REMEMBERED_IPS,
      clock
    })
  }

  /** How many IPs have open connections; the map is as small as that. */
  get openIps(): number {
    return this.#open.size
  }

  /** libp2p calls it as a property of the gater object, so it is bound. */
  readonly denyInboundConnection = (connection: MultiaddrConnection): boolean => {
    const { remoteAddr } = connection
    if (this.#limits.exemptLoopback && isFromLoopback(remoteAddr)) return false
    const key = ipKey(remoteAddr)
    if (key === undefined) return false
    const refusal = this.#refusal(key)
    if (refusal === undefined) this.#count(key, connection)
    else this.#onRefused?.(refusal)
    return refusal !== undefined
  }

  #refusal(key: string): Refusal | undefined {
    if ((this.#open.get(key) ?? 0) >= this.#limits.inboundPerIp) return 'open'
    return this.#rate.take(key) ? undefined : 'rate'
  }

  #count(key: string, connection: MultiaddrConnection): void {
    this.#open.set(key, (this.#open.get(key) ?? 0) + 1)
    connection.addEventListener('close', () => this.#uncount(key), { once: true })
  }

  #uncount(key: string): void {
    const left = (this.#open.get(key) ?? 1) - 1
    if (left > 0) this.#open.set(key, left)
    else this.#open.delete(key)
  }
}
