import { seededRandom } from '@waystone/kit/testing'
import { makePool } from '../../src/identity-pool/index.ts'
import { scratchFolder } from '../identity/scratch-folder.ts'
import { BIP39_VECTORS } from '../identity/vectors.ts'
import type { MadePool, MakePoolInit } from '../../src/identity-pool/index.ts'

/** Two recovery phrases that everybody knows. */
export const [PHRASE, OTHER_PHRASE] = [BIP39_VECTORS[0]!.phrase, BIP39_VECTORS[1]!.phrase]

const random = seededRandom(11)

/** A pool in a new folder; sealing costs next to nothing. */
export async function newPool(over: Partial<MakePoolInit> = {}): Promise<MadePool> {
  const folder = over.folder ?? (await scratchFolder())
  return await makePool({ folder, size: 2, phrase: PHRASE, random, cost: { N: 16, r: 1, p: 1 }, ...over })
}
