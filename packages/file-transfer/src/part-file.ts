import { constants } from 'node:fs'
import { open, unlink } from 'node:fs/promises'
import { toError } from '@waystone/kit/error-fields'
import { FLUSH_EVERY_BYTES } from './constants.ts'
import { hashFile } from './file-hash.ts'
import type { FileHash } from './file-hash.ts'
import type { FileHandle } from 'node:fs/promises'

/** Opens part files as `node:fs/promises` does; tests put faults here. */
export type OpenFile = (path: string, flags: number, mode: number) => Promise<FileHandle>

// a link that somebody put in our place is never followed
const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
const FLAGS = O_RDWR | O_CREAT | (O_NOFOLLOW ?? 0)

/** Only the owner reads what was received. */
const MODE = 0o600

/** The bytes of one transfer so far, in order and without gaps: its length is what arrived. */
export class PartFile {
  readonly path: string
  readonly #file: FileHandle
  #length: number
  #flushed = 0
  #flushing: Promise<undefined> | undefined
  #failure: Error | undefined

  private constructor(path: string, file: FileHandle, length: number) {
    this.path = path
    this.#file = file
    this.#length = length
  }

  static async open(path: string, openFile: OpenFile = open): Promise<PartFile> {
    const file = await openFile(path, FLAGS, MODE)
    const stat = await file.stat()
    if (stat.isFile() && stat.nlink === 1) return new PartFile(path, file, stat.size)
    // delivered, but a crash came before its part name was removed; or not made by us
    await file.close()
    await unlink(path)
    return new PartFile(path, await openFile(path, FLAGS | O_EXCL, MODE), 0)
  }

  /** Bytes held. */
  get length(): number {
    return this.#length
  }

  /** Keeps the first `length` bytes. */
  async cut(length: number): Promise<void> {
    await this.#file.truncate(length)
    this.#length = length
    this.#flushed = Math.min(this.#flushed, length)
  }

  /**
   * The SHA-256 of what is held; dispose of it before the part is closed or cut.
   *
   * @param expected - bytes that the part will have
   */
  startHash(expected: number): FileHash {
    return hashFile(this.#file, expected)
  }

  async append(data: Uint8Array): Promise<void> {
    const { bytesWritten } = await this.#file.write(data, 0, data.length, this.#length)
    this.#length += bytesWritten
    if (this.#length - this.#flushed >= FLUSH_EVERY_BYTES) this.#flush()
    // a short write is how a nearly full disk answers; the next one says why
    if (bytesWritten < data.length) await this.append(data.subarray(bytesWritten))
  }

  /** Resolves when all bytes held are on the disk. */
  async sync(): Promise<void> {
    await this.#flushing
    // the system tells of a failed write once: what a flush heard counts here
    if (this.#failure !== undefined) throw this.#failure
    await this.#file.sync()
  }

  /** Starts to bring what was written to the disk while more arrives. */
  #flush(): void {
    if (this.#flushing !== undefined) return
    this.#flushed = this.#length
    this.#flushing = this.#file
      .datasync()
      .catch((error: unknown) => (this.#failure ??= toError(error)))
      .then(() => (this.#flushing = undefined))
  }

  async close(): Promise<void> {
    await this.#flushing
    await this.#file.close()
  }
}
