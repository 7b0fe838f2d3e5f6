import { toError } from '@waystone/kit/error-fields'
import { admit } from './admission.ts'
import {
  HANDSHAKE_MS,
  LINGER_MS,
  MAX_OFFER_BUFFER_BYTES,
  MAX_PENDING_OFFERS,
  MAX_STREAM_BUFFER_BYTES,
  STALL_MS
} from './constants.ts'
import { Conversation } from './conversation.ts'
import { TransferBrokenError } from './errors.ts'
import { PendingOffers } from './pending-offers.ts'
import { Reception } from './reception.ts'
import { refusalFor } from './refusal-for.ts'
import { refuseMessage } from './refusal.ts'
import { partKey } from './transfer-id.ts'
import { Watchdog } from './watchdog.ts'
import type { ActiveTransfers } from './active-transfers.ts'
import type { AdmittedOffer } from './admission.ts'
import type { Inbox } from './inbox.ts'
import type { Opening, Openings } from './openings.ts'
import type { ReceptionContext, ReceptionEvent } from './reception.ts'
import type { RecentReceipts } from './recent-receipts.ts'
import type { Refusal } from './refusal.ts'
import type { Connection, PeerId, Stream } from '@libp2p/interface'
import type { Offer } from '@waystone/wire/file-transfer'

export interface HandlerInit extends Omit<ReceptionContext, 'inbox' | 'tidy' | 'onEvent'> {
  openings: Openings
  maxTransfers: number
  maxTransfersPerPeer: number
  active: ActiveTransfers
  receipts: RecentReceipts
  /** Ends everything when the service stops. */
  signal: AbortSignal
  onRefused(peer: PeerId, refusal: Refusal): void
  onEvent(event: ReceptionEvent, offer: AdmittedOffer, from: From): void
  /** Removes parts nobody came back for. */
  tidy(inbox: Inbox): Promise<void>
}

/** Where an inbound file comes from, and where it goes. */
export interface From {
  connection: Connection
  inbox: Inbox
}

interface Parties {
  conversation: Conversation
  connection: Connection
  watchdog: Watchdog
  /** Resolves when the stream has ended. */
  ended: Promise<void>
}

interface Admitted extends Parties {
  key: string
  opening: Opening
}

type Admission = { offer: AdmittedOffer; opening: Opening } | { refusal: Refusal }

/** Inbound streams: from offer to receipt. Nothing is thrown past {@link Handler.handle}. */
export class Handler {
  readonly #init: HandlerInit
  readonly #pending = new PendingOffers(MAX_PENDING_OFFERS)
  readonly #delivered = new Set<Promise<void>>()

  constructor(init: HandlerInit) {
    this.#init = init
  }

  readonly handle = async (stream: Stream, connection: Connection): Promise<void> => {
    stream.maxReadBufferLength = MAX_OFFER_BUFFER_BYTES
    using watchdog = new Watchdog({ stallMs: STALL_MS, clock: this.#init.clock, signal: this.#init.signal })
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    try {
      await this.#serve({ conversation: new Conversation(stream), connection, watchdog, ended })
      await this.#endStream(stream, watchdog)
    } catch (error) {
      stream.abort(toError(error))
    } finally {
      this.#delivered.delete(ended)
      resolve()
    }
  }

  /** Resolves when the senders of files that are complete have their receipts, or had time to take them. */
  async receiptsTaken(): Promise<void> {
    await Promise.all(this.#delivered)
  }

  async #serve(parties: Parties): Promise<void> {
    const { conversation, connection, watchdog } = parties
    try {
      const offer = await this.#readOffer(conversation, connection, watchdog)
      await this.#answer(offer, parties)
    } catch (error) {
      const refusal = refusalFor(error)
      if (refusal === undefined) throw error
      await this.#refuse(conversation, connection, refusal)
    }
  }

  async #readOffer(conversation: Conversation, connection: Connection, watchdog: Watchdog): Promise<Offer> {
    const peer = connection.remotePeer.toString()
    const pending = { peer, abort: (reason: Error) => watchdog.abort(reason) }
    this.#pending.add(pending)
    try {
      watchdog.expect(HANDSHAKE_MS)
      return (await conversation.read(['offer'], watchdog)).value
    } finally {
      this.#pending.remove(pending)
    }
  }

  async #answer(offer: Offer, parties: Parties): Promise<void> {
    const { conversation, connection, watchdog } = parties
    const peer = connection.remotePeer.toString()
    const key = partKey(peer, offer.transferId)
    const session = Buffer.from(offer.session).toString('hex')
    const { openings } = this.#init
    const found = await openings.for(connection.remotePeer)
    if (found !== undefined) await this.#takeOver(key, session)
    // it may have ended while an earlier attempt did
    const opening = found !== undefined && openings.has(found) ? found : undefined
    // from here to the entry in `active` nothing waits: offers that come together count each other
    const admitted = this.#admit(offer, { peer, key, opening })
    if (!('offer' in admitted)) {
      await this.#refuse(conversation, connection, admitted.refusal)
      return
    }
    const { promise: done, resolve } = Promise.withResolvers<void>()
    const transfer = {
      key,
      peer,
      session,
      opening: admitted.opening,
      abort: (reason: Error) => watchdog.abort(reason),
      done
    }
    this.#init.active.add(transfer)
    conversation.stream.maxReadBufferLength = MAX_STREAM_BUFFER_BYTES
    try {
      await this.#receive(admitted.offer, { ...parties, key, session, opening: admitted.opening })
    } finally {
      this.#init.active.remove(transfer)
      resolve()
    }
  }

  #admit(offer: Offer, from: { peer: string; key: string; opening: Opening | undefined }): Admission {
    const { active, maxTransfers, maxTransfersPerPeer } = this.#init
    const { opening } = from
    const admitted = admit(offer, {
      allowed: opening !== undefined,
      maxFileSize: opening?.maxFileSize ?? 0,
      maxTransfers,
      maxTransfersPerPeer,
      active: active.count,
      activeOfPeer: active.countOf(from.peer)
    })
    if ('refusal' in admitted) return admitted
    if (opening !== undefined && active.get(from.key) === undefined) return { ...admitted, opening }
    return { refusal: { reason: 'busy', detail: 'the same file is already on its way' } }
  }

  async #receive(offer: AdmittedOffer, parties: Admitted & { session: string }): Promise<void> {
    const { receipts } = this.#init
    const { conversation, watchdog, key, session } = parties
    const known = receipts.get(key, session)
    if (known === undefined) receipts.add(key, session, await this.#reception(offer, parties).run())
    else await conversation.write({ case: 'receipt', value: known }, watchdog)
  }

  #reception(offer: AdmittedOffer, parties: Admitted): Reception {
    const { inbox } = parties.opening
    const onEvent: ReceptionContext['onEvent'] = (event, admitted, connection) => {
      if (event.type === 'received') this.#delivered.add(parties.ended)
      this.#init.onEvent(event, admitted, { connection, inbox })
    }
    const tidy = async (): Promise<void> => this.#init.tidy(inbox)
    return new Reception({ ...this.#init, inbox, tidy, onEvent }, { ...parties, offer })
  }

  /** Ends an earlier attempt of the same send, which may not know yet that its connection is dead. */
  async #takeOver(key: string, session: string): Promise<void> {
    const { active } = this.#init
    for (let earlier = active.get(key); earlier?.session === session; earlier = active.get(key)) {
      earlier.abort(new TransferBrokenError('a newer attempt took over'))
      await earlier.done
    }
  }

  async #refuse(conversation: Conversation, connection: Connection, refusal: Refusal): Promise<void> {
    this.#init.onRefused(connection.remotePeer, refusal)
    using watchdog = new Watchdog({ stallMs: LINGER_MS, clock: this.#init.clock })
    watchdog.progress()
    await conversation.write(refuseMessage(refusal), watchdog)
  }

  /** The other side closes when it has read the last message; a reset could overtake that. */
  async #endStream(stream: Stream, watchdog: Watchdog): Promise<void> {
    using linger = new Watchdog({ stallMs: LINGER_MS, clock: this.#init.clock, signal: watchdog.signal })
    linger.progress()
    await stream.close(linger)
    await closed(stream, linger.signal)
  }
}

async function closed(stream: Stream, signal: AbortSignal): Promise<void> {
  if (stream.status !== 'open' && stream.status !== 'closing') return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const aborted = (): void => reject(signal.reason)
  const ended = (): void => resolve()
  if (signal.aborted) aborted()
  signal.addEventListener('abort', aborted, { once: true })
  stream.addEventListener('close', ended)
  try {
    await promise
  } finally {
    signal.removeEventListener('abort', aborted)
    stream.removeEventListener('close', ended)
  }
}
