import { MAX_PUT_BYTES } from '../constants.ts'
import { BlockTooLargeError } from '../errors.ts'
import { explained } from './failures.ts'
import type { content } from '@waystone/wire/admin'
import type { ContentAdminParts } from './contract.ts'

/** @throws ConnectError with the named errors of content */
export async function addFile(
  { store }: ContentAdminParts,
  requests: AsyncIterable<content.AddFileRequest>,
  options: { signal: AbortSignal }
): Promise<{ cid: string; size: bigint }> {
  try {
    const bytes = await gather(requests)
    const cid = await store.put(bytes, options)
    return { cid: cid.toString(), size: BigInt(bytes.length) }
  } catch (error) {
    throw explained(error)
  }
}

async function gather(requests: AsyncIterable<content.AddFileRequest>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const { data } of requests) {
    length += data.length
    if (length > MAX_PUT_BYTES) {
      const hint = 'larger files go to one peer at a time, with waystone send'
      throw new BlockTooLargeError(`the file is larger than ${MAX_PUT_BYTES} bytes`, { hint })
    }
    chunks.push(data)
  }
  return Buffer.concat(chunks)
}
