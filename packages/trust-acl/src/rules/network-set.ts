import type { Ip, Network } from './ip.ts'

/** The networks of one length. */
interface Layer {
  readonly prefix: number
  /** How many bits do not count. */
  readonly shift: bigint
  readonly starts: Set<bigint>
}

/**
 * Networks by their length: a look-up asks once for each length that occurs,
 * at most 33 times for IPv4 and 129 for IPv6, however many networks there are.
 * Node's own `BlockList` goes through its rules one by one.
 */
export class NetworkSet {
  /** Most specific first. */
  readonly #layers: Record<Ip['bits'], Layer[]> = { 32: [], 128: [] }

  get size(): number {
    return [...this.#layers[32], ...this.#layers[128]].reduce((sum, { starts }) => sum + starts.size, 0)
  }

  add({ bits, value, prefix }: Network): void {
    const { shift, starts } = this.#layer(bits, prefix)
    starts.add(value >> shift)
  }

  /** The length of the smallest network around an IP; undefined if there is none. */
  find({ bits, value }: Ip): number | undefined {
    return this.#layers[bits].find(({ shift, starts }) => starts.has(value >> shift))?.prefix
  }

  #layer(bits: Ip['bits'], prefix: number): Layer {
    const layers = this.#layers[bits]
    const known = layers.find(layer => layer.prefix === prefix)
    if (known !== undefined) return known
    const layer = { prefix, shift: BigInt(bits - prefix), starts: new Set<bigint>() }
    layers.push(layer)
    layers.sort((a, b) => b.prefix - a.prefix)
    return layer
  }
}
