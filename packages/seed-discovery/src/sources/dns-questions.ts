import { abortable } from '@waystone/kit'
import { codeOf } from '@waystone/kit/error-fields'
import { MAX_ADDRESSES } from './constants.ts'
import { takeSome } from './take-some.ts'
import type { Random } from '@waystone/interface'
import type { AddressAnswer, SeedResolver, SrvAnswer } from '../contract-sources.ts'

/** The name, or records of this kind for it, are not there; `ENODATA` and the like of c-ares. */
const NOT_THERE: readonly string[] = ['ENOTFOUND', 'ENODATA', 'EAI_AGAIN', 'ENONAME', 'EAI_NONAME', 'EAI_NODATA']

export interface DnsQuestionsInit {
  resolver: SeedResolver
  random: Random
  signal: AbortSignal
}

/** The questions of one look: remembers what went wrong, and how long the answers hold. */
export class DnsQuestions {
  /** Of parts that are left out. */
  readonly faults: Error[] = []
  /** Of questions that nobody answered. */
  readonly failures: unknown[] = []
  readonly random: Random
  readonly #init: DnsQuestionsInit
  #ttlSeconds = Number.POSITIVE_INFINITY

  constructor(init: DnsQuestionsInit) {
    this.#init = init
    this.random = init.random
  }

  /** How long the addresses hold, in milliseconds. */
  get ttlMs(): number | undefined {
    return Number.isFinite(this.#ttlSeconds) ? this.#ttlSeconds * 1_000 : undefined
  }

  async txt(name: string): Promise<string[]> {
    const answers = await this.#ask(async () => this.#init.resolver.resolveTxt(name))
    return this.#some(answers).map(parts => parts.join(''))
  }

  async srv(name: string): Promise<SrvAnswer[]> {
    return this.#some(await this.#ask(async () => this.#init.resolver.resolveSrv(name)))
  }

  /** Those of either family, each in random order. */
  async addresses(name: string): Promise<{ ip4: string[]; ip6: string[] }> {
    const { resolver } = this.#init
    const [ip4, ip6] = await Promise.all([
      this.#ask(async () => resolver.resolve4(name, { ttl: true })),
      this.#ask(async () => resolver.resolve6(name, { ttl: true }))
    ])
    return { ip4: this.#shuffled(ip4), ip6: this.#shuffled(ip6) }
  }

  #shuffled(answers: readonly AddressAnswer[]): string[] {
    for (const { ttl } of answers) this.#ttlSeconds = Math.min(this.#ttlSeconds, ttl)
    const some = this.#some(answers).map(({ address }) => ({ address, place: this.random.number() }))
    return some.sort((a, b) => a.place - b.place).map(({ address }) => address)
  }

  #some<T>(answers: readonly T[]): T[] {
    return takeSome(answers, MAX_ADDRESSES, this)
  }

  async #ask<T>(question: () => Promise<T[]>): Promise<T[]> {
    const { signal } = this.#init
    try {
      return await abortable(question(), signal)
    } catch (error) {
      if (!NOT_THERE.includes(codeOf(error) ?? '')) this.failures.push(error)
      return []
    }
  }
}
