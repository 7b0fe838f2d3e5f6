import { fromBinary } from '@bufbuild/protobuf'
import { KeyedTokenBuckets } from '@waystone/kit'
import { nameOf } from '@waystone/kit/error-fields'
import { RegisterRequestSchema } from '@waystone/wire/registry'
import { GOSSIP_MESSAGE_BYTES, REFUSED_NEWS, SYNC_FUNCTION } from './constants.ts'
import { Liars } from './liars.ts'
import { Outbox } from './outbox.ts'
import type { PeerId } from '@libp2p/interface'
import type { SignedRecord } from '@waystone/wire/registry'
import type { Clock, NodeTrust } from '@waystone/interface'
import type { RegistryStore } from '../contract.ts'
import type { GossipHandler, GossipVerdict, RegistryGossip } from './gossip/contract.ts'
import type { Intake } from './intake.ts'

export interface NewsInit {
  gossip: Pick<RegistryGossip, 'publish' | 'handle'>
  store: Pick<RegistryStore, 'onPut'>
  intake: Pick<Intake, 'take' | 'isForeign'>
  trust: Pick<NodeTrust, 'explain'>
  onJoined: (peer: PeerId) => void
  clock: Clock
}

/** Tells other registries what was registered here, and takes what they tell. */
export class News implements GossipHandler {
  readonly #init: NewsInit
  readonly #outbox: Outbox
  readonly #liars: Liars
  /** Messages of what is refused here that are handed on, by who brought them. */
  readonly #refused: KeyedTokenBuckets
  readonly #ends: (() => void)[]

  constructor(init: NewsInit) {
    this.#init = init
    this.#liars = new Liars(init.clock)
    this.#refused = new KeyedTokenBuckets({ ...REFUSED_NEWS, clock: init.clock })
    this.#outbox = new Outbox(init.clock, message => init.gossip.publish(message))
    // what others brought they, or GossipSub, hand on themselves
    const onPut = init.store.onPut(record => {
      if (!init.intake.isForeign(record)) this.#outbox.add(record.signed)
    })
    this.#ends = [onPut, init.gossip.handle(this)]
  }

  close(): void {
    for (const end of this.#ends) end()
    this.#outbox.close()
  }

  onJoined(peer: PeerId): void {
    this.#init.onJoined(peer)
  }

  /**
   * News go on to others; what was known or is of no use does not. What is
   * refused here others may want, as each judges by its own trust: it goes on
   * when it comes for the first time, and not without end, since anybody can
   * sign any number of records.
   */
  async onMessage(from: PeerId, data: Uint8Array): Promise<GossipVerdict> {
    const id = from.toString()
    if (!this.#init.trust.explain({ peer: from }, SYNC_FUNCTION).allow || this.#liars.has(id)) return 'ignore'
    const verdict = await this.#judge(id, data)
    if (verdict === 'reject') this.#liars.lied(id)
    else if (verdict === 'accept') this.#liars.told(id)
    return verdict
  }

  async #judge(id: string, data: Uint8Array): Promise<GossipVerdict> {
    const records = decode(data)
    if (records === undefined) return 'reject'
    try {
      const { taken, unseen } = await this.#init.intake.take(records)
      return taken > 0 || (unseen > 0 && this.#refused.take(id)) ? 'accept' : 'ignore'
    } catch (error) {
      if (nameOf(error) === 'SyncPartnerInvalidError') return 'reject'
      throw error
    }
  }
}

function decode(data: Uint8Array): SignedRecord[] | undefined {
  if (data.length > GOSSIP_MESSAGE_BYTES) return undefined
  try {
    return fromBinary(RegisterRequestSchema, data).records
  } catch {
    return undefined
  }
}
