import { createDeadline } from '@waystone/kit'
import { differingParts } from './digests.ts'
import { SyncPartnerInvalidError } from './errors.ts'
import { DIGEST_MS, FETCH_BATCH, FETCH_LANES, MAX_NAMES, MAX_WITHHELD, ROUND_MS } from './constants.ts'
import { Lanes } from './lanes.ts'
import { joinHashes, unpackNames } from './names.ts'
import type { Client } from '@connectrpc/connect'
import type { Clock } from '@waystone/interface'
import type { RegistrySyncService } from '@waystone/wire/registry'
import type { RegistryStore } from '../contract.ts'
import type { Settled } from './digests.ts'
import type { Intake } from './intake.ts'
import type { ListedName } from './names.ts'
import type { Unwanted } from './unwanted.ts'

export interface RoundInit {
  partner: Client<typeof RegistrySyncService>
  store: Pick<RegistryStore, 'digests' | 'holds'>
  intake: Pick<Intake, 'take'>
  unwanted: Pick<Unwanted, 'has'>
  /** What came of the last round with this partner. */
  settled?: Settled | undefined
  clock: Clock
  /** Default: far more than a registry holds. */
  maxNames?: number
}

export interface RoundResult {
  /** Records that came, and were not here. */
  taken: number
  /** Records that were asked for. */
  asked: number
  /** What need not be looked at again while nothing changes; absent if something is left to be done. */
  settled?: Settled
}

/** Compares this registry with that of a partner once, and takes what is newer there. */
export class Round {
  readonly #init: RoundInit
  readonly #lanes = new Lanes(FETCH_LANES)
  /** Ends all calls of the round with its first failure, whichever of them meets it. */
  readonly #ending = new AbortController()
  #asked = 0
  #came = 0
  #taken = 0

  constructor(init: RoundInit) {
    this.#init = init
  }

  /**
   * Everything that came by then is kept, however it ends.
   *
   * @throws SyncPartnerInvalidError - the partner sent what no registry sends
   * @throws ConnectError, DeadlineExceededError, and the reason of the signal
   */
  async run({ signal }: { signal: AbortSignal }): Promise<RoundResult> {
    using deadline = createDeadline({ ms: ROUND_MS, what: 'comparing registries', signal, clock: this.#init.clock })
    const end = (): void => this.#ending.abort(deadline.signal.reason)
    deadline.signal.addEventListener('abort', end, { once: true })
    if (deadline.signal.aborted) end()
    try {
      return await this.#compare(this.#ending.signal)
    } catch (error) {
      this.#ending.abort(error)
      throw this.#ending.signal.reason
    }
  }

  async #compare(signal: AbortSignal): Promise<RoundResult> {
    const { store, settled } = this.#init
    const theirs = await this.#digests(signal)
    const parts = differingParts(store.digests(), theirs, settled)
    if (parts.length > 0) await this.#takeParts(parts, signal)
    const counts = { taken: this.#taken, asked: this.#asked }
    return this.#came < this.#asked ? counts : { ...counts, settled: { mine: store.digests().slice(), theirs } }
  }

  async #digests(signal: AbortSignal): Promise<Uint8Array> {
    const what = 'the digest of another registry'
    using deadline = createDeadline({ ms: DIGEST_MS, what, signal, clock: this.#init.clock })
    try {
      const { digests } = await this.#init.partner.getDigest({}, { signal: deadline.signal })
      return digests
    } finally {
      // says more than that the call was cancelled
      deadline.signal.throwIfAborted()
    }
  }

  async #takeParts(parts: number[], signal: AbortSignal): Promise<void> {
    let missing: ListedName[] = []
    let listed = 0
    const { maxNames = MAX_NAMES } = this.#init
    for await (const { names: bytes } of this.#init.partner.listRecords({ parts }, { signal })) {
      const names = unpackNames(bytes)
      listed += names.length
      if (listed > maxNames) throw new SyncPartnerInvalidError(`it lists more than ${maxNames} records`)
      missing.push(...names.filter(name => this.#isMissing(name)))
      for (; missing.length >= FETCH_BATCH; missing = missing.slice(FETCH_BATCH)) {
        await this.#fetchNext(missing.slice(0, FETCH_BATCH), signal)
      }
    }
    if (missing.length > 0) await this.#fetchNext(missing, signal)
    await this.#lanes.end()
    this.#checkWithheld()
  }

  #isMissing(name: ListedName): boolean {
    return !this.#init.store.holds(name.hash, name.sequence) && !this.#init.unwanted.has(name)
  }

  async #fetchNext(names: ListedName[], signal: AbortSignal): Promise<void> {
    await this.#lanes.begin(async () => {
      try {
        await this.#fetch(names, signal)
      } catch (error) {
        this.#ending.abort(error)
        throw error
      }
    })
  }

  async #fetch(names: ListedName[], signal: AbortSignal): Promise<void> {
    this.#asked += names.length
    let came = 0
    for await (const { records } of this.#init.partner.getRecords({ names: joinHashes(names) }, { signal })) {
      came += records.length
      if (came > names.length) throw new SyncPartnerInvalidError('it sends more records than were asked for')
      const { taken } = await this.#init.intake.take(records, { signal })
      this.#taken += taken
    }
    this.#came += came
  }

  #checkWithheld(): void {
    const withheld = this.#asked - this.#came
    if (withheld > MAX_WITHHELD && withheld > this.#asked / 2) {
      throw new SyncPartnerInvalidError(`it lists records and gives ${this.#came} of ${this.#asked}`)
    }
  }
}
