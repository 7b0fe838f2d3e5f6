import { MAX_COPIED_BYTES, MAX_COPY_BYTES, PROVIDED_MS } from '../constants.ts'
import type { Clock, Timer, TrustLevel } from '@waystone/interface'
import type { CID } from 'multiformats/cid'

interface Copy {
  cid: CID
  level: TrustLevel
  bytes: number
  until: number
}

/** What one copy may take; given back when disposed of. */
export interface CopyRoom extends Disposable {
  bytes: number
}

/** The copies that were made for thin clients: bounded by the level of those, and forgotten after a day. */
export class Copies {
  readonly #clock: Clock
  readonly #ended: (cid: CID) => void
  /** The oldest first. */
  readonly #copies = new Map<string, Copy>()
  readonly #taken = new Map<TrustLevel, number>()
  #timer: Timer | undefined

  /** @param ended - told of each copy whose day is over */
  constructor(clock: Clock, ended: (cid: CID) => void) {
    this.#clock = clock
    this.#ended = ended
  }

  /** Room for one copy that is about to be made: none when its level has used up its own. */
  reserve(level: TrustLevel): CopyRoom {
    const bytes = Math.max(0, Math.min(MAX_COPY_BYTES, MAX_COPIED_BYTES[level] - this.#takenBy(level)))
    this.#take(level, bytes)
    return { bytes, [Symbol.dispose]: () => this.#take(level, -bytes) }
  }

  add(cid: CID, level: TrustLevel, bytes: number): void {
    const key = cid.toString()
    this.#remove(key)
    this.#copies.set(key, { cid, level, bytes, until: this.#clock.monotonic() + PROVIDED_MS })
    this.#take(level, bytes)
    this.#schedule()
  }

  close(): void {
    this.#timer?.clear()
    this.#timer = undefined
    this.#copies.clear()
    this.#taken.clear()
  }

  #schedule(): void {
    const [oldest] = this.#copies.values()
    if (oldest === undefined || this.#timer !== undefined) return
    const wait = Math.max(0, oldest.until - this.#clock.monotonic())
    this.#timer = this.#clock.setTimeout(() => this.#dropEnded(), wait)
  }

  #dropEnded(): void {
    this.#timer = undefined
    const now = this.#clock.monotonic()
    for (const [key, { cid, until }] of this.#copies) {
      if (until > now) break
      this.#remove(key)
      this.#ended(cid)
    }
    this.#schedule()
  }

  #remove(key: string): void {
    const copy = this.#copies.get(key)
    if (copy === undefined) return
    this.#copies.delete(key)
    this.#take(copy.level, -copy.bytes)
  }

  #takenBy(level: TrustLevel): number {
    return this.#taken.get(level) ?? 0
  }

  #take(level: TrustLevel, bytes: number): void {
    this.#taken.set(level, Math.max(0, this.#takenBy(level) + bytes))
  }
}
