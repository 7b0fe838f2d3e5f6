import { createDeadline } from '@waystone/kit'
import { SeedNameUnresolvedError } from '../errors.ts'
import { LOOK_TIMEOUT_MS, MAX_ADDRESSES, RECORDS_FIRST_MS } from './constants.ts'
import { resolveDnsaddr } from './dnsaddr.ts'
import { DnsQuestions } from './dns-questions.ts'
import { readUsable } from './read-seed.ts'
import { resolveSrv } from './srv.ts'
import { takeSome } from './take-some.ts'
import { within } from './within.ts'
import type { Clock, Random } from '@waystone/interface'
import type { SeedResolver } from '../contract-sources.ts'
import type { FoundSeed, Look, Source } from './source.ts'

export interface DnsSourceInit {
  name: string
  port: number
  /** One for each look: its questions end with the look. */
  resolver: () => Promise<SeedResolver>
  clock: Clock
  random: Random
}

/**
 * The seeds behind a host name: its `_dnsaddr` and SRV records, and if it has
 * none, its own addresses. A name that is a web page's too is not dialled
 * beside what its records say.
 */
export class DnsSource implements Source {
  readonly kind = 'dns'
  readonly target: string
  readonly #init: DnsSourceInit

  constructor(init: DnsSourceInit) {
    this.target = init.name
    this.#init = init
  }

  async look({ signal }: { signal: AbortSignal }): Promise<Look> {
    const { clock, random } = this.#init
    using deadline = createDeadline({ ms: LOOK_TIMEOUT_MS, what: 'a look into DNS', signal, clock })
    const resolver = await this.#init.resolver()
    const questions = new DnsQuestions({ resolver, random, signal: deadline.signal })
    try {
      const seeds = await this.#seeds(questions)
      signal.throwIfAborted()
      if (seeds.length === 0) throw this.#nothing(questions)
      return { seeds, ttlMs: questions.ttlMs, faults: questions.faults }
    } finally {
      resolver.cancel()
    }
  }

  async #seeds(questions: DnsQuestions): Promise<FoundSeed[]> {
    const { name, port } = this.#init
    const [dnsaddr, tcp, udp] = [
      resolveDnsaddr(name, questions),
      resolveSrv(name, 'tcp', questions),
      resolveSrv(name, 'udp', questions)
    ]
    const records = Promise.all([dnsaddr, tcp, udp])
    // some name servers never answer questions for TXT and SRV records
    const early = within(records, RECORDS_FIRST_MS, this.#init.clock)
    const [plain, timely] = await Promise.all([this.#plain(questions), early])
    const named = plain.length > 0 ? (timely ?? []) : await records
    const seeds = named.flat()
    const found = seeds.length > 0 ? seeds : plain.flatMap(ip => readUsable(ip, port, questions.faults))
    return takeSome(found, MAX_ADDRESSES, questions)
  }

  async #plain(questions: DnsQuestions): Promise<string[]> {
    const { ip4, ip6 } = await questions.addresses(this.#init.name)
    const [longer, shorter] = ip6.length >= ip4.length ? [ip6, ip4] : [ip4, ip6]
    return longer.flatMap((ip, index) => [ip, shorter[index] ?? []].flat())
  }

  #nothing({ failures, faults }: DnsQuestions): SeedNameUnresolvedError {
    const cause = faults[0] ?? failures[0]
    const why = cause instanceof Error ? `: ${cause.message}` : ''
    return new SeedNameUnresolvedError(`${this.target} gives no address${why}`, {
      hint: `give it A or AAAA records, SRV records at _waystone._tcp.${this.target}, or TXT records at _dnsaddr.${this.target}`,
      cause
    })
  }
}
