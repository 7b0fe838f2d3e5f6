import { systemClock } from '@waystone/kit'
import { MAX_DENIALS, MAX_OTHERS, MAX_TEXT_LENGTH, MAX_WAITING } from './constants.ts'
import { DenialCounts } from './denial-counts.ts'
import { Follower } from './follower.ts'
import { Ring } from './ring.ts'
import { Teller } from './teller.ts'
import type { AdminEvents, Clock, TrustDecision, TrustSubject } from '@waystone/interface'
import type { AuditEvent, AuditSink } from '../contract.ts'
import type { DenialCount } from './denial-counts.ts'
import type { AuditRecord, FollowedEvent } from './follower.ts'

export interface AuditLogInit {
  /** Told about each event, as long as there are not too many. */
  events?: AdminEvents | undefined
  clock?: Clock
  /** Denials that are kept. Default 10,000; what strangers are refused, and changes, have as much room each. */
  maxDenials?: number
  /** Events that a slow follower may be behind. Default 1,000. */
  maxWaiting?: number
}

/** In the order in which they came. */
interface KeptEvent extends AuditRecord {
  readonly number: number
}

/** Keeps what was denied and what changed, in bounded memory, and counts denials. */
export class AuditLog implements AuditSink {
  readonly #clock: Clock
  readonly #maxWaiting: number
  readonly #denials: Ring<KeptEvent>
  readonly #refusals = new Ring<KeptEvent>(MAX_OTHERS)
  readonly #changes = new Ring<KeptEvent>(MAX_OTHERS)
  readonly #counts = new DenialCounts()
  readonly #followers = new Set<Follower>()
  readonly #teller: Teller | undefined
  #number = 0

  constructor({ events, clock = systemClock, maxDenials = MAX_DENIALS, maxWaiting = MAX_WAITING }: AuditLogInit = {}) {
    this.#clock = clock
    this.#maxWaiting = maxWaiting
    this.#denials = new Ring(maxDenials)
    this.#teller = events === undefined ? undefined : new Teller(events, clock)
  }

  denied({ peer }: TrustSubject, trustFunction: string, { reason }: TrustDecision): void {
    this.add({ kind: 'denied', subject: peer.toString(), function: trustFunction, reason })
  }

  /** Equal denials in a row become one event with a count and the time of the last. */
  add(event: Omit<AuditEvent, 'at' | 'count'>): void {
    const isDenial = event.kind === 'denied'
    const bounded = { ...event, ...boundedTexts(event), at: this.#clock.now(), count: 1 }
    if (isDenial) this.#counts.add(bounded.function ?? 'other', bounded.reason)
    const last = isDenial ? this.#denials.last : undefined
    const record = last !== undefined && isRepeated(last.event, bounded) ? last : this.#keep(bounded)
    if (record === last) last.event = { ...bounded, count: last.event.count + 1 }
    for (const follower of this.#followers) follower.push(record)
    this.#teller?.tell(record.event)
  }

  /**
   * What is kept, oldest first.
   *
   * @param limit - at most so many, the newest ones
   */
  events(limit = Number.POSITIVE_INFINITY): AuditEvent[] {
    const rings = [this.#denials, this.#refusals, this.#changes]
    const kept = rings.flatMap(ring => ring.toArray()).sort((a, b) => a.number - b.number)
    return kept.slice(Math.max(0, kept.length - limit)).map(({ event }) => event)
  }

  /**
   * Every event from this call on, until the signal ends. A denial that is
   * repeated comes again with a higher count. Whoever reads too slowly misses
   * the oldest and is told how many.
   */
  follow({ signal }: { signal: AbortSignal }): AsyncIterable<FollowedEvent> {
    const follower = new Follower(this.#maxWaiting)
    const leave = (): unknown => this.#followers.delete(follower)
    this.#followers.add(follower)
    signal.addEventListener('abort', leave, { once: true })
    if (signal.aborted) leave()
    return untilDone(follower.read(signal), () => {
      signal.removeEventListener('abort', leave)
      leave()
    })
  }

  /** How often each function was denied and why, since the start. */
  denialCounts(): DenialCount[] {
    return this.#counts.toArray()
  }

  #keep(event: AuditEvent): KeptEvent {
    const record = { number: this.#number++, event }
    this.#ringOf(event).push(record)
    return record
  }

  #ringOf({ kind }: AuditEvent): Ring<KeptEvent> {
    if (kind === 'denied') return this.#denials
    return kind === 'refused' || kind === 'closed' ? this.#refusals : this.#changes
  }
}

async function* untilDone<T>(items: AsyncIterable<T>, done: () => void): AsyncGenerator<T, void, undefined> {
  try {
    yield* items
  } finally {
    done()
  }
}

function boundedTexts({ subject, function: trustFunction, reason }: Omit<AuditEvent, 'at' | 'count'>) {
  const cut = (text: string): string => text.slice(0, MAX_TEXT_LENGTH)
  return {
    subject: cut(subject),
    reason: cut(reason),
    ...(trustFunction !== undefined && { function: cut(trustFunction) })
  }
}

function isRepeated(a: AuditEvent, b: AuditEvent): boolean {
  return a.subject === b.subject && a.function === b.function && a.reason === b.reason
}
