import { streamRule } from './protocol-functions.ts'
import type { Stream } from '@libp2p/interface'
import type { StreamRule } from './protocol-functions.ts'

/** Protocols that are remembered: far more than a node handles, and still nothing if a plugin makes up new ones for ever. */
const MAX_PROTOCOLS = 1_000

type Rules = Readonly<Record<Stream['direction'], StreamRule | undefined>>

/** {@link streamRule} for every stream of a node, worked out once for each protocol. */
export class StreamRules {
  readonly #byProtocol = new Map<string, Rules>()

  of({ protocol, direction }: Pick<Stream, 'protocol' | 'direction'>): StreamRule | undefined {
    return (this.#byProtocol.get(protocol) ?? this.#add(protocol))[direction]
  }

  #add(protocol: string): Rules {
    if (this.#byProtocol.size >= MAX_PROTOCOLS) this.#byProtocol.clear()
    const rules = { inbound: streamRule(protocol, 'inbound'), outbound: streamRule(protocol, 'outbound') }
    this.#byProtocol.set(protocol, rules)
    return rules
  }
}
