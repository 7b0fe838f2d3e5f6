import type { MemberSaid } from './contract.ts'

/** What is known of one member. */
export interface HeardMember {
  said?: MemberSaid
  /** Why it was not heard last; absent once it was. */
  error?: string
  /** It is connected, and its last Hello failed. */
  isSilent?: boolean
  /** It was to be dialled, and nobody knows where it is. */
  isNowhere?: boolean
  /** When a Hello first showed another registry than this node's, by the monotonic clock; all did since. */
  differsSince?: number | undefined
  /** For how long they did when it was heard last, in milliseconds. */
  lag: number
}

const NOWHERE = 'nobody has said yet where it is'
const NOTHING: HeardMember = { lag: 0 }

/** What members said last. Only what members say is ever kept. */
export class HeardMembers {
  readonly #heard = new Map<string, HeardMember>()

  get(member: string): HeardMember {
    return this.#heard.get(member) ?? NOTHING
  }

  /**
   * @param isEqual - whether its registry is the same as this node's; undefined if one of them keeps none
   * @param now - by the monotonic clock, in milliseconds
   */
  said(member: string, said: MemberSaid, { isEqual, now }: { isEqual: boolean | undefined; now: number }): void {
    const before = this.get(member)
    // whoever calls is heard without a round trip: the last one stays
    const roundTrip = said.roundTrip === 0 ? (before.said?.roundTrip ?? 0) : said.roundTrip
    const differsSince = isEqual === false ? (before.differsSince ?? now) : undefined
    const lag = differsSince === undefined ? 0 : now - differsSince
    this.#heard.set(member, { said: { ...said, roundTrip }, differsSince, lag })
  }

  /** It is connected no more: its registry has time again to become the same once it is. */
  gone(member: string): void {
    const before = this.#heard.get(member)
    if (before !== undefined) this.#heard.set(member, { ...before, differsSince: undefined, lag: 0 })
  }

  /** It could not be connected. */
  failed(member: string, error: string): void {
    this.#heard.set(member, { ...this.get(member), error, isSilent: false, isNowhere: false })
  }

  /** It is connected, and does not answer as it should. */
  silent(member: string, error: string): void {
    this.#heard.set(member, { ...this.get(member), error, isSilent: true, isNowhere: false })
  }

  /** It could not be connected: there is no address of it. */
  nowhere(member: string): void {
    this.#heard.set(member, { ...this.get(member), error: NOWHERE, isSilent: false, isNowhere: true })
  }

  /** Forgets whoever is no member any more. */
  retain(isMember: (member: string) => boolean): void {
    for (const member of this.#heard.keys()) if (!isMember(member)) this.#heard.delete(member)
  }
}
