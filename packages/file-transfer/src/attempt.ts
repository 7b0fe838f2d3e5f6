import { sendAll } from '@waystone/kit'
import { Uint8ArrayList } from 'uint8arraylist'
import { Conversation, transferError } from './conversation.ts'
import { FileChangedError, FileProtocolError } from './errors.ts'
import { verifyReceipt } from './receipt.ts'
import { refusedError } from './refusal.ts'
import { answerDeadlineMs, sameDigest } from './resume.ts'
import { HANDSHAKE_MS } from './constants.ts'
import type { SignedReceiptBytes } from './receipt.ts'
import type { FileHash } from './file-hash.ts'
import type { SourceFile } from './source-file.ts'
import type { Watchdog } from './watchdog.ts'
import type { PeerId, Stream } from '@libp2p/interface'
import type { Accept, Receipt, Refuse } from '@waystone/wire/file-transfer'

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
    await using hash = file.startHash()
    if (answer.case === 'receipt') return await this.#verify(answer.value, await this.#digest(hash, file.identity.size))
    return await this.#deliver(answer.value, hash)
  }

  async #offer(): Promise<void> {
    const { file, session, watchdog } = this.#init
    const { name, size, modifiedAt } = file.identity
    this.#init.onProgress('offering', 0)
    watchdog.expect(HANDSHAKE_MS)
    const offer = { transferId: file.transferId, session, name, size: BigInt(size), modifiedAt: BigInt(modifiedAt) }
    await this.#conversation.write({ case: 'offer', value: offer }, watchdog)
  }

  async #deliver(accept: Accept, hash: FileHash): Promise<Delivery> {
    const { watchdog, file } = this.#init
    const { size } = file.identity
    const offset = await this.#agree(accept, hash)
    hash.advance(size)
    watchdog.expect(HANDSHAKE_MS)
    await this.#conversation.write({ case: 'begin', value: { offset: BigInt(offset) } }, watchdog)
    // read all along: a full disk over there ends the transfer at once
    const answer = this.#conversation.read(['receipt', 'refuse'], watchdog)
    answer.then(message => message.case === 'refuse' && this.#refused(message.value), watchdog.abort.bind(watchdog))
    await this.#sendBytes(offset)
    await file.checkUnchanged()
    this.#init.onProgress('confirming', size)
    watchdog.expect(answerDeadlineMs(size))
    const sha256 = await this.#digest(hash, size)
    await this.#conversation.write({ case: 'complete', value: { sha256 } }, watchdog)
    const message = await answer
    if (message.case === 'refuse') throw refusedError(message.value)
    return await this.#verify(message.value, sha256)
  }

  #refused(refuse: Refuse): void {
    this.#init.watchdog.abort(refusedError(refuse))
  }

  /** Where to begin: behind what the receiver holds, if that is how this file begins. */
  async #agree(accept: Accept, hash: FileHash): Promise<number> {
    const { size } = this.#init.file.identity
    if (accept.offset > BigInt(size)) throw new FileProtocolError('The receiver holds more bytes than the file has')
    const offset = Number(accept.offset)
    if (offset === 0) return 0
    const onBytes = (bytes: number): void => this.#init.onProgress('hashing', bytes)
    return sameDigest(await this.#digest(hash, offset, onBytes), accept.prefixSha256) ? offset : 0
  }

  async #digest(hash: FileHash, length: number, onBytes?: (bytes: number) => void): Promise<Uint8Array> {
    const { watchdog } = this.#init
    watchdog.expect(answerDeadlineMs(length))
    try {
      const { signal } = watchdog
      return await hash.digest(length, onBytes === undefined ? { signal } : { signal, onBytes })
    } catch (error) {
      watchdog.signal.throwIfAborted()
      throw new FileChangedError(this.#init.file.path, error)
    }
  }

  async #sendBytes(offset: number): Promise<void> {
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

  async #verify(signed: SignedReceiptBytes, sha256: Uint8Array): Promise<Delivery> {
    const { file, sender, receiver } = this.#init
    const { size } = file.identity
    const receipt = await verifyReceipt(signed, { transferId: file.transferId, size, sha256, sender, receiver })
    return { receipt, signed, sha256 }
  }
}
