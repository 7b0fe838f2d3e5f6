import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { seededRandom } from '@waystone/kit/testing'
import { ipnsNameOf } from '../src/ipns/name.ts'
import { rawCid } from '../src/ipns/raw-block.ts'
import { signRecord } from '../src/ipns/sign.ts'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import type { IpnsName } from '../src/ipns/name.ts'
import type { SignRecordInit } from '../src/ipns/sign.ts'

/** Where a manual clock stands at first. */
export const NOW = 1_700_000_000_000
export const DAY = 24 * 3_600_000

export interface TestName {
  key: Ed25519PrivateKey
  name: IpnsName
  /** A record of the name; by default sequence 1, pointing to a file of its own. */
  sign: (init?: Partial<SignRecordInit>) => Promise<Uint8Array>
}

/** A name that follows from a number. */
export async function testName(seed: number): Promise<TestName> {
  const key = await generateKeyPairFromSeed('Ed25519', seededRandom(seed).bytes(32))
  const value = `/ipfs/${(await rawCid(new TextEncoder().encode(`file ${seed}`))).toString()}`
  return {
    key,
    name: ipnsNameOf(key.publicKey),
    sign: async init => await signRecord({ key, value, sequence: 1n, now: NOW, ...init })
  }
}

/** A trust file with this description. */
export function trustFile(description: string): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ description, contact: [], entities: [] }))
}
