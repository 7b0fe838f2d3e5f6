import { createHash } from 'node:crypto'
import { LEASE_PARTS } from '../constants.ts'
import { ownLabel } from './own-label.ts'
import {
  FIND_TABLE,
  FREE_SLOTS,
  HOLDERS,
  KEEPER,
  MAKE_TABLE,
  NUMBER_KEEPER,
  RELEASE,
  RENEW,
  TAKE
} from './postgres-queries.ts'
import { PostgresSession } from './postgres-session.ts'
import type { Random } from '@waystone/interface'
import type { AcquireOptions, Claim, KeeperInit, LeaseKeeper, SlotHolder } from '../contract.ts'

const HOLDER_BYTES = 16

export interface PostgresKeeperInit extends KeeperInit {
  /** With a password, if it needs one; never shown. */
  url: string
  random: Random
}

type Options = { signal: AbortSignal }

/**
 * Leases in a PostgreSQL database. A holder has an advisory lock of a session of its own, which the server ends when
 * nothing is heard of it, and a row that says until when the slot is its own by the clock of the database. Whoever
 * wants the slot needs both: a session that breaks early, as when the database starts again, frees nothing before the
 * holder has noticed.
 */
export class PostgresKeeper implements LeaseKeeper {
  readonly what = 'PostgreSQL'
  readonly #init: PostgresKeeperInit
  readonly #session: PostgresSession
  readonly #holder: string
  readonly #freeMs: number
  #hasTable = false
  #number: bigint | undefined
  /** In which session the lock was got. */
  #lockedIn: number | undefined

  constructor(init: PostgresKeeperInit) {
    this.#init = init
    const { url, durationMs, random } = init
    this.#freeMs = Math.ceil(durationMs * LEASE_PARTS.free)
    const queryMs = Math.ceil(durationMs * (LEASE_PARTS.giveUp - LEASE_PARTS.renew))
    this.#session = new PostgresSession({ url, idleMs: this.#freeMs, queryMs })
    this.#holder = Buffer.from(random.bytes(HOLDER_BYTES)).toString('hex')
  }

  async acquire(size: number, { only, ...options }: AcquireOptions): Promise<Claim | undefined> {
    await this.#needTable(options)
    this.#number ??= await this.#numberOf(options)
    const free = await this.#session.query(FREE_SLOTS, [this.#init.pool, size], options)
    for (const { slot } of free) {
      if (only?.has(Number(slot)) === false) continue
      const claim = await this.#take(Number(slot), options)
      if (claim !== undefined) return claim
    }
    return undefined
  }

  async holders(options: Options): Promise<SlotHolder[]> {
    await this.#needTable(options)
    const rows = await this.#session.query(HOLDERS, [this.#init.pool], options)
    return rows.map(({ slot, fence, holder, label, renewed }) => ({
      slot: Number(slot),
      fence: BigInt(String(fence)),
      renewedAt: Number(renewed),
      ...(holder !== null && { holder: String(label) })
    }))
  }

  async close(): Promise<void> {
    this.#session.close()
  }

  async #needTable(options: Options): Promise<void> {
    if (this.#hasTable) return
    const [row] = await this.#session.query(FIND_TABLE, [], options)
    if (row?.['found'] === null) await this.#session.query(MAKE_TABLE, [], options)
    this.#hasTable = true
  }

  /** What tells this database from others. */
  async #numberOf(options: Options): Promise<bigint> {
    const find = async (): Promise<bigint> => {
      const [row] = await this.#session.query(KEEPER, [], options)
      return row === undefined ? 0n : BigInt(String(row['fence']))
    }
    const kept = await find()
    if (kept !== 0n) return kept
    const made = Buffer.from(this.#init.random.bytes(4)).readUInt32BE() || 1
    await this.#session.query(NUMBER_KEEPER, [made], options)
    return await find()
  }

  async #take(slot: number, options: Options): Promise<Claim | undefined> {
    if (!(await this.#lock(slot, options))) return undefined
    const { pool } = this.#init
    const [row] = await this.#session.query(TAKE, [pool, slot, this.#holder, this.#freeMs, ownLabel()], options)
    if (row === undefined) {
      await this.#session.query('SELECT pg_advisory_unlock($1, $2)', [...lockKey(pool, slot)], options)
      return undefined
    }
    this.#lockedIn = this.#session.number
    const fence = BigInt(String(row['fence']))
    return {
      slot,
      fence,
      keeper: this.#number ?? 0n,
      renew: signal => this.#renew({ slot, fence }, signal),
      release: async ({ signal = new AbortController().signal } = {}) => {
        await this.#session.query(RELEASE, [pool, slot, this.#holder, fence], { signal })
        this.#session.close()
      }
    }
  }

  async #renew({ slot, fence }: Pick<Claim, 'slot' | 'fence'>, options: Options): Promise<boolean> {
    const values = [this.#init.pool, slot, this.#holder, fence, this.#freeMs]
    const [row] = await this.#session.query(RENEW, values, options)
    // the row alone keeps others away for now; an old session of ours that the server has not missed yet has the lock
    if (row !== undefined && this.#lockedIn !== this.#session.number && (await this.#lock(slot, options)))
      this.#lockedIn = this.#session.number
    return row !== undefined
  }

  async #lock(slot: number, options: Options): Promise<boolean> {
    const key = lockKey(this.#init.pool, slot)
    const [row] = await this.#session.query('SELECT pg_try_advisory_lock($1, $2) AS locked', [...key], options)
    return row?.['locked'] === true
  }
}

/** Advisory locks have two numbers of 32 bits: the pool's and the slot's. */
function lockKey(pool: string, slot: number): [pool: number, slot: number] {
  return [createHash('sha256').update(`waystone pool ${pool}`).digest().readInt32BE(), slot]
}
