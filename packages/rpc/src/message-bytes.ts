import { Code, ConnectError } from '@connectrpc/connect'
import { GatheredBytes } from './gathered-bytes.ts'

/** Of an enveloped message: a byte of flags and four bytes of length. */
const ENVELOPE_HEAD_BYTES = 5

/**
 * A body that is one message, in one piece. A remote may cut it into frames of
 * one byte, which as a list of chunks would take a hundred times their length.
 *
 * @throws ConnectError `resource_exhausted` when it is longer than `maxBytes`
 */
export async function* oneMessage(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  const gathered = new GatheredBytes()
  for await (const chunk of body) {
    if (gathered.byteLength + chunk.byteLength > maxBytes)
      throw tooLong(gathered.byteLength + chunk.byteLength, maxBytes)
    gathered.append(chunk)
  }
  if (gathered.byteLength > 0) yield gathered.take(gathered.byteLength)
}

/**
 * A body of enveloped messages, in chunks of whole messages; what is missing of
 * the last one stays missing. Memory is taken as bytes arrive, not on the word
 * of an envelope.
 *
 * @throws ConnectError `resource_exhausted` when a message is longer than `maxBytes`
 */
export async function* wholeMessages(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  const gathered = new GatheredBytes()
  for await (const chunk of body) {
    gathered.append(chunk)
    const end = endOfMessages(gathered.bytes, maxBytes)
    if (end > 0) yield gathered.take(end)
  }
  if (gathered.byteLength > 0) yield gathered.take(gathered.byteLength)
}

function endOfMessages(bytes: Uint8Array, maxBytes: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let end = 0; ;) {
    if (bytes.byteLength - end < ENVELOPE_HEAD_BYTES) return end
    const length = view.getUint32(end + 1)
    if (length > maxBytes) throw tooLong(length, maxBytes)
    if (bytes.byteLength - end < ENVELOPE_HEAD_BYTES + length) return end
    end += ENVELOPE_HEAD_BYTES + length
  }
}

function tooLong(length: number, maxBytes: number): ConnectError {
  return new ConnectError(`a message of ${length} bytes is over the limit of ${maxBytes}`, Code.ResourceExhausted)
}
