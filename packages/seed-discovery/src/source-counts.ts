import type { CounterGroup, Metrics } from '@libp2p/interface'
import type { DialVerdict, SourceKind } from './contract-sources.ts'

type Counted =
  | 'looks'
  | 'failures'
  | 'faults'
  | 'found'
  | 'admitted'
  | 'not_admitted'
  | 'wrong_peer'
  | 'unreachable'
  | 'self'

/** What is counted of each source, and what it means. */
const COUNTS: ReadonlyMap<Counted, string> = new Map([
  ['looks', 'Looks at a source of addresses of seeds'],
  ['failures', 'Looks at a source that brought nothing, as it was not to be had or wrong as a whole'],
  ['faults', 'Parts of what a source gave that were left out: too many, circles, no addresses'],
  ['found', 'Addresses that a source gave, each time that it was looked at'],
  ['admitted', 'Dials of what a source gave that met a seed'],
  ['not_admitted', 'Dials of what a source gave that met somebody whom no trust file has'],
  ['wrong_peer', 'Dials of what a source gave that met another key than it named'],
  ['unreachable', 'Dials of what a source gave that met nobody'],
  ['self', 'Dials of what a source gave that met this node itself']
])

/** Counters by source, each called `waystone_seed_discovery_source_WHAT_total`. */
export class SourceCounts {
  readonly #groups = new Map<Counted, CounterGroup>()

  /** Registers them; safe twice. */
  register(metrics: Metrics | undefined): void {
    if (metrics === undefined || this.#groups.size > 0) return
    for (const [what, help] of COUNTS) {
      const name = `waystone_seed_discovery_source_${what}_total`
      this.#groups.set(what, metrics.registerCounterGroup(name, { label: 'source', help }))
    }
  }

  add(what: Counted, source: SourceKind, count = 1): void {
    if (count > 0) this.#groups.get(what)?.increment({ [source]: count })
  }

  met(result: DialVerdict, source: SourceKind): void {
    this.add(RESULTS[result], source)
  }
}

const RESULTS: Readonly<Record<DialVerdict, Counted>> = {
  admitted: 'admitted',
  'not-admitted': 'not_admitted',
  'wrong-peer': 'wrong_peer',
  unreachable: 'unreachable',
  self: 'self'
}
