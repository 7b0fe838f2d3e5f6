import { closeChecked, closeNow, closeUnused, closeWhenIdle } from '../let-go.ts'
import { TWO_WAYS_MS } from './constants.ts'
import { Refusals } from './refusals.ts'
import type { Logger, PeerId } from '@libp2p/interface'
import type { DialledSeed } from '../contract-sources.ts'
import type { LetGoInit } from '../let-go.ts'
import type { Meeting } from './meeting.ts'

export interface OutcomeInit extends Omit<LetGoInit, 'signal' | 'onClosed'> {
  self: PeerId
  log: Logger
  /** Whether a seed need not stay, as there are enough. */
  isSurplus: (peer: PeerId) => boolean
  /** Whether a seed is to stay although it was dialled only for a check. */
  isWanted: (peer: PeerId) => boolean
  onRefused?: ((refused: DialledSeed) => void) | undefined
}

/** Does what follows from a dial: remembers where a seed is, and sends away who is none. */
export class Outcome {
  readonly #init: OutcomeInit
  readonly #refusals = new Refusals()
  readonly #running = new Set<Promise<void>>()
  readonly #ending = new AbortController()

  constructor(init: OutcomeInit) {
    this.#init = init
  }

  of(meeting: Meeting): void {
    this.#note(meeting)
    this.#run(meeting, meeting.dialled.result === 'admitted' ? this.#keep(meeting) : this.#sendAway(meeting))
  }

  /** Of a dial that was made because the operator wanted to know: it leaves no connection behind that nobody needs. */
  ofCheck(meeting: Meeting): void {
    this.#note(meeting)
    this.#run(meeting, this.#endCheck(meeting))
  }

  #note({ dialled, isOpen }: Meeting): void {
    if (isOpen !== true && (dialled.result === 'not-admitted' || dialled.result === 'wrong-peer')) this.#tell(dialled)
  }

  #run({ dialled }: Meeting, ending: Promise<void>): void {
    const work = ending.catch((error: unknown) =>
      this.#init.log('the end of a dial of %s failed - %e', dialled.address, error)
    )
    this.#running.add(work)
    void work.finally(() => this.#running.delete(work))
  }

  async stop(): Promise<void> {
    this.#ending.abort()
    await Promise.all(this.#running)
  }

  #tell(refused: DialledSeed): void {
    if (!this.#refusals.isNews(refused)) return
    const { address, source, peerId = 'nobody', error } = refused
    this.#init.log('%s, which %s gives, leads to no seed (%s): %s', address, source, peerId, error)
    this.#init.onRefused?.(refused)
  }

  async #keep({ peer, connection, isSpare }: Meeting): Promise<void> {
    const { peerStore, isSurplus, clock } = this.#init
    if (peer === undefined || connection === undefined) return
    await peerStore.merge(peer, { multiaddrs: [connection.remoteAddr] })
    if (isSpare === true || isSurplus(peer)) return await closeUnused(connection, this.#init)
    await clock.sleep(TWO_WAYS_MS, { signal: this.#ending.signal }).catch(() => undefined)
    if (!this.#ending.signal.aborted && this.#isDouble(peer)) await closeUnused(connection, this.#init)
  }

  /** The first of several to one peer stays if it is wanted; the others go at once, before anybody works over them. */
  async #endCheck({ dialled, peer, connection }: Meeting): Promise<void> {
    const { connectionManager, peerStore, isWanted } = this.#init
    if (peer === undefined || connection === undefined) return
    const isSpare = connectionManager
      .getConnections(peer)
      .some(({ id, status, limits }) => id !== connection.id && status === 'open' && limits === undefined)
    const isAdmitted = dialled.result === 'admitted'
    const stays = isAdmitted && !isSpare && isWanted(peer)
    const signal = this.#ending.signal
    const closing = isSpare
      ? closeNow(connection, this.#init)
      : stays || closeChecked(connection, { ...this.#init, signal })
    if (isAdmitted) await peerStore.merge(peer, { multiaddrs: [connection.remoteAddr] })
    await closing
  }

  /** When both sides have dialled in the same moment both keep the same connection: that of the lower id. */
  #isDouble(peer: PeerId): boolean {
    const { self, connectionManager } = this.#init
    const others = connectionManager.getConnections(peer)
    const isDialled = others.some(
      ({ direction, status, limits }) => direction === 'inbound' && status === 'open' && limits === undefined
    )
    return isDialled && peer.toString() < self.toString()
  }

  /** Connections that were there before, or that others made, stay. */
  async #sendAway({ peer, connection }: Meeting): Promise<void> {
    if (peer === undefined || connection === undefined) return
    await closeWhenIdle(peer, [connection], { ...this.#init, signal: this.#ending.signal })
  }
}
