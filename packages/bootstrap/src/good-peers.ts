import { Key } from 'interface-datastore'
import {
  GOOD_PEER_CAPS,
  GOOD_PEERS_PREFIX,
  MAX_ADDRESS_LENGTH,
  MAX_ADDRESSES,
  MAX_GOOD_PEERS,
  MEETING_MS
} from './constants.ts'
import { decodeRow, encodeRow, placeOf } from './good-peer-row.ts'
import { keepBest } from './rank.ts'
import type { Logger, PeerId } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { Datastore } from 'interface-datastore'
import type { GoodPeerRow } from './good-peer-row.ts'

export interface GoodPeersInit {
  datastore: Datastore
  clock: Clock
  log: Logger
  /** Whether this node lives among private addresses: then they are not counted as one network. */
  private: boolean
}

/** What is known of a peer that was reached. */
export interface Meeting {
  peer: PeerId
  /** Where it was dialled, without the peer id. */
  address: string
  /** Whether it can be asked in the DHT. */
  answers: boolean
}

/** Peers that were good to this node, in memory and in its datastore. */
export class GoodPeerBook {
  readonly #init: GoodPeersInit
  #rows = new Map<string, GoodPeerRow>()
  #saving: Promise<void> = Promise.resolve()

  constructor(init: GoodPeersInit) {
    this.#init = init
  }

  /** Reads what earlier runs knew; what cannot be read is removed. */
  async load(): Promise<void> {
    const now = this.#init.clock.now()
    const [rows, broken]: [GoodPeerRow[], Key[]] = [[], []]
    for await (const { key, value } of this.#init.datastore.query({ prefix: GOOD_PEERS_PREFIX })) {
      const row = decodeRow(key.baseNamespace(), value, now)
      if (row === undefined) broken.push(key)
      else rows.push(row)
    }
    // what this run has learnt already is newer
    this.#keep([...new Map([...rows.map(row => [row.id, row] as const), ...this.#rows]).values()])
    for (const key of broken) this.#write(async store => store.delete(key))
  }

  /** The best first. */
  all(): GoodPeerRow[] {
    return [...this.#rows.values()]
  }

  has(id: string): boolean {
    return this.#rows.has(id)
  }

  met({ peer, address, answers }: Meeting): void {
    if (address.length > MAX_ADDRESS_LENGTH) return
    const [id, now] = [peer.toString(), this.#init.clock.now()]
    const known = this.#rows.get(id)
    const addresses = [...new Set([address, ...(known?.addresses ?? [])])].slice(0, MAX_ADDRESSES)
    const isNewMeeting = known === undefined || now - known.reachedAt >= MEETING_MS
    const meetings = (known?.meetings ?? 0) + Number(isNewMeeting)
    // while the clock is behind: once it is right, this one would be taken for older than those that were not met
    const reachedAt = Math.max(now, known?.reachedAt ?? 0)
    this.#put({ id, peer, addresses, answers, meetings, failures: 0, reachedAt, ...placeOf(addresses) })
  }

  /** It was dialled in vain. */
  failed(id: string): void {
    const row = this.#rows.get(id)
    if (row !== undefined) this.#put({ ...row, failures: row.failures + 1 })
  }

  forget(id: string): void {
    if (!this.#rows.delete(id)) return
    this.#write(async store => store.delete(keyOf(id)))
  }

  /** Ends when everything is written. */
  async saved(): Promise<void> {
    await this.#saving
  }

  #put(row: GoodPeerRow): void {
    this.#rows.set(row.id, row)
    this.#keep([...this.#rows.values()])
    if (this.#rows.has(row.id)) this.#write(async store => store.put(keyOf(row.id), encodeRow(row)))
  }

  #keep(rows: readonly GoodPeerRow[]): void {
    const caps = { ...GOOD_PEER_CAPS, exemptPrivate: this.#init.private }
    const kept = keepBest(rows, { now: this.#init.clock.now(), max: MAX_GOOD_PEERS, caps })
    this.#rows = new Map(kept.map(row => [row.id, row]))
    for (const { id } of rows) if (!this.#rows.has(id)) this.#write(async store => store.delete(keyOf(id)))
  }

  #write(work: (store: Datastore) => Promise<unknown>): void {
    this.#saving = this.#writeAfter(this.#saving, work)
  }

  async #writeAfter(before: Promise<void>, work: (store: Datastore) => Promise<unknown>): Promise<void> {
    const { datastore, log } = this.#init
    await before
    await work(datastore).catch((error: unknown) => log('a good peer is not saved - %e', error))
  }
}

function keyOf(id: string): Key {
  return new Key(`${GOOD_PEERS_PREFIX}/${id}`)
}
