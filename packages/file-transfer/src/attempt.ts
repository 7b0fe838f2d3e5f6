import { sendAll } from '@waystone/kit'
import { Uint8ArrayList } from 'uint8arraylist'
import { Conversation, transferError } from './conversation.ts'
import { FileChangedError, FileProtocolError } from './errors.ts'
import { verifyReceipt } from './receipt.ts'
import { refusedError } from './refusal.ts'
import { answerDeadlineMs, sameDigest } from './resume.ts'
import { HANDSHAKE_MS } from './constants.ts'
import type { SignedReceiptBytes } from './receipt.ts'
import type { SourceFile } from './source-file.ts'
import type { Watchdog } from './watchdog.ts'
import type { PeerId, Stream } from '@libp2p/interface'
import type { Accept, Receipt, Refuse } from '@waystone/wire/file-transfer'
import type { Hash } from 'node:crypto'

export type AttemptPhase = 'offering' | 'hashing' | 'sending' | 'confirming'

export interface AttemptInit {
  stream: Stream
  file: SourceFile
  session: Uint8Array
  sender: PeerId
  receiver: PeerId
  watchdog: Watchdog
  onProgress: (phase: AttemptPhase, bytes: number) => void
}

export interface Delivery {
  receipt: Receipt
  signed: SignedReceiptBytes
  sha256: Uint8Array
}

/** One try to send a file over one stream; resumes what the receiver already holds. */
export class Attempt {
  readonly #init: AttemptInit
  readonly #conversation: Conversation

  constructor(init: AttemptInit) {
    this.#init = init
    this.#conversation = new Conversation(init.stream)
  }

  async run(): Promise<Delivery> {
    const { watchdog, file } = this.#init
    await this.#offer()
    // the receiver hashes what it holds before it answers
    watchdog.expect(answerDeadlineMs(file.identity.size))
    const answer = await this.#conversation.read(['accept', 'refuse', 'receipt'], watchdog)
    if (answer.case === 'refuse') throw refusedError(answer.value)
    if (answer.case === 'receipt') return this.#verify(answer.value, await this.#hash(file.identity.size))
    return this.#deliver(answer.value)
  }

  async #offer(): Promise<void> {
    const { file, session, watchdog } = this.#init
    const { name, size, modifiedAt } = file.identity
    this.#init.onProgress('offering', 0)
    watchdog.expect(HANDSHAKE_MS)
    const offer = { transferId: file.transferId, session, name, size: BigInt(size), modifiedAt: BigInt(modifiedAt) }
    await this.#conversation.write({ case: 'offer', value: offer }, watchdog)
  }

  async #deliver(accept: Accept): Promise<Delivery> {
    const { watchdog, file } = this.#init
    const { offset, hash } = await this.#agree(accept)
    watchdog.expect(HANDSHAKE_MS)
    await this.#conversation.write({ case: 'begin', value: { offset: BigInt(offset) } }, watchdog)
    // read all along: a full disk over there ends the transfer at once
    const answer = this.#conversation.read(['receipt', 'refuse'], watchdog)
    answer.then(message => message.case === 'refuse' && this.#refused(message.value), watchdog.abort.bind(watchdog))
    await this.#sendBytes(offset, hash)
    await file.checkUnchanged()
    this.#init.onProgress('confirming', file.identity.size)
    watchdog.expect(answerDeadlineMs(file.identity.size))
    await this.#conversation.write({ case: 'complete', value: { sha256: hash.copy().digest() } }, watchdog)
    const message = await answer
    if (message.case === 'refuse') throw refusedError(message.value)
    return this.#verify(message.value, hash)
  }

  #refused(refuse: Refuse): void {
    this.#init.watchdog.abort(refusedError(refuse))
  }

  /** Where to begin, and a hash that has seen everything before. */
  async #agree(accept: Accept): Promise<{ offset: number; hash: Hash }> {
    const { size } = this.#init.file.identity
    if (accept.offset > BigInt(size)) throw new FileProtocolError('The receiver holds more bytes than the file has')
    const offset = Number(accept.offset)
    const hash = await this.#hash(offset)
    if (offset === 0 || sameDigest(hash.copy().digest(), accept.prefixSha256)) return { offset, hash }
    return { offset: 0, hash: await this.#hash(0) }
  }

  async #hash(length: number): Promise<Hash> {
    const { file, watchdog, onProgress } = this.#init
    watchdog.progress()
    return file.hash(length, {
      signal: watchdog.signal,
      onBytes: bytes => {
        watchdog.progress()
        onProgress('hashing', bytes)
      }
    })
  }

  async #sendBytes(offset: number, hash: Hash): Promise<void> {
    const { stream, file, watchdog, onProgress } = this.#init
    const { signal } = watchdog
    let handed = offset
    // over a slow path one chunk leaves in many pieces
    const moved = (): void => {
      watchdog.progress()
      onProgress('sending', handed - stream.writeBufferLength)
    }
    stream.addEventListener('drain', moved)
    try {
      moved()
      for await (const chunk of file.chunks(offset, file.identity.size, { signal })) {
        hash.update(chunk)
        handed += chunk.length
        await sendAll(stream, new Uint8ArrayList(chunk), { signal })
        moved()
      }
    } catch (error) {
      throw error instanceof FileChangedError ? error : transferError(error, signal)
    } finally {
      stream.removeEventListener('drain', moved)
    }
  }

  async #verify(signed: SignedReceiptBytes, hash: Hash): Promise<Delivery> {
    const { file, sender, receiver } = this.#init
    const sha256 = hash.digest()
    const { size } = file.identity
    const receipt = await verifyReceipt(signed, { transferId: file.transferId, size, sha256, sender, receiver })
    return { receipt, signed, sha256 }
  }
}
