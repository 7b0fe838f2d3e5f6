import { isAbsolute } from 'node:path'
import { parsePeer } from '@waystone/kit'
import { failureOf, routeOf } from './admin-messages.ts'
import { PathNotAbsoluteError } from './errors.ts'
import { EventFeed } from './event-feed.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { AbortOptions } from '@libp2p/interface'
import type { SendFileRequest, SendFileResponseSchema } from '@waystone/wire/admin'
import type { FileAdmin } from './admin-context.ts'
import type { SendProgress, SentFile } from './contract.ts'

type Response = MessageInitShape<typeof SendFileResponseSchema>

/**
 * Sends a file of this machine and tells how it goes. The transfer ends with
 * its reader.
 *
 * @throws PathNotAbsoluteError, PeerNameInvalidError, and what `FileTransfer.send` throws
 */
export async function* sendFile(
  { files, clock }: FileAdmin,
  { path, peer: text, name }: Pick<SendFileRequest, 'path' | 'peer' | 'name'>,
  { signal }: AbortOptions
): AsyncGenerator<Response> {
  if (!isAbsolute(path)) throw new PathNotAbsoluteError(path)
  const { peer, addresses } = parsePeer(text)
  const feed = new EventFeed<Response>(() => clock.monotonic())
  const reader = new AbortController()
  const options = { addresses, ...(name !== '' && { name }), onProgress: phases(feed), signal: either(signal, reader) }
  const sending = tell(feed, files.send(peer, path, options))
  try {
    yield* feed.read()
  } finally {
    reader.abort()
    await sending
  }
}

/** Never rejects: how the transfer ends is for the reader of the feed. */
async function tell(feed: EventFeed<Response>, sending: Promise<SentFile>): Promise<void> {
  try {
    feed.push({ event: { case: 'delivered', value: deliveredOf(await sending) } })
    feed.end()
  } catch (error) {
    feed.end(error)
  }
}

function either(signal: AbortSignal | undefined, reader: AbortController): AbortSignal {
  return signal === undefined ? reader.signal : AbortSignal.any([signal, reader.signal])
}

/** Every phase is told, and within a phase now and then how far it is. */
function phases(feed: EventFeed<Response>): (progress: SendProgress) => void {
  let last: string | undefined
  return progress => {
    const { phase } = progress
    const event: Response = { event: { case: 'progress', value: progressOf(progress) } }
    if (phase === last) feed.progress('', event)
    else feed.push(event)
    last = phase
  }
}

function progressOf({ phase, bytes, total, attempt, route, error }: SendProgress) {
  return {
    phase,
    bytes: BigInt(bytes),
    total: BigInt(total),
    attempt,
    ...(route !== undefined && { route: routeOf(route) }),
    ...(error !== undefined && { failure: failureOf(error) })
  }
}

function deliveredOf({ storedAs, size, sha256, route, attempts, sentBytes, durationMs }: SentFile) {
  return {
    storedAs,
    size: BigInt(size),
    sha256,
    attempts,
    sentBytes: BigInt(sentBytes),
    durationMs: BigInt(Math.round(durationMs)),
    ...(route !== undefined && { route: routeOf(route) })
  }
}
