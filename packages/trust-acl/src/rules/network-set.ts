import { TOP_BITS } from './ip.ts'
import type { Ip, Network } from './ip.ts'

/** The networks of one length. */
interface Layer<T> {
  readonly prefix: number
  readonly starts: Set<T>
}

/**
 * Networks by their length: a look-up asks once for each length that occurs,
 * however many networks there are. Node's own `BlockList` goes through its
 * rules one by one.
 */
export class NetworkSet {
  /** Most specific first. */
  readonly #layers: Record<Ip['bits'], Layer<number>[]> = { 32: [], 128: [] }
  /** Those of IPv6 that are longer than a provider's. */
  readonly #deep: Layer<string>[] = []
  /** Providers with such networks: nobody else needs to be looked up there, which is slower. */
  readonly #providers = new Set<number>()

  get size(): number {
    return [...this.#layers[32], ...this.#layers[128], ...this.#deep].reduce((sum, { starts }) => sum + starts.size, 0)
  }

  add(network: Network): void {
    const { bits, top, prefix } = network
    if (prefix > TOP_BITS) {
      this.#providers.add(top)
      layerOf(this.#deep, prefix).starts.add(deepKey(network, prefix))
    } else layerOf(this.#layers[bits], prefix).starts.add(topKey(network, prefix))
  }

  /** The length of the smallest network around an IP; undefined if there is none. */
  find(ip: Ip): number | undefined {
    return (
      this.#findDeep(ip) ?? this.#layers[ip.bits].find(({ prefix, starts }) => starts.has(topKey(ip, prefix)))?.prefix
    )
  }

  #findDeep(ip: Ip): number | undefined {
    if (ip.bits === 32 || !this.#providers.has(ip.top)) return undefined
    return this.#deep.find(({ prefix, starts }) => starts.has(deepKey(ip, prefix)))?.prefix
  }
}

function layerOf<T>(layers: Layer<T>[], prefix: number): Layer<T> {
  const known = layers.find(layer => layer.prefix === prefix)
  if (known !== undefined) return known
  const layer = { prefix, starts: new Set<T>() }
  layers.push(layer)
  layers.sort((a, b) => b.prefix - a.prefix)
  return layer
}

/** A signed integer: sets find these several times sooner than other numbers. */
function topKey({ top }: Ip, prefix: number): number {
  // a shift by 32 would be one by 0
  return prefix === 0 ? 0 : (top >>> (TOP_BITS - prefix)) | 0
}

/** Text: sets look only at the last 64 bits of a big integer, which many networks share. */
function deepKey({ bits, top, low }: Ip, prefix: number): string {
  return `${top}.${(low >> BigInt(bits - prefix)).toString(36)}`
}
