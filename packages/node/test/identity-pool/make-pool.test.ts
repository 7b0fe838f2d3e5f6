import { mkdir, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findPool, readPool, slotPath } from '../../src/identity-pool/index.ts'
import { inspectKeyFile, loadIdentity, recoverIdentity } from '../../src/identity/index.ts'
import { makeFifo } from './fifo.ts'
import { scratchFolder } from '../identity/scratch-folder.ts'
import { newPool, OTHER_PHRASE, PHRASE } from './pools.ts'

/** What BIP-39 and SLIP-0010 make of the phrase along m/WAYS'/0'/0' and m/WAYS'/0'/1'. */
const FIRST_IDS = [
  '12D3KooWKjmJPRnA8Eiruyuicr16u13cyawxKGXoJkNWZFBvpRPQ',
  '12D3KooWB5vU7m5ztdPdvKvHYwe8F8v6FTxBsovmzcLwAaHWm1Jc'
]

describe('a pool of identities', () => {
  test('is what its phrase gives, sealed slot by slot', async () => {
    const { folder, ids, kept } = await newPool({ size: 3, passphrase: 'secret' })
    expect(kept).toBe(0)
    expect(ids.slice(0, 2)).toEqual(FIRST_IDS)
    expect((await readdir(folder)).toSorted()).toEqual(['pool.json', 'slot-000.key', 'slot-001.key', 'slot-002.key'])
    for (const [slot, id] of ids.entries()) {
      const keyFile = slotPath(folder, slot)
      expect((await recoverIdentity(PHRASE, { index: slot })).peerId.toString()).toBe(id)
      expect(await inspectKeyFile({ keyFile })).toMatchObject({ peerId: id, encrypted: true, mode: 0o600 })
      expect((await loadIdentity({ keyFile, passphrase: 'secret' })).peerId.toString()).toBe(id)
    }
    expect(await readPool(folder)).toEqual({ folder, ids })
  })

  test('is made in a folder that is not there yet', async () => {
    const folder = join(await scratchFolder(), 'deep', 'pool')
    expect((await newPool({ folder })).ids).toHaveLength(2)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
  })

  test('grows, and keeps its old slots byte by byte', async () => {
    const { folder, ids } = await newPool({ passphrase: 'secret' })
    const before = await readFile(slotPath(folder, 1))
    const grown = await newPool({ folder, size: 4, passphrase: 'secret' })
    expect(grown.kept).toBe(2)
    expect(grown.ids).toHaveLength(4)
    expect(grown.ids.slice(0, 2)).toEqual(ids)
    expect(await readFile(slotPath(folder, 1))).toEqual(before)
    expect((await readPool(folder)).ids).toEqual(grown.ids)
    expect(await newPool({ folder, size: 4, passphrase: 'secret' })).toMatchObject({ kept: 4 })
  })

  test('does not grow by another phrase', async () => {
    const { folder } = await newPool()
    await expect(newPool({ folder, size: 3, phrase: OTHER_PHRASE })).rejects.toMatchObject({
      name: 'PoolPhraseError',
      exitCode: 2
    })
    expect(await readdir(folder)).toHaveLength(3)
  })

  test.each([
    ['another passphrase', 'PassphraseWrongError', { passphrase: 'other' }],
    ['no passphrase', 'PassphraseMissingError', {}],
    ['a passphrase', 'KeyNotEncryptedError', { passphrase: 'secret' }, {}]
  ])(
    'does not grow under %s, since nodes are given one',
    async (_what, name, over, made = { passphrase: 'secret' }) => {
      const { folder } = await newPool(made)
      await expect(newPool({ folder, size: 3, ...over })).rejects.toMatchObject({ name })
      expect(await readdir(folder)).toHaveLength(3)
    }
  )

  test('does not shrink', async () => {
    const { folder } = await newPool()
    await expect(newPool({ folder, size: 1 })).rejects.toMatchObject({
      name: 'PoolSizeError',
      hint: expect.stringContaining('fewer seeds')
    })
  })

  test.each([0, -1, 1.5, 1_001, Number.NaN])('does not have %s slots', async size => {
    await expect(newPool({ size })).rejects.toMatchObject({ name: 'PoolSizeError', exitCode: 2 })
  })

  test('that was left half-made is made to its end by the same phrase, and by no other', async () => {
    const { folder, ids } = await newPool({ size: 3 })
    await rm(join(folder, 'pool.json'))
    await rm(slotPath(folder, 2))
    await expect(newPool({ folder, size: 3, phrase: OTHER_PHRASE })).rejects.toMatchObject({
      name: 'SlotMismatchError'
    })
    expect((await newPool({ folder, size: 3 })).ids).toEqual(ids)
  })

  test.each([
    ['sealed by another passphrase', 'PassphraseWrongError', { passphrase: 'other' }],
    ['not sealed', 'KeyNotEncryptedError', {}]
  ])('that was left half-made is not made to its end when its slots are %s', async (_what, name, first) => {
    const { folder } = await newPool({ size: 1, ...first })
    await rm(join(folder, 'pool.json'))
    await expect(newPool({ folder, size: 2, passphrase: 'secret' })).rejects.toMatchObject({ name })
    expect(await findPool(folder)).toBeUndefined()
  })
})

describe('a pool.json that is none', () => {
  async function refusal(text: string): Promise<unknown> {
    const folder = await scratchFolder()
    await writeFile(join(folder, 'pool.json'), text)
    return await readPool(folder).catch((error: unknown) => error)
  }

  const good = { format: 'waystone-identity-pool', version: 1, size: 1, ids: [FIRST_IDS[0]] }

  test.each([
    ['empty', ''],
    ['cut short', '{"format":'],
    ['of another kind', '{}'],
    ['of a later version', JSON.stringify({ ...good, version: 2 })],
    ['with more ids than slots', JSON.stringify({ ...good, ids: FIRST_IDS })],
    ['with an id twice', JSON.stringify({ ...good, size: 2, ids: [FIRST_IDS[0], FIRST_IDS[0]] })],
    ['without slots', JSON.stringify({ ...good, size: 0, ids: [] })],
    ['with ids that are paths', JSON.stringify({ ...good, ids: ['../../etc/passwd'] })],
    ['with a field that nobody knows', JSON.stringify({ ...good, keys: [] })],
    ['nested 10,000 deep', '['.repeat(10_000) + ']'.repeat(10_000)]
  ])('is %s', async (_what, text) => {
    expect(await refusal(text)).toMatchObject({ name: 'PoolFileError', exitCode: 3, hint: expect.any(String) })
  })

  test('has 1 GiB', async () => {
    const folder = await scratchFolder()
    await writeFile(join(folder, 'pool.json'), '{')
    await truncate(join(folder, 'pool.json'), 2 ** 30)
    await expect(readPool(folder)).rejects.toMatchObject({
      name: 'PoolFileError',
      message: expect.stringMatching('bytes')
    })
  })

  test('is a folder, or a pipe that nobody writes to', async () => {
    const folder = await scratchFolder()
    await mkdir(join(folder, 'pool.json'))
    await expect(readPool(folder)).rejects.toMatchObject({ name: 'PoolFileError' })
    const other = await scratchFolder()
    await makeFifo(join(other, 'pool.json'))
    await expect(readPool(other)).rejects.toMatchObject({ name: 'PoolFileError' })
  })

  test('is not there', async () => {
    const folder = await scratchFolder()
    expect(await findPool(folder)).toBeUndefined()
    await expect(readPool(folder)).rejects.toMatchObject({
      name: 'PoolFileError',
      hint: expect.stringContaining('identity pool --size')
    })
  })
})
