import type { PeerId } from '@libp2p/interface'
import type { Inbox } from './inbox.ts'

/** A folder that takes files, for as long as it does. */
export interface Opening {
  inbox: Inbox
  /** In bytes. */
  maxFileSize: number
  allow(peer: PeerId): boolean | Promise<boolean>
  /** Resolved when it takes no more. */
  ended: PromiseWithResolvers<void>
}

/** What takes files now. Whoever asked last is asked first. */
export class Openings {
  #all: readonly Opening[] = []

  get count(): number {
    return this.#all.length
  }

  add(opening: Opening): void {
    this.#all = [opening, ...this.#all]
  }

  remove(opening: Opening): void {
    this.#all = this.#all.filter(other => other !== opening)
    opening.ended.resolve()
  }

  clear(): void {
    for (const opening of this.#all) this.remove(opening)
  }

  /** Whether it still takes files. */
  has(opening: Opening): boolean {
    return this.#all.includes(opening)
  }

  /** The one that takes files of this peer. */
  async for(peer: PeerId): Promise<Opening | undefined> {
    for (const opening of this.#all) {
      // it may end while its rule is asked
      if ((await opening.allow(peer)) && this.has(opening)) return opening
    }
    return undefined
  }
}
