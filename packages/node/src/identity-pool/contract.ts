import type { AbortOptions } from '@libp2p/interface'

/** A slot that was taken, as its keeper sees it. */
export interface Claim {
  readonly slot: number
  /** Higher with each holder of the slot. */
  readonly fence: bigint
  /** A number of whoever counts the fences, which no other keeper has; absent where nobody counts. */
  readonly keeper?: bigint
  /**
   * Tells the keeper that the holder is alive; absent where nobody has to be told.
   *
   * @returns false if the slot is somebody else's by now
   * @throws PoolFolderError, LeaseKeeperUnreachableError, LeaseKeeperRefusedError - the keeper could not be told
   */
  renew?(options: { signal: AbortSignal }): Promise<boolean>
  /** Frees the slot at once. Throws as {@link Claim.renew}. */
  release(options?: AbortOptions): Promise<void>
}

/** Who has a slot, as far as the keeper knows. */
export interface SlotHolder {
  readonly slot: number
  readonly fence: bigint
  /** Host and process of the holder, in its own words. Absent if nobody has the slot. */
  readonly holder?: string
  /** Of the last renewal, in milliseconds since the Unix epoch, by the clock of the holder or of the keeper. */
  readonly renewedAt: number
}

export interface SlotChoice {
  readonly only?: ReadonlySet<number> | undefined
}

export interface AcquireOptions extends SlotChoice {
  readonly signal: AbortSignal
}

/** Says which slot of a pool is free, and gives none to two at once. */
export interface LeaseKeeper {
  /** What the log calls it; holds no secret. */
  readonly what: string
  /**
   * Takes a free slot.
   *
   * @param size - how many slots the pool has
   * @param options - `only` says which of them this node may take; default: all
   * @returns nothing if none is free now: ask again a little later, of the same keeper
   * @throws PoolFolderError, LeaseKeeperRefusedError, PoolOrdinalError, NoListedSlotError
   * @throws LeaseKeeperUnreachableError - try again later
   */
  acquire(size: number, options: AcquireOptions): Promise<Claim | undefined>
  /** Every slot that was ever taken. Throws as {@link LeaseKeeper.acquire}. */
  holders(options: { signal: AbortSignal }): Promise<SlotHolder[]>
  /** Lets go of connections; slots stay with their holders. */
  close(): Promise<void>
}

/** What every keeper needs to know. */
export interface KeeperInit {
  /** Tells pools apart that share a keeper: the id of the first slot. */
  readonly pool: string
  /** Of a lease, in milliseconds. */
  readonly durationMs: number
}
