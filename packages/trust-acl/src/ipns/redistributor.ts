import { backoffDelay } from '@waystone/kit'
import { FIRST_REDISTRIBUTE_MS, NEW_PEER_PAUSE_MS, REDISTRIBUTE_BACKOFF, REDISTRIBUTE_MS } from './constants.ts'
import { parseIpnsName } from './name.ts'
import { isValidAt } from './record.ts'
import type { TrustEntry } from '../contract.ts'
import type { CarriedNames } from './carried.ts'
import type { IpnsBasics, TrustFileEntries } from './parts.ts'
import type { Publisher } from './publisher.ts'
import type { RecordStore } from './record-store.ts'

export interface RedistributorInit extends IpnsBasics {
  entries: TrustFileEntries
  /** Whether the record of an entry is carried for its publisher. */
  mayCarry: (entry: TrustEntry) => boolean
  records: RecordStore
  carried: CarriedNames
  publisher: Pick<Publisher, 'give'>
}

/** Puts records into the network again before it forgets them, so that a name lives on without its publisher. */
export class Redistributor {
  readonly #init: RedistributorInit
  #isUntaken = false
  #wake: (() => void) | undefined

  constructor(init: RedistributorInit) {
    this.#init = init
  }

  /** A record has found nobody: the next peer is offered it at once. */
  noteUntaken(): void {
    this.#isUntaken = true
  }

  /** Whose protocols are known. */
  peerCame(): void {
    if (this.#isUntaken) this.#wake?.()
  }

  /** Resolves when the signal ends; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { random, log } = this.#init
    let failures = 0
    let delay = FIRST_REDISTRIBUTE_MS * (0.5 + 0.5 * random.number())
    while (!signal.aborted) {
      await this.#wait(delay, signal)
      if (signal.aborted) return
      this.#isUntaken = false
      const ok = await this.#round(signal).catch((error: unknown) => {
        log('records are not put again - %e', error)
        return false
      })
      failures = ok ? 0 : failures + 1
      delay = ok
        ? REDISTRIBUTE_MS * (0.9 + 0.1 * random.number())
        : backoffDelay(failures - 1, REDISTRIBUTE_BACKOFF, random.number())
    }
  }

  /** Ends sooner when a peer comes for whom a record waits. */
  async #wait(delay: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#init
    const woken = new AbortController()
    this.#wake = () => woken.abort()
    await clock.sleep(delay, { signal: AbortSignal.any([signal, woken.signal]) }).catch(() => undefined)
    this.#wake = undefined
    // the DHT needs a moment to know the peer
    if (woken.signal.aborted) await clock.sleep(NEW_PEER_PAUSE_MS, { signal }).catch(() => undefined)
  }

  /** One after the other, as each asks many peers. @returns whether somebody took each of them */
  async #round(signal: AbortSignal): Promise<boolean> {
    const { records, publisher, clock } = this.#init
    let ok = true
    for (const text of await this.#names()) {
      if (signal.aborted) return ok
      const record = await records.held(parseIpnsName(text))
      if (record === undefined || !isValidAt(record, clock.now())) continue
      const { published, failures } = await publisher.give(record, { signal })
      ok &&= published.length > 0
      // peers that refused it are asked again after a while, not whenever one more comes
      if (published.length === 0 && failures.length === 0) this.noteUntaken()
    }
    return ok
  }

  async #names(): Promise<Set<string>> {
    const { entries, mayCarry, carried } = this.#init
    const followed = [...entries.entries()].filter(entry => entry.kind === 'file' && mayCarry(entry))
    const others = await carried.all()
    return new Set([...followed.map(({ pubkey }) => pubkey), ...others.map(({ name }) => name)])
  }
}
