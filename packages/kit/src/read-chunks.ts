import { StreamReader } from './stream-reader.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import type { PausableStream } from './stream-reader.ts'

/**
 * The raw bytes of a stream, until the remote ends it. The stream is paused
 * while the consumer works on a chunk, so that a slow consumer slows the sender
 * down; a chunk is never longer than the stream's `maxReadBufferLength`.
 *
 * A stream's own iterator does neither: it queues without a limit, and it never
 * ends when the remote had closed before the iteration began (`@libp2p/utils` 7.4.1).
 *
 * @throws the stream's own error when it was reset or aborted
 * @throws the signal's reason
 */
export async function* readChunks(stream: PausableStream, options: AbortOptions = {}): AsyncGenerator<Uint8ArrayList> {
  const reader = new StreamReader(stream)
  try {
    while (await reader.fill(1, { ...options, atMost: Infinity })) {
      reader.rest()
      const chunk = reader.bytes.sublist()
      reader.bytes.consume(chunk.byteLength)
      yield chunk
    }
    if (reader.failure !== undefined) throw reader.failure
  } finally {
    reader.release()
  }
}
