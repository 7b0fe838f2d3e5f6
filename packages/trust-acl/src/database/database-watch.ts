import { toError } from '@waystone/kit/error-fields'
import { eventsOfAll } from './audit-changes.ts'
import { changesNothing } from './changes-nothing.ts'
import { EndWatch } from './end-watch.ts'
import { stateOf } from './entry.ts'
import { openDatabase } from './open-database.ts'
import { TrustStore } from './store.ts'
import type { Logger } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { Datastore } from 'interface-datastore'
import type { AuditSink } from '../contract.ts'
import type { DatabaseChange, Ended, HeldEntry } from './contract.ts'
import type { OpenDatabaseInit } from './open-database.ts'
import type { TrustDatabase } from './trust-database.ts'

export interface DatabaseWatchInit {
  clock: Clock
  audit: AuditSink | undefined
  log: Logger | undefined
  /** An entry is new or another one than before. */
  learn: (held: HeldEntry) => void
  /** An entry is gone, by its public key. */
  forget: (pubkey: string) => void
  /** Decisions may be others than before. */
  tell: () => void
}

/** Follows a trust database: what is changed in it, and what ends in it by itself. */
export class DatabaseWatch {
  readonly #init: DatabaseWatchInit
  readonly #ends: EndWatch
  #database: TrustDatabase | undefined

  constructor(init: DatabaseWatchInit) {
    this.#init = init
    this.#ends = new EndWatch({
      clock: init.clock,
      onChange: ceased => this.#onTime(ceased),
      onFinal: (held, ended) => this.#makeFinal(held, ended)
    })
  }

  get database(): TrustDatabase {
    if (this.#database === undefined) throw new TypeError('the trust database is not open yet')
    return this.#database
  }

  async open(datastore: Datastore, config: OpenDatabaseInit['config']): Promise<void> {
    const { clock, log } = this.#init
    this.#database = await openDatabase({
      store: new TrustStore(datastore),
      clock,
      config,
      onChange: changes => this.#onChange(changes),
      onFault: fault => log?.error(fault)
    })
    for (const held of this.#database.all()) this.#learn(held)
  }

  async close(): Promise<void> {
    this.#ends.close()
    await this.database.close()
  }

  #learn(held: HeldEntry): void {
    this.#init.learn(held)
    this.#ends.put(held)
  }

  #onChange(changes: readonly DatabaseChange[]): void {
    // taken from the config while it opens
    if (this.#database === undefined) return
    for (const change of changes) this.#follow(change)
    for (const event of eventsOfAll(changes)) this.#init.audit?.add(event)
    const now = this.#init.clock.now()
    if (!changes.every(change => changesNothing(change, now))) this.#init.tell()
  }

  #follow({ before, after }: DatabaseChange): void {
    if (after !== undefined) this.#learn(after)
    else if (before !== undefined) this.#forget(before.entry.pubkey)
  }

  #forget(pubkey: string): void {
    this.#init.forget(pubkey)
    this.#ends.delete(pubkey)
  }

  #onTime(ceased: readonly HeldEntry[]): void {
    const now = this.#init.clock.now()
    for (const held of ceased) {
      const reason = stateOf(held, now) === 'expired' ? 'its trust-lifetime ended' : 'its cache-lifetime ended'
      this.#init.audit?.add({ kind: 'expired', subject: held.entry.label, reason })
    }
    this.#init.tell()
  }

  #makeFinal({ entry: { pubkey, label } }: HeldEntry, ended: Ended): void {
    void this.database
      .end(pubkey, ended)
      .then(held => held !== undefined && this.#learn(held))
      .catch(error => this.#init.log?.error('the end of "%s" could not be stored - %e', label, toError(error)))
  }
}
