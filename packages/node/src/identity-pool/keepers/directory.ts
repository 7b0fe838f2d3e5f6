import { nextTurn } from '@waystone/kit'
import { nameOf } from '@waystone/kit/error-fields'
import { LEASE_PARTS, RELEASE_AGAIN_MS } from '../constants.ts'
import { hasLeases, numberOf, transact } from './directory-database.ts'
import { tampered } from './lease-file.ts'
import { readLeases } from './lease-rows.ts'
import { ownLabel } from './own-label.ts'
import type { DatabaseSync } from 'node:sqlite'
import type { AbortOptions } from '@libp2p/interface'
import type { Clock, Random } from '@waystone/interface'
import type { Claim, KeeperInit, LeaseKeeper, SlotChoice, SlotHolder } from '../contract.ts'
import type { LeaseRow } from './lease-rows.ts'

const HOLDER_BYTES = 16
/** The sign of life of a holder. */
const BEAT = 'beat = beat + 1, renewed = ?'

export interface DirectoryKeeperInit extends KeeperInit {
  /** Shared by all nodes of the pool; it has to be there. */
  folder: string
  clock: Clock
  random: Random
}

/** What was seen of a lease, and since when by the monotonic clock of this process. */
interface Seen {
  mark: string
  since: number
}

/**
 * Leases in a folder that all nodes of a pool share: a SQLite file under the file locks of the system. A holder counts
 * up its beat; whoever waits calls a lease free once its beat has stood still for as long as the holder said, by the
 * clock of the one that waits. No two clocks are ever compared.
 */
export class DirectoryKeeper implements LeaseKeeper {
  readonly what: string
  readonly #init: DirectoryKeeperInit
  readonly #holder: Uint8Array
  readonly #seen = new Map<number, Seen>()

  constructor(init: DirectoryKeeperInit) {
    this.#init = init
    this.#holder = init.random.bytes(HOLDER_BYTES)
    this.what = `the folder ${init.folder}`
  }

  async acquire(size: number, { only }: SlotChoice = {}): Promise<Claim | undefined> {
    const { folder } = this.#init
    // a call blocks for a moment: what else waits has its turn before the next one
    await nextTurn()
    const claim = transact(folder, { create: true }, db => {
      const rows = this.#rows(db)
      for (let slot = 0; slot < size; slot++) {
        if (only?.has(slot) === false) continue
        const row = rows.get(slot)
        if (this.#isFree(row, slot)) return this.#take(db, slot, (row?.fence ?? 0n) + 1n)
      }
      return undefined
    })
    // the journal of a new file has room for no page yet: now it gets it, or a disk that fills up would end the lease
    if (claim !== undefined) this.#change(BEAT, claim)
    return claim
  }

  async holders(): Promise<SlotHolder[]> {
    if (!hasLeases(this.#init.folder)) return []
    const rows = transact(this.#init.folder, { create: false }, db => this.#rows(db))
    return [...rows.values()].map(({ slot, fence, holder, label, renewed }) => ({
      slot,
      fence,
      renewedAt: renewed,
      ...(holder !== undefined && { holder: label })
    }))
  }

  async close(): Promise<void> {}

  #isFree(row: LeaseRow | undefined, slot: number): boolean {
    if (row?.holder === undefined) return true
    const now = this.#init.clock.monotonic()
    const mark = `${row.holder} ${row.fence} ${row.beat}`
    const seen = this.#seen.get(slot)
    if (seen?.mark === mark) return now - seen.since >= row.freeMs
    this.#seen.set(slot, { mark, since: now })
    return false
  }

  #rows(db: DatabaseSync): Map<number, LeaseRow> {
    const { pool, folder } = this.#init
    return readLeases(db, pool, what => tampered(folder, what))
  }

  #take(db: DatabaseSync, slot: number, fence: bigint): Claim {
    const { pool, clock, random, durationMs } = this.#init
    const freeMs = Math.ceil(durationMs * LEASE_PARTS.free)
    db.prepare('INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, 0, ?, ?, ?)').run(
      pool,
      slot,
      this.#holder,
      fence,
      freeMs,
      ownLabel(),
      Math.round(clock.now())
    )
    return {
      slot,
      fence,
      keeper: numberOf(db, random),
      renew: async () => this.#change(BEAT, { slot, fence }),
      release: async options => await this.#free({ slot, fence }, options)
    }
  }

  /** Who has it now, if it was lost, keeps it. While another process has the lock it is tried again until the signal ends. */
  async #free(claim: Pick<Claim, 'slot' | 'fence'>, { signal }: AbortOptions = {}): Promise<void> {
    for (;;) {
      try {
        this.#change('holder = NULL, renewed = ?', claim)
        return
      } catch (error) {
        if (signal === undefined || nameOf(error) !== 'LeaseKeeperUnreachableError') throw error
        await this.#init.clock.sleep(RELEASE_AGAIN_MS, { signal }).catch(() => {})
        if (signal.aborted) throw error
      }
    }
  }

  /** Whether the lease was ours to change. */
  #change(what: string, { slot, fence }: Pick<Claim, 'slot' | 'fence'>): boolean {
    const { folder, pool, clock } = this.#init
    const sql = `UPDATE leases SET ${what} WHERE pool = ? AND slot = ? AND holder = ? AND fence = ?`
    return transact(folder, { create: false }, db => {
      const { changes } = db.prepare(sql).run(Math.round(clock.now()), pool, slot, this.#holder, fence)
      return Number(changes) === 1
    })
  }
}
