import { constants } from 'node:fs'
import { open, unlink } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { CHUNK_BYTES } from './constants.ts'
import type { Hash } from 'node:crypto'
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
  }

  /** A SHA-256 that has seen all bytes held. */
  async hash(onBytes: () => void = () => {}): Promise<Hash> {
    const hash = createHash('sha256')
    const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES)
    for (let position = 0; position < this.#length;) {
      const { bytesRead } = await this.#file.read(buffer, 0, Math.min(buffer.length, this.#length - position), position)
      if (bytesRead === 0) break
      hash.update(buffer.subarray(0, bytesRead))
      position += bytesRead
      onBytes()
    }
    return hash
  }

  async append(data: Uint8Array): Promise<void> {
    const { bytesWritten } = await this.#file.write(data, 0, data.length, this.#length)
    this.#length += bytesWritten
    // a short write is how a nearly full disk answers; the next one says why
    if (bytesWritten < data.length) await this.append(data.subarray(bytesWritten))
  }

  async sync(): Promise<void> {
    await this.#file.sync()
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}
