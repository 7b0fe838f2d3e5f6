import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { CHUNK_BYTES, HASH_REPORT_EVERY_BYTES } from './constants.ts'
import type { HashAnswer, HashOrder } from './file-hash.ts'

// the thread behind `ThreadHash`: hashes the file with this descriptor as far as it is told
const descriptor = Number(workerData)
const hash = createHash('sha256')
const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES)
let position = 0
let reported = 0

function hashUpTo(length: number): void {
  while (position < length) {
    const bytesRead = readSync(descriptor, buffer, 0, Math.min(buffer.length, length - position), position)
    if (bytesRead === 0) throw new Error(`the file ends after ${position} bytes`)
    hash.update(buffer.subarray(0, bytesRead))
    position += bytesRead
    if (position - reported >= HASH_REPORT_EVERY_BYTES) answer({ bytes: (reported = position) })
  }
}

function answer(message: HashAnswer): void {
  parentPort?.postMessage(message)
}

parentPort?.on('message', ({ length, digest }: HashOrder) => {
  try {
    hashUpTo(length)
    if (digest) answer({ digest: hash.copy().digest() })
  } catch (error) {
    // told whoever asks: what was only allowed to be hashed ahead may still come
    if (digest) answer({ failure: error instanceof Error ? error.message : String(error) })
  }
})
