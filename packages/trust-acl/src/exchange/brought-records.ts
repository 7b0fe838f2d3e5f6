import { BROUGHT_AT_ONCE } from './constants.ts'
import { FetchPlaces } from './fetch-places.ts'
import { PutRecordDeniedError } from '../ipns/errors.ts'
import { verifyRecord } from '../ipns/record.ts'
import type { PeerCaller } from '@waystone/rpc'
import type { TrustEntry } from '../contract.ts'
import type { Carrier } from '../ipns/carrier.ts'
import type { EntryFetch } from '../ipns/entry-fetch.ts'
import type { IpnsName } from '../ipns/name.ts'
import type { IpnsBasics, TrustFileEntries } from '../ipns/parts.ts'
import type { SignedIpnsRecord } from '../ipns/record.ts'
import type { RecordStore } from '../ipns/record-store.ts'

export interface BroughtRecordsInit extends IpnsBasics {
  entries: TrustFileEntries
  records: RecordStore
  carrier: Pick<Carrier, 'carry'>
  fetching: Pick<EntryFetch, 'take'>
}

interface Brought {
  name: IpnsName
  record: Uint8Array
}

interface Bringing {
  caller: PeerCaller
  brought: Brought
  signal: AbortSignal
}

/**
 * Records that peers bring. One of an entry of this node is taken from anybody:
 * it proves itself, and is what the node would fetch. Others are carried for
 * those who have the function.
 */
export class BroughtRecords {
  readonly #init: BroughtRecordsInit
  /** By entry and peer: their files are being fetched. */
  readonly #fetching = new Set<string>()
  readonly #places = new FetchPlaces(BROUGHT_AT_ONCE)

  constructor(init: BroughtRecordsInit) {
    this.#init = init
  }

  /**
   * Resolves when the record is taken; its file is fetched after that.
   *
   * @param signal - ends the fetch of the file
   * @throws PutRecordDeniedError, RecordQuotaError, and what is wrong with the record
   */
  async take(caller: PeerCaller, brought: Brought, signal: AbortSignal): Promise<void> {
    const entry = this.#entry(brought.name)
    const mayCarry = this.#mayCarry(caller, entry !== undefined)
    if (mayCarry) await this.#init.carrier.carry({ by: caller.peer, ...brought }, signal)
    if (entry !== undefined) await this.#update(entry, { caller, brought, signal })
  }

  #entry({ text }: IpnsName): TrustEntry | undefined {
    const entry = this.#init.entries.entry(text)
    return entry?.kind === 'file' && entry.status.state !== 'expired' ? entry : undefined
  }

  /** A denial that changes nothing is told to nobody. @throws PutRecordDeniedError */
  #mayCarry(caller: PeerCaller, isEntry: boolean): boolean {
    const { entries } = this.#init
    const subject = { peer: caller.peer, address: caller.remoteAddress }
    if (isEntry) return entries.explain(subject, 'redistribute-ipns').allow
    const { allow, reason } = entries.decide(subject, 'redistribute-ipns')
    if (!allow) throw new PutRecordDeniedError(reason, { hint: 'this node does not follow the name either' })
    return true
  }

  async #update(entry: TrustEntry, bringing: Bringing): Promise<void> {
    const { records, entries, clock } = this.#init
    const { name, record } = bringing.brought
    const newest = await records.offer(await verifyRecord(name, record, clock.now()))
    // what is in use already is no news
    if (!isSame(newest.record, entries.fileOf(entry.pubkey)?.record)) void this.#fetch(entry, newest, bringing)
  }

  /** The record is kept in any case: whoever looks for its file later finds it. */
  async #fetch(entry: TrustEntry, newest: SignedIpnsRecord, bringing: Bringing): Promise<void> {
    const key = `${entry.pubkey}/${bringing.caller.peer.toString()}`
    const leave = this.#fetching.has(key) ? undefined : this.#places.take(bringing.caller)
    if (leave === undefined) return
    this.#fetching.add(key)
    const done = await this.#use(entry, newest, bringing)
    leave()
    this.#fetching.delete(key)
    // the next one may have come meanwhile
    const held = done ? await this.#init.records.held(newest.name).catch(() => undefined) : undefined
    if (held !== undefined && !isSame(held.record, newest.record)) await this.#fetch(entry, held, bringing)
  }

  /** @returns whether it is in use; never rejects */
  async #use(entry: TrustEntry, record: SignedIpnsRecord, { caller: { peer }, signal }: Bringing): Promise<boolean> {
    try {
      await this.#init.fetching.take(entry, record, { signal, from: peer })
      return true
    } catch (error) {
      if (!signal.aborted) this.#init.log('what %p brought of %s is not in use yet - %e', peer, entry.label, error)
      return false
    }
  }
}

function isSame(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return a.length === b?.length && a.every((byte, index) => byte === b[index])
}
