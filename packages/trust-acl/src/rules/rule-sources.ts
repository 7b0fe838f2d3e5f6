import { systemClock, systemRandom } from '@waystone/kit'
import { AddressRuleInvalidError } from './errors.ts'
import { FeedCopy } from './feed-copy.ts'
import { FeedSource } from './feed-source.ts'
import { FileSource } from './file-source.ts'
import { parseNetwork } from './ip.ts'
import { RuleList } from './rule-list.ts'
import type { AddressRulesInit, RuleAction } from './contract.ts'

/** Something that a list is read from, again and again. */
interface Source {
  /** What is there at once. Throws only the signal's reason. */
  load(signal: AbortSignal): Promise<void>
  /** Until the signal ends; throws only its reason. */
  follow(signal: AbortSignal): Promise<void>
}

/** The lists of a config, and what keeps them fresh. */
export class RuleSources {
  readonly lists: RuleList[] = []
  readonly #sources: Source[] = []
  readonly #init: Required<Pick<AddressRulesInit, 'clock' | 'random' | 'fetch'>> & AddressRulesInit
  readonly #onChange: () => void

  /** @throws AddressRuleInvalidError */
  constructor(init: AddressRulesInit, onChange: () => void) {
    this.#init = { clock: systemClock, random: systemRandom, fetch: globalThis.fetch, ...init }
    this.#onChange = onChange
    const { allow, deny, files, feeds } = init.config
    this.#addFixed(allow, 'allow')
    this.#addFixed(deny, 'deny')
    for (const { path, action } of files) this.#addFile(path, action)
    for (const feed of feeds) this.#addFeed(feed)
  }

  async load(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#sources.map(source => source.load(signal)))
  }

  /** Until the signal ends. */
  follow(signal: AbortSignal): void {
    for (const source of this.#sources) void untilAborted(source.follow(signal), signal)
  }

  #addFixed(rules: readonly string[], action: RuleAction): void {
    if (rules.length === 0) return
    const { networks } = this.#addList('config', action)
    for (const rule of rules) {
      const network = parseNetwork(rule)
      if (network === undefined) throw new AddressRuleInvalidError(rule)
      networks.add(network)
    }
  }

  #addFile(path: string, action: RuleAction): void {
    const { clock } = this.#init
    this.#sources.push(new FileSource({ path, clock, list: this.#addList(path, action) }))
  }

  #addFeed({ url, action, refresh }: AddressRulesInit['config']['feeds'][number]): void {
    const { clock, random, fetch, store } = this.#init
    const list = this.#addList(feedName(url), action)
    const copy = new FeedCopy(store, url)
    this.#sources.push(new FeedSource({ url, refresh, list, copy, clock, random, fetch }))
  }

  #addList(name: string, action: RuleAction): RuleList {
    const { clock, audit } = this.#init
    const list = new RuleList({ name, action, clock, audit, onChange: this.#onChange })
    this.lists.push(list)
    return list
  }
}

/** Without what may be secret. */
function feedName(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}

async function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
