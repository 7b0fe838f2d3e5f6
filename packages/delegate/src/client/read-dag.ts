import { abortable, createDeadline } from '@waystone/kit'
import { sameBytes, verifyBlock } from '../blocks/codecs.ts'
import { DepthFirst } from '../blocks/depth-first.ts'
import { ANSWER_MS, MAX_BLOCK_BYTES, MAX_FETCH_BYTES, PART_BYTES } from '../constants.ts'
import { DelegateLiedError, FetchTooLargeError } from '../errors.ts'
import type { Clock } from '@waystone/interface'
import type { FetchResponse } from '@waystone/wire/delegate'
import type { CID } from 'multiformats/cid'
import type { FetchedBlock, FetchOptions } from '../contract.ts'
import type { DelegateClient } from './pool.ts'

export interface ReadDagInit {
  client: DelegateClient
  root: CID
  options: FetchOptions
  clock: Clock
}

/**
 * The blocks of a DAG from one delegate: each is verified before its links are
 * followed, and the first that does not fit ends the call.
 *
 * @throws DelegateLiedError, FetchTooLargeError, BlockMalformedError, DeadlineExceededError, ConnectError
 */
export async function* readDag({ client, root, options, clock }: ReadDagInit): AsyncGenerator<FetchedBlock> {
  const { maxBytes = MAX_FETCH_BYTES, oneBlock = false, signal } = options
  const call = new AbortController()
  const request = { cid: root.bytes, maxBytes: BigInt(maxBytes), oneBlock }
  const answer = client.fetch(request, { signal: call.signal })[Symbol.asyncIterator]()
  const nextPart = async (): Promise<FetchResponse | undefined> => {
    using deadline = createDeadline({ ms: ANSWER_MS, what: 'the answer of the delegate', signal, clock })
    const result = await abortable(answer.next(), deadline.signal)
    return result.done === true ? undefined : result.value
  }
  const walk = new DepthFirst(root)
  let left = maxBytes
  try {
    for (let cid = walk.next(); cid !== undefined; cid = walk.next()) {
      const bytes = await readBlock(cid, nextPart)
      left -= bytes.length
      if (left < 0) throw new FetchTooLargeError(`${root.toString()} has more than ${maxBytes} bytes`)
      yield { cid, bytes }
      if (oneBlock) break
      walk.follow(bytes)
    }
    // read to its end, a call leaves its stream for the next one
    await nextPart().catch(() => undefined)
  } finally {
    call.abort()
  }
}

async function readBlock(cid: CID, nextPart: () => Promise<FetchResponse | undefined>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for (let last = false; !last;) {
    const part = await nextPart()
    assertFits(part, cid, parts.length)
    parts.push(part.data)
    length += part.data.length
    if (length > MAX_BLOCK_BYTES) throw lied('sent a block that is longer than 2 MiB')
    last = part.last
  }
  return await verified(cid, joined(parts, length))
}

function assertFits(part: FetchResponse | undefined, cid: CID, index: number): asserts part is FetchResponse {
  if (part === undefined) throw lied('ended before everything was there')
  if (part.data.length > PART_BYTES) throw lied('sent a part that is longer than 64 KiB')
  if (part.data.length === 0 && (index > 0 || !part.last)) throw lied('sent an empty part')
  if (index === 0 && !sameBytes(part.cid, cid.bytes)) throw lied('sent another block than the next one')
}

async function verified(cid: CID, bytes: Uint8Array): Promise<Uint8Array> {
  try {
    await verifyBlock(cid, bytes)
    return bytes
  } catch (cause) {
    throw lied(`sent other bytes than those of ${cid.toString()}`, cause)
  }
}

function joined(parts: Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

function lied(how: string, cause?: unknown): DelegateLiedError {
  return new DelegateLiedError(`the delegate ${how}`, { hint: 'it is left alone for ten minutes', cause })
}
