import { messageOf, nameOf } from '@waystone/kit/error-fields'
import { NetworkSet } from './network-set.ts'
import { parseList } from './parse-list.ts'
import type { Clock } from '@waystone/interface'
import type { AuditSink } from '../contract.ts'
import type { RuleAction, RuleListStatus } from './contract.ts'
import type { ParseListOptions } from './parse-list.ts'

export interface RuleListInit {
  name: string
  action: RuleAction
  clock: Clock
  audit?: Pick<AuditSink, 'add'> | undefined
  onChange: () => void
}

/** The networks of one source, in their last good version. */
export class RuleList {
  networks = new NetworkSet()
  readonly #init: RuleListInit
  #updatedAt: number | undefined
  #error: RuleListStatus['error']

  constructor(init: RuleListInit) {
    this.#init = init
  }

  get name(): string {
    return this.#init.name
  }

  get action(): RuleAction {
    return this.#init.action
  }

  get status(): RuleListStatus {
    const { name, action } = this.#init
    return { name, action, entries: this.networks.size, updatedAt: this.#updatedAt, error: this.#error }
  }

  /**
   * Puts a new version in the place of the old one, or leaves all as it is.
   *
   * @throws RuleListInvalidError, RuleListTooLargeError
   */
  async replace(text: string, options: ParseListOptions): Promise<void> {
    const { networks, faults } = await parseList(text, options)
    this.networks = networks
    this.confirm()
    const passedOver = faults === 0 ? '' : `, ${counted(faults, 'unreadable line')} passed over`
    this.#init.audit?.add({
      kind: 'fetched',
      subject: this.name,
      reason: `${counted(networks.size, 'rule')}${passedOver}`
    })
    this.#init.onChange()
  }

  /** The version in use is still right. */
  confirm(): void {
    this.#updatedAt = this.#init.clock.now()
    this.#error = undefined
  }

  /** The last good version stays; the same failure is told once. */
  fail(error: unknown): void {
    const failure = { name: nameOf(error), message: messageOf(error) }
    const isKnown = this.#error?.name === failure.name && this.#error.message === failure.message
    this.#error = failure
    if (isKnown) return
    this.#init.audit?.add({ kind: 'refused', subject: this.name, reason: `${failure.name}: ${failure.message}` })
  }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
