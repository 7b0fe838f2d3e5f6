import { HANDSHAKE_MS, LINGER_MS } from './constants.ts'
import { DiskFullError, FileProtocolError, HashMismatchError, InboxError } from './errors.ts'
import { Intake } from './intake.ts'
import { signReceipt } from './receipt.ts'
import { isDiskFull } from './refusal-for.ts'
import { answerDeadlineMs, resumableBytes, sameDigest } from './resume.ts'
import { transferError } from './conversation.ts'
import type { AdmittedOffer } from './admission.ts'
import type { Conversation } from './conversation.ts'
import type { Inbox } from './inbox.ts'
import type { PartFile } from './part-file.ts'
import type { SignedReceiptBytes } from './receipt.ts'
import type { Watchdog } from './watchdog.ts'
import type { Connection, PeerId, PrivateKey } from '@libp2p/interface'
import type { Clock } from '@waystone/interface'
import type { Hash } from 'node:crypto'

/** What happens to a file that is being received. */
export type ReceptionEvent =
  | { type: 'progress'; bytes: number }
  | { type: 'received'; name: string; sha256: Uint8Array }
  | { type: 'failed'; error: unknown }

export interface ReceptionContext {
  inbox: Inbox
  self: PeerId
  privateKey: PrivateKey
  clock: Clock
  onBytes(count: number): void
  onEvent(event: ReceptionEvent, offer: AdmittedOffer, connection: Connection): void
  /** Removes parts nobody came back for. */
  tidy(): Promise<void>
}

export interface ReceptionInit {
  conversation: Conversation
  connection: Connection
  offer: AdmittedOffer
  key: string
  watchdog: Watchdog
}

/** An admitted offer, from the part file to the receipt. */
export class Reception {
  readonly #context: ReceptionContext
  readonly #init: ReceptionInit

  constructor(context: ReceptionContext, init: ReceptionInit) {
    this.#context = context
    this.#init = init
  }

  async run(): Promise<SignedReceiptBytes> {
    try {
      return await this.#receive()
    } catch (error) {
      const named = this.#named(error)
      this.#event({ type: 'failed', error: named })
      throw named
    }
  }

  async #receive(): Promise<SignedReceiptBytes> {
    const { key, offer } = this.#init
    await this.#context.tidy()
    const part = await this.#context.inbox.openPart(key)
    let digest: Uint8Array
    try {
      await this.#checkSpace(part)
      const hash = await this.#agree(part)
      await this.#takeBytes(part, hash)
      digest = await this.#complete(part, hash)
    } finally {
      await part.close()
    }
    const name = await this.#context.inbox.deliver(key, offer.name)
    this.#event({ type: 'received', name, sha256: digest })
    return this.#sendReceipt(name, digest)
  }

  async #checkSpace(part: PartFile): Promise<void> {
    const { inbox } = this.#context
    if (part.length > this.#init.offer.size) await part.cut(resumableBytes(part.length, this.#init.offer.size))
    if ((await inbox.freeBytes()) < this.#init.offer.size - part.length) throw new DiskFullError(inbox.folder)
  }

  /** Tells what is held and hears where to begin; the hash has then seen what stays. */
  async #agree(part: PartFile): Promise<Hash> {
    const { conversation, watchdog, offer } = this.#init
    watchdog.progress()
    const hash = await part.hash(() => {
      watchdog.signal.throwIfAborted()
      watchdog.progress()
    })
    const offset = BigInt(part.length)
    const prefixSha256 = part.length === 0 ? new Uint8Array(0) : hash.copy().digest()
    watchdog.expect(HANDSHAKE_MS)
    await conversation.write({ case: 'accept', value: { offset, prefixSha256 } }, watchdog)
    watchdog.expect(answerDeadlineMs(offer.size))
    const begin = (await conversation.read(['begin'], watchdog)).value
    if (begin.offset === offset) return hash
    if (begin.offset !== 0n) throw new FileProtocolError('The sender begins at another place than was agreed')
    await part.cut(0)
    return part.hash()
  }

  async #takeBytes(part: PartFile, hash: Hash): Promise<void> {
    const { conversation, watchdog, offer } = this.#init
    watchdog.progress()
    this.#event({ type: 'progress', bytes: part.length })
    using intake = new Intake(conversation.pauseFrames(), offer.size - part.length, () => watchdog.progress())
    for (let data = await this.#take(intake); data !== undefined; data = await this.#take(intake)) {
      const written = part.append(data)
      // hashed while the disk works
      hash.update(data)
      await written
      watchdog.progress()
      this.#context.onBytes(data.length)
      intake.release(data)
      this.#event({ type: 'progress', bytes: part.length })
    }
  }

  async #take(intake: Intake): Promise<Uint8Array | undefined> {
    const { signal } = this.#init.watchdog
    try {
      return await intake.take({ signal })
    } catch (error) {
      throw transferError(error, signal)
    }
  }

  async #complete(part: PartFile, hash: Hash): Promise<Uint8Array> {
    const { conversation, watchdog, key, offer } = this.#init
    const { sha256 } = (await conversation.read(['complete'], watchdog)).value
    const digest = hash.digest()
    if (sameDigest(digest, sha256)) {
      watchdog.expect(answerDeadlineMs(offer.size))
      await part.sync()
      return digest
    }
    await this.#context.inbox.removePart(key)
    throw new HashMismatchError()
  }

  async #sendReceipt(name: string, sha256: Uint8Array): Promise<SignedReceiptBytes> {
    const { conversation, connection, offer, watchdog } = this.#init
    const { self, clock, privateKey } = this.#context
    const parties = { sender: connection.remotePeer, receiver: self }
    const facts = { ...parties, transferId: offer.transferId, name, size: offer.size, sha256, receivedAt: clock.now() }
    const receipt = await signReceipt(facts, privateKey)
    watchdog.expect(LINGER_MS)
    // the file is there whether or not this arrives: the sender asks again
    await conversation.write({ case: 'receipt', value: receipt }, watchdog).catch(() => undefined)
    return receipt
  }

  #event(event: ReceptionEvent): void {
    this.#context.onEvent(event, this.#init.offer, this.#init.connection)
  }

  #named(error: unknown): unknown {
    const { folder } = this.#context.inbox
    if (isDiskFull(error)) return new DiskFullError(folder, error)
    return error instanceof Error && 'syscall' in error ? new InboxError(folder, error) : error
  }
}
