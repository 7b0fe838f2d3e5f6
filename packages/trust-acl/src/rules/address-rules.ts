import { CODE_IP4, CODE_IP6, CODE_IP6ZONE, CODE_P2P_CIRCUIT } from '@multiformats/multiaddr'
import { networkText, parseIp } from './ip.ts'
import { RuleSources } from './rule-sources.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { TrustDecision } from '@waystone/interface'
import type { AddressRulesInit, RuleAction, RuleListStatus } from './contract.ts'
import type { Ip } from './ip.ts'

/** In the order in which they count. */
const ACTIONS = ['allow', 'deny'] as const

/** Who may connect, by IP: allow beats deny beats the default. */
export class AddressRules {
  readonly #default: RuleAction
  readonly #sources: RuleSources
  readonly #listeners = new Set<() => void>()
  #running: AbortController | undefined

  /** @throws AddressRuleInvalidError */
  constructor(init: AddressRulesInit) {
    this.#default = init.config.default
    this.#sources = new RuleSources(init, () => this.#changed())
  }

  /** Resolves when the files, and what is stored of feeds, are in force; the feeds are fetched after that. */
  async start({ signal }: AbortOptions = {}): Promise<void> {
    if (this.#running !== undefined) return
    const running = new AbortController()
    this.#running = running
    try {
      await this.#sources.load(AbortSignal.any([running.signal, ...(signal === undefined ? [] : [signal])]))
      this.#sources.follow(running.signal)
    } catch (error) {
      this.stop()
      throw error
    }
  }

  /** The rules stay as they are, but are no longer kept fresh. */
  stop(): void {
    this.#running?.abort()
    this.#running = undefined
  }

  /**
   * What the rules say about a direct address with an IP. Nothing about
   * relayed and memory addresses and names, and nothing where no rule applies
   * and the default lets everybody in.
   */
  check(address: Multiaddr): TrustDecision | undefined {
    const isIdle = this.#default === 'allow' && this.#sources.lists.length === 0
    const ip = isIdle ? undefined : ipOf(address)
    if (ip === undefined) return undefined
    for (const action of ACTIONS) {
      const [rule] = this.#rulesFor(ip, action)
      if (rule !== undefined) return { allow: action === 'allow', reason: reasonOf(ip, action, `the rule ${rule}`) }
    }
    return this.#default === 'allow' ? undefined : { allow: false, reason: reasonOf(ip, 'deny', 'the default rule') }
  }

  /** The rules that name an address, such as `deny 198.51.100.0/24 (drop.txt)`; those that allow come first. */
  matching(address: Multiaddr): string[] {
    const ip = ipOf(address)
    if (ip === undefined) return []
    return ACTIONS.flatMap(action => [...this.#rulesFor(ip, action)].map(rule => `${action} ${rule}`))
  }

  /** How each list is doing. */
  lists(): RuleListStatus[] {
    return this.#sources.lists.map(({ status }) => status)
  }

  /** Calls back after each change of the rules, until the returned function is called. */
  onChange(listener: () => void): () => void {
    const own = (): void => listener()
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }

  *#rulesFor(ip: Ip, action: RuleAction): Generator<string> {
    for (const list of this.#sources.lists) {
      const prefix = list.action === action ? list.networks.find(ip) : undefined
      if (prefix !== undefined) yield `${networkText(ip, prefix)} (${list.name})`
    }
  }
}

function reasonOf(ip: Ip, action: RuleAction, rule: string): string {
  return `${networkText(ip, ip.bits)} is ${action === 'allow' ? 'allowed' : 'denied'} by ${rule}`
}

function ipOf(address: Multiaddr): Ip | undefined {
  const components = address.getComponents()
  if (components.some(({ code }) => code === CODE_P2P_CIRCUIT)) return undefined
  const first = components.find(({ code }) => code !== CODE_IP6ZONE)
  const isIp = first?.code === CODE_IP4 || first?.code === CODE_IP6
  return isIp ? parseIp(first.value ?? '') : undefined
}
