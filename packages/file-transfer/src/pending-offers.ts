import { TransferBrokenError } from './errors.ts'

/** A stream whose offer has not come yet. */
export interface PendingOffer {
  peer: string
  abort(reason: Error): void
}

/**
 * The streams whose offer has not come yet. An honest offer comes right behind
 * its stream, so when there are too many, those that wait longest go; first
 * those of the peer that has the most.
 */
export class PendingOffers {
  readonly #max: number
  // in the order of arrival
  readonly #waiting = new Set<PendingOffer>()

  constructor(max: number) {
    this.#max = max
  }

  add(offer: PendingOffer): void {
    this.#waiting.add(offer)
    if (this.#waiting.size > this.#max) this.#drop()
  }

  remove(offer: PendingOffer): void {
    this.#waiting.delete(offer)
  }

  #drop(): void {
    const byPeer = Map.groupBy(this.#waiting, ({ peer }) => peer)
    const [most] = [...byPeer.values()].toSorted((a, b) => b.length - a.length)
    const [oldest] = most ?? []
    if (oldest === undefined) return
    this.#waiting.delete(oldest)
    oldest.abort(new TransferBrokenError('too many offers at once'))
  }
}
