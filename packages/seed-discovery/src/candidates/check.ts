import { STAGGER_MS } from '../constants.ts'
import { Staggered } from '@waystone/kit'
import { CHECKS_AT_ONCE, MAX_CHECKS, MOST_CHECKS_AT_ONCE } from './constants.ts'
import { meet } from './meeting.ts'
import { EventQueue } from './event-queue.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { SeedCheck, SourceStatus } from '../contract-sources.ts'
import type { SourceLoop } from '../sources/source-loop.ts'
import type { FoundSeed } from '../sources/source.ts'
import type { SourceName } from './candidate.ts'
import type { Meeting, MeetInit, Whereabouts } from './meeting.ts'

export interface CheckInit extends MeetInit {
  /** Sources that can be looked at now. */
  loops: readonly SourceLoop[]
  /** Rows of the others. */
  others: readonly SourceStatus[]
  /** What the others gave. */
  known: readonly (FoundSeed & Pick<Whereabouts, 'source'>)[]
  rowOf: (source: SourceName) => SourceStatus
  onMet: (meeting: Meeting) => void
}

/** Looks at all sources and dials each address that they give by itself, a bounded number of them. */
export async function* checkSeeds(init: CheckInit, options: AbortOptions): AsyncGenerator<SeedCheck> {
  const ending = new AbortController()
  const signal = options.signal === undefined ? ending.signal : AbortSignal.any([options.signal, ending.signal])
  const queue = new EventQueue<SeedCheck>()
  const dials = new Checks(init, signal, queue)
  for (const source of init.others) queue.push({ source })
  dials.add(init.known)
  const looks = init.loops.map(async loop => look(loop, init, { signal, dials, queue }))
  void Promise.all(looks)
    .then(async () => dials.done())
    .finally(() => queue.end())
  try {
    yield* queue.read(signal)
  } finally {
    ending.abort()
  }
}

interface LookInit {
  signal: AbortSignal
  dials: Checks
  queue: EventQueue<SeedCheck>
}

async function look(loop: SourceLoop, { rowOf }: CheckInit, { signal, dials, queue }: LookInit): Promise<void> {
  const { kind: source } = loop.source
  // why a source failed stands in its row
  const found = await loop.look({ signal }).catch(() => undefined)
  if (signal.aborted) return
  queue.push({ source: rowOf(loop.source) })
  dials.add((found?.seeds ?? []).map(seed => ({ ...seed, source })))
}

class Checks {
  readonly #todo: Whereabouts[] = []
  readonly #seen = new Set<string>()
  readonly #dials: Staggered<Whereabouts>

  constructor(init: CheckInit, signal: AbortSignal, queue: EventQueue<SeedCheck>) {
    this.#dials = new Staggered({
      next: () => (signal.aborted ? undefined : this.#todo.shift()),
      work: async where => {
        const meeting = await meet(where, { ...init, signal }).catch(() => undefined)
        if (meeting === undefined) return
        init.onMet(meeting)
        queue.push({ dialled: meeting.dialled })
      },
      atOnce: () => CHECKS_AT_ONCE,
      most: MOST_CHECKS_AT_ONCE,
      delayMs: STAGGER_MS,
      clock: init.clock
    })
  }

  add(seeds: CheckInit['known']): void {
    for (const { address, peer, source } of seeds) {
      const key = `${address.toString()} ${peer?.toString() ?? ''}`
      if (this.#seen.has(key) || this.#seen.size >= MAX_CHECKS) continue
      this.#seen.add(key)
      this.#todo.push({ addresses: [address], peer, source, isFresh: true })
    }
    this.#dials.pump()
  }

  async done(): Promise<void> {
    await this.#dials.done()
    this.#dials.stop()
  }
}
