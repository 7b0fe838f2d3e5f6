import { Key } from 'interface-datastore'
import { NamespacedDatastore } from '@waystone/kit/namespaced-datastore'
import { MAX_MEASURED_PEERS, MAX_OWN_ADDRESSES, MEASUREMENTS_PREFIX, MIN_TOLD_WEIGHT } from './constants.ts'
import { MEASURES } from './contract.ts'
import { decodeMeasured, encodeMeasured } from './measured.ts'
import { count, decayed, meanOf } from './tally.ts'
import type { Datastore } from 'interface-datastore'
import type { Measure, OwnExperience, Scores } from './contract.ts'
import type { Measured } from './measured.ts'
import type { UnsignedRating } from './signed-rating.ts'

export interface Observation {
  measure: Measure
  /** Whether it worked. */
  worked: boolean
  /** Where the peer was reached. */
  address?: string
  /** Milliseconds since the Unix epoch. */
  at: number
}

/** What this node measured of other peers. Bounded: with one more, the one longest not measured is forgotten. */
export class Measurements {
  readonly #datastore: Datastore
  /** Longest not measured first. */
  readonly #peers = new Map<string, Measured>()
  readonly #unsaved = new Set<string>()

  constructor(datastore: Datastore) {
    this.#datastore = new NamespacedDatastore(datastore, MEASUREMENTS_PREFIX)
  }

  peers(): string[] {
    return [...this.#peers.keys()]
  }

  observe(peer: string, { measure, worked, address, at }: Observation): void {
    const before = this.#peers.get(peer)
    const tallies = { ...before?.tallies, [measure]: count(before?.tallies[measure], worked ? 1 : 0, at) }
    const known = before?.addresses ?? []
    const addresses = address === undefined ? known : [address, ...known.filter(each => each !== address)]
    const { firstAt = at } = before ?? {}
    this.#peers.delete(peer)
    this.#peers.set(peer, { tallies, firstAt, lastAt: at, addresses: addresses.slice(0, MAX_OWN_ADDRESSES) })
    this.#unsaved.add(peer)
    this.#makeRoom()
  }

  experience(peer: string, now: number): OwnExperience | undefined {
    const measured = this.#peers.get(peer)
    if (measured === undefined) return undefined
    const weight = MEASURES.reduce((sum, each) => sum + decayed(measured.tallies[each], now).weight, 0)
    return { scores: scoresOf(measured), weight, spanMs: Math.max(0, measured.lastAt - measured.firstAt) }
  }

  /** What is worth telling others, last measured first. */
  ratings(limit: number, now: number): UnsignedRating[] {
    const told: UnsignedRating[] = []
    for (const [peer, measured] of [...this.#peers].toReversed()) {
      if (told.length >= limit) break
      if ((this.experience(peer, now)?.weight ?? 0) < MIN_TOLD_WEIGHT) continue
      told.push({ peer, scores: scoresOf(measured), addresses: measured.addresses, ratedAt: measured.lastAt })
    }
    return told
  }

  /** What was measured since the call stays newer than what was saved. */
  async load(): Promise<void> {
    const saved: [string, Measured][] = []
    for await (const { key, value } of this.#datastore.query({})) {
      const measured = decodeMeasured(value)
      if (measured === undefined) await this.#datastore.delete(key)
      else saved.push([key.baseNamespace(), measured])
    }
    const fresh = [...this.#peers]
    this.#peers.clear()
    for (const [peer, measured] of saved.sort((a, b) => a[1].lastAt - b[1].lastAt)) this.#peers.set(peer, measured)
    for (const [peer, measured] of fresh) this.#peers.set(peer, measured)
    this.#makeRoom()
  }

  async save(): Promise<void> {
    const unsaved = [...this.#unsaved]
    this.#unsaved.clear()
    for (const peer of unsaved) {
      const measured = this.#peers.get(peer)
      if (measured === undefined) await this.#datastore.delete(new Key(`/${peer}`))
      else await this.#datastore.put(new Key(`/${peer}`), encodeMeasured(measured))
    }
  }

  #makeRoom(): void {
    for (const peer of this.#peers.keys()) {
      if (this.#peers.size <= MAX_MEASURED_PEERS) return
      this.#peers.delete(peer)
      this.#unsaved.add(peer)
    }
  }
}

function scoresOf({ tallies }: Measured): Scores {
  const known = MEASURES.flatMap(measure => {
    const score = meanOf(tallies[measure])
    return score === undefined ? [] : [[measure, score] as const]
  })
  return Object.fromEntries(known)
}
