import { Worker } from 'node:worker_threads'
import { createHash } from 'node:crypto'
import { CHUNK_BYTES, HASH_THREAD_FROM_BYTES } from './constants.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { FileHandle } from 'node:fs/promises'

export interface DigestOptions extends AbortOptions {
  /** Called now and then with the bytes that were hashed so far. */
  onBytes?: (bytes: number) => void
}

/** The SHA-256 of a file that may still grow, taken of its first bytes. */
export interface FileHash extends AsyncDisposable {
  /** Bytes up to here are in the file and stay: they may be hashed before anybody asks. */
  advance(length: number): void
  /** SHA-256 of the first `length` bytes; never fewer than before. Rejects if the file has fewer. */
  digest(length: number, options?: DigestOptions): Promise<Uint8Array>
}

/**
 * Hashes a file beside the transfer: it reads what is in the page cache anyway,
 * so that no buffer has to wait for its hash. Large files get a thread, for one
 * core hashes hardly faster than a fast link brings bytes.
 *
 * @param expected - how large the file is or will be, in bytes
 */
export function hashFile(file: FileHandle, expected: number): FileHash {
  return expected < HASH_THREAD_FROM_BYTES ? new InlineHash(file) : new ThreadHash(file)
}

class InlineHash implements FileHash {
  readonly #file: FileHandle
  readonly #hash = createHash('sha256')
  #position = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  advance(): void {
    // small enough to be read when it is asked for
  }

  async digest(length: number, { signal, onBytes }: DigestOptions = {}): Promise<Uint8Array> {
    signal?.throwIfAborted()
    const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, Math.max(1, length - this.#position)))
    while (this.#position < length) {
      signal?.throwIfAborted()
      const wanted = Math.min(buffer.length, length - this.#position)
      const { bytesRead } = await this.#file.read(buffer, 0, wanted, this.#position)
      if (bytesRead === 0) throw new Error(`the file ends after ${this.#position} bytes`)
      this.#hash.update(buffer.subarray(0, bytesRead))
      this.#position += bytesRead
      onBytes?.(this.#position)
    }
    return this.#hash.copy().digest()
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** What the thread answers; see `file-hash-thread.ts`. */
export type HashAnswer = { bytes: number } | { digest: Uint8Array } | { failure: string }

/** What the thread is told: how far it may hash, and whether the digest is wanted when it is there. */
export interface HashOrder {
  length: number
  digest: boolean
}

class ThreadHash implements FileHash {
  readonly #worker: Worker

  constructor(file: FileHandle) {
    const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js'
    const script = new URL(`./file-hash-thread.${extension}`, import.meta.url)
    this.#worker = new Worker(script, { workerData: file.fd })
    // a process that is otherwise done does not wait for a hash; a failure shows when the digest is asked for
    this.#worker.unref()
    this.#worker.on('error', () => {})
  }

  advance(length: number): void {
    this.#order({ length, digest: false })
  }

  async digest(length: number, { signal, onBytes }: DigestOptions = {}): Promise<Uint8Array> {
    signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
    const answered = (answer: HashAnswer): void => {
      if ('digest' in answer) resolve(answer.digest)
      else if ('failure' in answer) reject(new Error(answer.failure))
      else onBytes?.(answer.bytes)
    }
    const ended = (): void => reject(new Error('the hashing thread ended'))
    const aborted = (): void => reject(signal?.reason)
    this.#worker.on('message', answered).once('exit', ended)
    signal?.addEventListener('abort', aborted, { once: true })
    this.#order({ length, digest: true })
    try {
      return await promise
    } finally {
      this.#worker.off('message', answered).off('exit', ended)
      signal?.removeEventListener('abort', aborted)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // before the file is closed: its descriptor may then belong to another
    await this.#worker.terminate()
  }

  #order(order: HashOrder): void {
    this.#worker.postMessage(order)
  }
}
