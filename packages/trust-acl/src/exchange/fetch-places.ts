import { CODE_IP4, CODE_IP6 } from '@multiformats/multiaddr'
import { networkText, parseIp } from '../rules/ip.ts'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { PeerCaller } from '@waystone/rpc'

export interface PlacesInit {
  all: number
  perPeer: number
  /** Of one IPv4 /24 or IPv6 /48, and of all whose network is not known together; this machine has no such limit. */
  perNetwork: number
}

const LOOPBACK = new Set(['127.0.0.0/24', '::1'])
const UNKNOWN = 'unknown'

/** Shares out what may be done at one time, so that those who stall take no place of others. */
export class FetchPlaces {
  readonly #init: PlacesInit
  readonly #taken = new Map<string, number>()
  #all = 0

  constructor(init: PlacesInit) {
    this.#init = init
  }

  /** @returns what gives the place back, once; nothing if there is none for this peer now */
  take({ peer, remoteAddress }: Pick<PeerCaller, 'peer' | 'remoteAddress'>): (() => void) | undefined {
    const { all, perPeer, perNetwork } = this.#init
    const [id, network] = [`peer ${peer.toString()}`, networkOf(remoteAddress)]
    const isFull = network !== undefined && this.#count(network) >= perNetwork
    if (isFull || this.#all >= all || this.#count(id) >= perPeer) return undefined
    const keys = network === undefined ? [id] : [id, network]
    this.#change(keys, 1)
    return () => this.#change(keys, -1)
  }

  #count(key: string): number {
    return this.#taken.get(key) ?? 0
  }

  #change(keys: readonly string[], by: 1 | -1): void {
    this.#all += by
    for (const key of keys) {
      const left = this.#count(key) + by
      if (left > 0) this.#taken.set(key, left)
      else this.#taken.delete(key)
    }
  }
}

/** Of a peer behind a relay that of the relay. */
function networkOf(address: Multiaddr): string | undefined {
  const value = address.getComponents().find(({ code }) => code === CODE_IP4 || code === CODE_IP6)?.value
  const ip = value === undefined ? undefined : parseIp(value)
  if (ip === undefined) return UNKNOWN
  const isLocal = LOOPBACK.has(networkText(ip, ip.bits === 32 ? 24 : 128))
  return isLocal ? undefined : networkText(ip, ip.bits === 32 ? 24 : 48)
}
