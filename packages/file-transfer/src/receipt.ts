import { decodeReceipt, encodeReceipt, receiptSigningBytes } from '@waystone/wire/file-transfer'
import { MAX_REMOTE_TEXT } from './constants.ts'
import { ReceiptInvalidError } from './errors.ts'
import { plainText } from './file-name.ts'
import { sameDigest } from './resume.ts'
import type { PeerId, PrivateKey } from '@libp2p/interface'
import type { Receipt, SignedReceipt } from '@waystone/wire/file-transfer'

/** What a receiver vouches for. */
export interface ReceiptFacts {
  transferId: Uint8Array
  /** The name under which the file was stored. */
  name: string
  size: number
  sha256: Uint8Array
  /** Milliseconds since the Unix epoch. */
  receivedAt: number
  sender: PeerId
  receiver: PeerId
}

export type SignedReceiptBytes = Pick<SignedReceipt, 'receipt' | 'signature'>

export async function signReceipt(facts: ReceiptFacts, key: PrivateKey): Promise<SignedReceiptBytes> {
  const receipt = encodeReceipt({
    ...facts,
    size: BigInt(facts.size),
    receivedAt: BigInt(facts.receivedAt),
    sender: facts.sender.toMultihash().bytes,
    receiver: facts.receiver.toMultihash().bytes
  })
  return { receipt, signature: await key.sign(receiptSigningBytes(receipt)) }
}

export type ExpectedReceipt = Pick<ReceiptFacts, 'transferId' | 'size' | 'sha256' | 'sender' | 'receiver'>

/**
 * Checks that the receiver signed for exactly this file.
 *
 * @throws ReceiptInvalidError
 */
export async function verifyReceipt(signed: SignedReceiptBytes, expected: ExpectedReceipt): Promise<Receipt> {
  const { publicKey } = expected.receiver
  if (publicKey === undefined) throw new ReceiptInvalidError('the public key of the receiver is not known')
  const genuine = await publicKey.verify(receiptSigningBytes(signed.receipt), signed.signature)
  if (!genuine) throw new ReceiptInvalidError('the receiver did not sign it')
  const receipt = read(signed.receipt)
  const wrong = difference(receipt, expected)
  if (wrong !== undefined) throw new ReceiptInvalidError(`it is for another ${wrong}`)
  return receipt
}

function read(bytes: Uint8Array): Receipt {
  try {
    const receipt = decodeReceipt(bytes)
    // it is shown to people
    return { ...receipt, name: plainText(receipt.name, MAX_REMOTE_TEXT) }
  } catch {
    throw new ReceiptInvalidError('it cannot be read')
  }
}

function difference(receipt: Receipt, expected: ExpectedReceipt): string | undefined {
  if (!sameDigest(receipt.transferId, expected.transferId)) return 'transfer'
  if (receipt.size !== BigInt(expected.size)) return 'size'
  if (!sameDigest(receipt.sha256, expected.sha256)) return 'SHA-256'
  if (!sameDigest(receipt.sender, expected.sender.toMultihash().bytes)) return 'sender'
  if (!sameDigest(receipt.receiver, expected.receiver.toMultihash().bytes)) return 'receiver'
  return undefined
}
