import { isAbsolute } from 'node:path'
import { parsePeer } from '@waystone/kit'
import { failureOf, routeOf } from './admin-messages.ts'
import { PathNotAbsoluteError } from './errors.ts'
import { EventFeed } from './event-feed.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { AbortOptions } from '@libp2p/interface'
import type { ReceiveFilesRequest, ReceiveFilesResponseSchema } from '@waystone/wire/admin'
import type { FileAdmin } from './admin-context.ts'
import type { FileTransfer, FileTransferEvents, IncomingFile, ReceiveOptions, Receiving } from './contract.ts'

type Response = MessageInitShape<typeof ReceiveFilesResponseSchema>

/**
 * Takes files until the reader ends it, and tells what arrives in that folder.
 *
 * @throws PathNotAbsoluteError, PeerNameInvalidError, and what `FileTransfer.receive` throws
 */
export async function* receiveFiles(
  { files, own, clock }: FileAdmin,
  request: Pick<ReceiveFilesRequest, 'folder' | 'accept' | 'maxFileSize'>,
  { signal }: AbortOptions
): AsyncGenerator<Response> {
  const options = optionsOf(request)
  const feed = new EventFeed<Response>(() => clock.monotonic())
  const receiving = await files.receive(options)
  const following = follow(files, receiving, feed)
  void receiving.ended.then(() => feed.end()).finally(() => following[Symbol.dispose]())
  closeWith(signal, receiving)
  try {
    yield { event: { case: 'receiving', value: receivingOf(own, receiving) } }
    yield* feed.read()
  } finally {
    await receiving.close()
  }
}

/** A caller that is gone may never ask for another event, so the signal has to end it too. */
function closeWith(signal: AbortSignal | undefined, receiving: Receiving): void {
  const close = (): void => void receiving.close().catch(() => {})
  if (signal?.aborted === true) return close()
  signal?.addEventListener('abort', close, { once: true })
  void receiving.ended.then(() => signal?.removeEventListener('abort', close))
}

function optionsOf({ folder, accept, maxFileSize }: Parameters<typeof receiveFiles>[1]): ReceiveOptions {
  if (folder !== '' && !isAbsolute(folder)) throw new PathNotAbsoluteError(folder)
  const peers = new Set(accept.map(text => parsePeer(text).peer.toString()))
  return {
    ...(folder !== '' && { folder }),
    ...(peers.size > 0 && { allow: peer => peers.has(peer.toString()) }),
    ...(maxFileSize > 0n && { maxFileSize: Number(maxFileSize) })
  }
}

function receivingOf({ peerId, addressManager }: FileAdmin['own'], { folder }: Receiving) {
  return { peer: peerId.toString(), addresses: addressManager.getAddresses().map(String), folder }
}

/** Tells the feed what happens until it is disposed of. */
function follow(files: FileTransfer, { folder }: Receiving, feed: EventFeed<Response>): Disposable {
  const listeners = listenersFor(folder, feed)
  files.addEventListener('progress', listeners.progress)
  files.addEventListener('received', listeners.received)
  files.addEventListener('failed', listeners.failed)
  files.addEventListener('refused', listeners.refused)
  return { [Symbol.dispose]: () => unfollow(files, listeners) }
}

function unfollow(files: FileTransfer, listeners: Listeners): void {
  files.removeEventListener('progress', listeners.progress)
  files.removeEventListener('received', listeners.received)
  files.removeEventListener('failed', listeners.failed)
  files.removeEventListener('refused', listeners.refused)
}

type Listeners = { [Name in keyof FileTransferEvents]: (event: FileTransferEvents[Name]) => void }

function listenersFor(folder: string, feed: EventFeed<Response>): Listeners {
  return {
    progress({ detail }) {
      if (detail.folder !== folder) return
      const value = { ...fileOf(detail), bytes: BigInt(detail.bytes) }
      feed.progress(detail.transferId, { event: { case: 'progress', value } })
    },
    received({ detail }) {
      if (detail.folder !== folder) return
      feed.forget(detail.transferId)
      const { path, storedAs, sha256 } = detail
      feed.push({ event: { case: 'received', value: { ...fileOf(detail), path, storedAs, sha256 } } })
    },
    failed({ detail }) {
      if (detail.folder !== folder) return
      feed.forget(detail.transferId)
      feed.push({ event: { case: 'failed', value: { ...fileOf(detail), failure: failureOf(detail.error) } } })
    },
    refused({ detail: { peer, reason, detail } }) {
      feed.push({
        event: { case: 'refused', value: { peer: peer.toString(), failure: { name: reason, message: detail } } }
      })
    }
  }
}

function fileOf({ transferId, peer, name, size, route }: IncomingFile) {
  return { transferId, peer: peer.toString(), name, size: BigInt(size), route: routeOf(route) }
}
