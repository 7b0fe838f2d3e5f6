import { CALLS_MAY_TAKE_MS } from '../constants.ts'
import { closeDouble } from '../double.ts'
import { closeNow, closeUnused, closeWhenIdle } from '../let-go.ts'
import { Refusals } from './refusals.ts'
import type { Connection, Logger, PeerId } from '@libp2p/interface'
import type { DialledSeed } from '../contract-sources.ts'
import type { LetGoInit } from '../let-go.ts'
import type { Meeting } from './meeting.ts'

export interface OutcomeInit extends Omit<LetGoInit, 'signal' | 'onClosed'> {
  self: PeerId
  /** Not told: who is closed here is still a seed, or never was one. */
  onClosed?: undefined
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
    const { peerStore, isSurplus } = this.#init
    if (peer === undefined || connection === undefined) return
    const { signal } = this.#ending
    await peerStore.merge(peer, { multiaddrs: [connection.remoteAddr] })
    if (isSpare !== true && !isSurplus(peer)) return await closeDouble(connection, { ...this.#init, signal })
    const isNeeded = (): boolean => (isSpare === true ? !this.#hasOther(connection) : !isSurplus(peer))
    await closeUnused(connection, { ...this.#init, signal, isNeeded })
  }

  /** The first of several to one peer stays if it is wanted; the others go at once, before anybody works over them. */
  async #endCheck({ dialled, peer, connection }: Meeting): Promise<void> {
    const { peerStore, isWanted } = this.#init
    if (peer === undefined || connection === undefined) return
    const isSpare = this.#hasOther(connection)
    const isAdmitted = dialled.result === 'admitted'
    const stays = isAdmitted && !isSpare && isWanted(peer)
    const { signal } = this.#ending
    const closing = isSpare
      ? closeNow(connection, this.#init)
      : stays || closeUnused(connection, { ...this.#init, signal, callsMayTakeMs: CALLS_MAY_TAKE_MS })
    if (isAdmitted) await peerStore.merge(peer, { multiaddrs: [connection.remoteAddr] })
    await closing
  }

  /** Whether there is a direct connection to the same peer besides. */
  #hasOther({ id: own, remotePeer }: Connection): boolean {
    const all = this.#init.connectionManager.getConnections(remotePeer)
    return all.some(({ id, status, limits }) => id !== own && status === 'open' && limits === undefined)
  }

  /** Connections that were there before, or that others made, stay. */
  async #sendAway({ peer, connection }: Meeting): Promise<void> {
    if (peer === undefined || connection === undefined) return
    await closeWhenIdle(peer, [connection], { ...this.#init, signal: this.#ending.signal })
  }
}
