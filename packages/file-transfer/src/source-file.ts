import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { CHUNK_BYTES } from './constants.ts'
import { FileChangedError, FileUnreadableError } from './errors.ts'
import { transferIdOf } from './transfer-id.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { FileIdentity } from './transfer-id.ts'
import type { Hash } from 'node:crypto'
import type { Stats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'

/** A file that is being sent: opened once, so that it stays the same one if its name moves. */
export class SourceFile implements AsyncDisposable {
  readonly path: string
  readonly identity: FileIdentity
  readonly transferId: Uint8Array
  readonly #file: FileHandle

  private constructor(path: string, file: FileHandle, identity: FileIdentity) {
    this.path = path
    this.#file = file
    this.identity = identity
    this.transferId = transferIdOf(identity)
  }

  /** @throws FileUnreadableError */
  static async open(path: string, name = basename(path)): Promise<SourceFile> {
    let file: FileHandle | undefined
    try {
      // opening alone can do something to a device
      refuseSpecial(await stat(path))
      // the name may be another file's by now: opening a pipe would wait for a writer
      file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
      const { size, mtimeMs } = refuseSpecial(await file.stat())
      return new SourceFile(path, file, { name, size, modifiedAt: Math.floor(mtimeMs) })
    } catch (error) {
      await file?.close()
      throw new FileUnreadableError(path, error)
    }
  }

  /**
   * The bytes from `start` to `end` in new buffers; while one is used the next
   * is read.
   *
   * @throws FileChangedError - the file has become shorter
   */
  async *chunks(start: number, end: number, options: AbortOptions = {}): AsyncGenerator<Uint8Array> {
    let position = start
    let next = this.#read(position, end)
    try {
      while (position < end) {
        options.signal?.throwIfAborted()
        const chunk = await next
        if (chunk.length === 0) throw new FileChangedError(this.path)
        position += chunk.length
        next = this.#read(position, end)
        yield chunk
      }
    } finally {
      // left early: the read that is under way has nobody to tell
      await next.catch(() => undefined)
    }
  }

  /** A SHA-256 that has seen the first `length` bytes. */
  async hash(length: number, options: AbortOptions & { onBytes?: (bytes: number) => void } = {}): Promise<Hash> {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const chunk of this.chunks(0, length, options)) {
      hash.update(chunk)
      bytes += chunk.length
      options.onBytes?.(bytes)
    }
    return hash
  }

  /** @throws FileChangedError - the file was written to since it was opened */
  async checkUnchanged(): Promise<void> {
    const { size, mtimeMs } = await this.#file.stat()
    const same = size === this.identity.size && Math.floor(mtimeMs) === this.identity.modifiedAt
    if (!same) throw new FileChangedError(this.path)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close()
  }

  async #read(position: number, end: number): Promise<Uint8Array> {
    const length = Math.min(CHUNK_BYTES, end - position)
    if (length <= 0) return new Uint8Array(0)
    // never used again by us: the stream keeps it until the bytes have left the process
    const buffer = Buffer.allocUnsafeSlow(length)
    const { bytesRead } = await this.#file.read(buffer, 0, length, position)
    return buffer.subarray(0, bytesRead)
  }
}

function refuseSpecial(stats: Stats): Stats {
  if (!stats.isFile()) throw new Error(`it is ${stats.isDirectory() ? 'a folder' : 'not a regular file'}`)
  return stats
}
