import { backoffDelay, createDeadline } from '@waystone/kit'
import { describeRpcFailure } from '@waystone/rpc'
import { SeedService } from '@waystone/wire/seed'
import { HELLO_DEADLINE_MS, HELLO_JITTER, HELLO_MS, LIST_EVERY, RETRY_BACKOFF } from './constants.ts'
import { ownState } from './own-state.ts'
import type { PeerId } from '@libp2p/interface'
import type { Talk } from './talk.ts'

/** What this node says to one member, again and again while it is connected. */
export class Conversation {
  readonly #talk: Talk
  readonly #peer: PeerId
  readonly #ending = new AbortController()
  readonly #done: Promise<void>
  /** How many members the other was connected to when it was asked for them last. */
  #askedAt = 0
  /** Ended when there is news, also while a Hello is under way: the next one then follows at once. */
  #news = new AbortController()

  constructor(talk: Talk, peer: PeerId) {
    this.#talk = talk
    this.#peer = peer
    this.#done = this.#run(AbortSignal.any([talk.parts.signal, this.#ending.signal]))
  }

  /** Says hello now: there is news. */
  soon(): void {
    this.#news.abort()
  }

  /** Resolves when nothing is said any more. */
  async end(): Promise<void> {
    this.#ending.abort(new DOMException('the member is gone', 'AbortError'))
    await this.#done
  }

  async #run(signal: AbortSignal): Promise<void> {
    let failures = 0
    for (let answers = 0; !signal.aborted;) {
      this.#news = new AbortController()
      const isAnswered = (await sayHello(this.#talk, this.#peer, signal)) && (await this.#ask(answers, signal))
      if (isAnswered) answers++
      failures = isAnswered ? 0 : failures + 1
      await this.#pause(failures, AbortSignal.any([signal, this.#news.signal]))
    }
  }

  /** While nobody has said where some members are, also when the other has more or fewer than when it was asked last. @returns whether nothing failed */
  async #ask(answers: number, signal: AbortSignal): Promise<boolean> {
    const { hearing, parts, records } = this.#talk
    const known = hearing.members.get(this.#peer.toString()).said?.connectedMembers ?? 0
    const isNews = known !== this.#askedAt && !parts.members.isFull && records.lacksSome
    if (!isNews && answers % LIST_EVERY !== 0) return true
    const isAnswered = await askForMembers(this.#talk, this.#peer, signal)
    if (isAnswered) this.#askedAt = known
    return isAnswered
  }

  async #pause(failures: number, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#talk.parts
    const jittered = HELLO_MS * (1 - HELLO_JITTER + 2 * HELLO_JITTER * random.number())
    const ms = failures === 0 ? jittered : backoffDelay(failures - 1, RETRY_BACKOFF, random.number())
    await clock.sleep(ms, { signal }).catch(() => {})
  }
}

/** Never rejects. @returns whether the member answered */
export async function sayHello(talk: Talk, peer: PeerId, outer: AbortSignal): Promise<boolean> {
  const { parts, hearing, duplicates } = talk
  const { clock, components, metrics } = parts
  using deadline = createDeadline({ ms: HELLO_DEADLINE_MS, what: 'a Hello', signal: outer, clock })
  const { signal } = deadline
  try {
    const state = await ownState(parts, duplicates.seen)
    const began = clock.monotonic()
    const answer = await components.rpc.client(SeedService, peer).hello({ state }, { signal })
    hearing.heard(peer, answer.state, clock.monotonic() - began)
    await duplicates.heard(answer.other, peer)
    metrics.hello('answered')
    return true
  } catch (error) {
    if (!outer.aborted) failed(talk, peer, error)
    return false
  }
}

function failed({ parts, hearing }: Talk, peer: PeerId, error: unknown): void {
  const { name, message } = describeRpcFailure(error)
  parts.metrics.hello('failed')
  hearing.members.silent(peer.toString(), `${name}: ${message}`)
  parts.log('member %p does not answer - %s: %s', peer, name, message)
  if (name === 'NotAMemberError') hearing.refused(peer)
}

/** Never rejects. @returns whether the member answered */
async function askForMembers(talk: Talk, peer: PeerId, outer: AbortSignal): Promise<boolean> {
  const { clock, components, log } = talk.parts
  using deadline = createDeadline({ ms: HELLO_DEADLINE_MS, what: 'asking for members', signal: outer, clock })
  const { signal } = deadline
  try {
    const { peerRecords } = await components.rpc.client(SeedService, peer).listMembers({}, { signal })
    await talk.records.take(peerRecords, signal)
    return true
  } catch (error) {
    if (!outer.aborted) log('member %p tells of no others - %s', peer, describeRpcFailure(error).message)
    return false
  }
}
