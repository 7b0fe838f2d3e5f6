import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { nameOf } from '@waystone/kit/error-fields'
import type { PeerId } from '@libp2p/interface'
import { parseTrustFile } from '../../src/trust-file/parse-trust-file.ts'
import type { TrustFileError } from '../../src/trust-file/errors.ts'
import type { TrustFile } from '../../src/contract.ts'

export async function newPeer(type: 'Ed25519' | 'secp256k1' = 'Ed25519'): Promise<PeerId> {
  return peerIdFromPrivateKey(await generateKeyPair(type))
}

export function parseText(text: string): TrustFile {
  return parseTrustFile(new TextEncoder().encode(text))
}

/** The file as text with these nodes in one entity. */
export function fileOf(...nodes: object[]): string {
  return JSON.stringify({ description: 'Seeds', contact: [], entities: [{ nodes }] })
}

/** Why a file is refused. @throws what is no refusal */
export function refusalOf(text: string | Uint8Array): TrustFileError {
  try {
    parseTrustFile(typeof text === 'string' ? new TextEncoder().encode(text) : text)
  } catch (error) {
    if (nameOf(error).startsWith('TrustFile')) return error as TrustFileError
    throw error
  }
  throw new Error('the file was read')
}
