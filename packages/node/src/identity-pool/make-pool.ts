import { inspectKeyFile, loadIdentity, recoverIdentity, saveIdentity } from '../identity/index.ts'
import { nameOf } from '@waystone/kit/error-fields'
import { MAX_POOL_SIZE } from './constants.ts'
import { PoolPhraseError, PoolSizeError, SlotMismatchError } from './errors.ts'
import { findPool, slotPath, writePool } from './pool-file.ts'
import type { Random } from '@waystone/interface'
import type { Identity, ScryptCost } from '../identity/index.ts'
import type { Pool } from './pool-file.ts'

export interface MakePoolInit {
  folder: string
  /** How many slots there are to be. */
  size: number
  /** 24 words; of an existing pool its own. */
  phrase: string
  /** Seals the new slots, and opens the old ones; without it keys lie open in their files. */
  passphrase?: string | undefined
  random: Random
  /** Cost of scrypt, smaller in tests. */
  cost?: ScryptCost | undefined
}

export interface MadePool extends Pool {
  /** How many of the slots were there before. */
  readonly kept: number
}

/**
 * Makes a pool of identities of one recovery phrase, or more slots for one that is there. No slot is ever changed.
 *
 * @throws PoolSizeError, PoolPhraseError, PoolFileError, SlotMismatchError
 * @throws IdentityError - one of its kinds, for what is wrong with the phrase, the passphrase or a key file
 */
export async function makePool(init: MakePoolInit): Promise<MadePool> {
  const { folder, size, random } = init
  checkSize(size)
  const old = (await findPool(folder))?.ids ?? []
  if (size < old.length) throw tooSmall(size, old.length)
  await checkPhrase(init, old)
  await checkPassphrase(init, old)
  const ids = [...old]
  for (let slot = old.length; slot < size; slot++) ids.push(await makeSlot(init, slot))
  if (ids.length > old.length) await writePool({ folder, ids }, random)
  return { folder, ids, kept: old.length }
}

/** @throws PoolSizeError */
export function checkSize(size: number): void {
  if (Number.isInteger(size) && size >= 1 && size <= MAX_POOL_SIZE) return
  throw new PoolSizeError(`A pool has 1 to ${MAX_POOL_SIZE} slots, not ${size}`, {
    hint: 'give as many slots as you will ever run seeds at once; a pool can grow later'
  })
}

async function checkPhrase({ phrase, folder }: MakePoolInit, old: readonly string[]): Promise<void> {
  for (const [slot, id] of old.entries()) {
    const { peerId } = await recoverIdentity(phrase, { index: slot })
    if (peerId.toString() === id) continue
    throw new PoolPhraseError(`The pool in ${folder} was made of another recovery phrase`, {
      hint: 'give the phrase that was shown when the pool was made, or another folder for another pool'
    })
  }
}

/** One passphrase has to open all slots: nodes are given one. */
async function checkPassphrase({ folder, passphrase }: MakePoolInit, old: readonly string[]): Promise<void> {
  if (old.length === 0) return
  await loadIdentity({ keyFile: slotPath(folder, 0), passphrase })
}

async function makeSlot(init: MakePoolInit, slot: number): Promise<string> {
  const identity = await recoverIdentity(init.phrase, { index: slot })
  const keyFile = slotPath(init.folder, slot)
  try {
    await saveIdentity(identity, { ...init, keyFile })
  } catch (error) {
    if (nameOf(error) !== 'KeyFileExistsError') throw error
    await checkKept(keyFile, identity, init)
  }
  return identity.peerId.toString()
}

/** A slot of an attempt that did not come to its end: of the same phrase, and under the same passphrase. */
async function checkKept(
  keyFile: string,
  { peerId }: Identity,
  { passphrase }: Pick<MakePoolInit, 'passphrase'>
): Promise<void> {
  const found = await inspectKeyFile({ keyFile })
  if (found.peerId === peerId.toString()) return void (await loadIdentity({ keyFile, passphrase }))
  throw new SlotMismatchError(`${keyFile} holds the key of ${found.peerId}, not that of this phrase`, {
    hint: 'name another folder, or move the file away: no key is ever overwritten'
  })
}

function tooSmall(size: number, has: number): PoolSizeError {
  return new PoolSizeError(`The pool has ${has} slots already, and does not shrink to ${size}`, {
    hint: 'run fewer seeds: slots that nobody takes do no harm'
  })
}
