/**
 * The messages of `/waystone/file/1.0.0` and what holds for them on the wire.
 * The exchange is drawn in `proto/waystone/file/v1/file.proto`.
 *
 * @packageDocumentation
 */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { EnvelopeSchema, ReceiptSchema } from './gen/waystone/file/v1/file_pb.ts'
import type { MessageInitShape } from '@bufbuild/protobuf'
import type { Envelope, Receipt } from './gen/waystone/file/v1/file_pb.ts'

export { RefuseReason } from './gen/waystone/file/v1/file_pb.ts'
export type {
  Accept,
  Begin,
  Complete,
  Envelope,
  Offer,
  Receipt,
  Refuse,
  SignedReceipt
} from './gen/waystone/file/v1/file_pb.ts'
export * from './file-transfer-limits.ts'

/** What a receipt's signature is bound to; no other signature of a node may begin with it. */
export const FILE_RECEIPT_DOMAIN = 'waystone/file/receipt/1.0.0'

/** One of the messages that an envelope carries, named by `case`. */
export type FileMessage = NonNullable<MessageInitShape<typeof EnvelopeSchema>['message']>

export function encodeFileMessage(message: FileMessage): Uint8Array {
  return toBinary(EnvelopeSchema, create(EnvelopeSchema, { message }))
}

/** @throws Error of `@bufbuild/protobuf` if the bytes are not an envelope */
export function decodeFileMessage(bytes: Uint8Array): Envelope['message'] {
  return fromBinary(EnvelopeSchema, bytes).message
}

export function encodeReceipt(receipt: MessageInitShape<typeof ReceiptSchema>): Uint8Array {
  return toBinary(ReceiptSchema, create(ReceiptSchema, receipt))
}

/** @throws Error of `@bufbuild/protobuf` if the bytes are not a receipt */
export function decodeReceipt(bytes: Uint8Array): Receipt {
  return fromBinary(ReceiptSchema, bytes)
}

/** The bytes that a receipt's signature covers: domain, a zero byte, the encoded receipt. */
export function receiptSigningBytes(receipt: Uint8Array): Uint8Array {
  const domain = new TextEncoder().encode(`${FILE_RECEIPT_DOMAIN}\0`)
  const bytes = new Uint8Array(domain.length + receipt.length)
  bytes.set(domain)
  bytes.set(receipt, domain.length)
  return bytes
}
