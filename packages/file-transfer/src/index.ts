/**
 * Sends files to peers and receives them: resumed after every break, checked by
 * SHA-256 at both ends, confirmed by a signed receipt.
 *
 * @example
 * const node = await createLibp2p({
 *   services: { files: fileTransfer({ inbox: '/srv/inbox', allow: peer => friends.has(peer.toString()) }) }
 * })
 * node.services.files.addEventListener('received', event => console.log(event.detail.storedAs))
 *
 * const sent = await other.services.files.send(node.peerId, 'map.bin', {
 *   addresses: node.getMultiaddrs(),
 *   onProgress: ({ bytes, total }) => console.log(`${bytes} of ${total}`)
 * })
 * console.log(sent.sha256, sent.route?.path)
 *
 * @packageDocumentation
 */
import { FileTransferService } from './file-transfer.ts'
import type { FileTransfer, FileTransferComponents, FileTransferInit } from './contract.ts'

export { FILE_TRANSFER_PROTOCOL } from '@waystone/wire'
export * from './errors.ts'
export { verifyReceipt } from './receipt.ts'
export type { ExpectedReceipt, SignedReceiptBytes } from './receipt.ts'
export type { OpenFile } from './part-file.ts'
export type { Refusal } from './refusal.ts'
export type { AttemptPhase } from './attempt.ts'
export type {
  FailedReception,
  FileTransfer,
  FileTransferComponents,
  FileTransferEvents,
  FileTransferInit,
  IncomingFile,
  ReceiveOptions,
  Receiving,
  ReceiveProgress,
  ReceivedFile,
  RefusedOffer,
  SendOptions,
  SendPhase,
  SendProgress,
  SentFile
} from './contract.ts'

/** The service; see the example above. */
export function fileTransfer(init: FileTransferInit = {}): (components: FileTransferComponents) => FileTransfer {
  return components => new FileTransferService(components, init)
}
