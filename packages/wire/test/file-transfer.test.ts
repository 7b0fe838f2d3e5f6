import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  RefuseReason,
  decodeFileMessage,
  decodeReceipt,
  encodeFileMessage,
  encodeReceipt,
  receiptSigningBytes
} from '../src/file-transfer.ts'
import type { FileMessage } from '../src/file-transfer.ts'

const vectors: Record<string, string> = JSON.parse(
  readFileSync(new URL('vectors/file-transfer.json', import.meta.url), 'utf8')
)

function filled(length: number, value: number): Uint8Array {
  return new Uint8Array(length).fill(value)
}

const receipt = {
  transferId: filled(16, 1),
  name: 'map (1).bin',
  size: 4_294_967_296n,
  sha256: filled(32, 2),
  receivedAt: 1_700_000_000_123n,
  sender: filled(38, 3),
  receiver: filled(38, 4)
}

const messages: Record<string, FileMessage> = {
  offer: {
    case: 'offer',
    value: {
      transferId: filled(16, 1),
      session: filled(8, 5),
      name: 'Käse 🧀.bin',
      size: 4_294_967_296n,
      modifiedAt: 1_700_000_000_123n
    }
  },
  acceptNew: { case: 'accept', value: {} },
  acceptResume: { case: 'accept', value: { offset: 1_048_576n, prefixSha256: filled(32, 2) } },
  refuse: { case: 'refuse', value: { reason: RefuseReason.NO_SPACE, detail: '3 bytes are free' } },
  begin: { case: 'begin', value: { offset: 1_048_576n } },
  complete: { case: 'complete', value: { sha256: filled(32, 2) } },
  receipt: { case: 'receipt', value: { receipt: encodeReceipt(receipt), signature: filled(64, 6) } }
}

describe('file transfer messages', () => {
  it.each(Object.keys(messages))('encode %s as in the golden vector', name => {
    expect(Buffer.from(encodeFileMessage(messages[name]!)).toString('hex')).toBe(vectors[name])
  })

  it.each(Object.keys(messages))('decode the golden vector of %s to what was encoded', name => {
    const decoded = decodeFileMessage(new Uint8Array(Buffer.from(vectors[name]!, 'hex')))
    expect(decoded).toMatchObject(messages[name]!)
  })

  it('has a golden vector for each message and none besides', () => {
    expect(Object.keys(vectors).sort()).toEqual([...Object.keys(messages), 'signed'].sort())
  })

  it('signs domain, zero byte and receipt', () => {
    expect(Buffer.from(receiptSigningBytes(encodeReceipt(receipt))).toString('hex')).toBe(vectors['signed'])
  })

  it('gives back every field of a receipt', () => {
    expect(decodeReceipt(encodeReceipt(receipt))).toMatchObject(receipt)
  })

  it('refuses bytes that are no envelope', () => {
    expect(() => decodeFileMessage(Uint8Array.of(0x0a, 0xff))).toThrow('premature EOF')
  })

  it('takes a message of a later version for one it does not know', () => {
    expect(decodeFileMessage(Uint8Array.of(0xaa, 0x06, 0x01, 0x00)).case).toBeUndefined()
  })
})
