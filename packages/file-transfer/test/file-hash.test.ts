import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { HASH_THREAD_FROM_BYTES } from '../src/constants.ts'
import { hashFile } from '../src/file-hash.ts'
import { cleanUp, content, fileOf, tempFolder } from './nodes.ts'

afterEach(cleanUp)

const bytes = content(3_000_000)

function sha256(length: number): string {
  return createHash('sha256').update(bytes.subarray(0, length)).digest('hex')
}

// the expected size chooses the way, whatever the file has
describe.each([
  ['inline', 0],
  ['on a thread', HASH_THREAD_FROM_BYTES]
])('a file hashed %s', (_way, expected) => {
  it('gives the digest of each prefix that is asked for', async () => {
    await using file = await open(await fileOf(await tempFolder(), 'a', bytes))
    await using hash = hashFile(file, expected)
    for (const length of [0, 1, 1_000_000, 1_000_000, bytes.length]) {
      expect(Buffer.from(await hash.digest(length)).toString('hex')).toBe(sha256(length))
    }
  })

  it('may be told beforehand what is there, while the file grows', async () => {
    const path = join(await tempFolder(), 'a')
    await using file = await open(path, 'w+')
    await using hash = hashFile(file, expected)
    for (let position = 0; position < bytes.length; position += 1_000_000) {
      await file.write(bytes, position, 1_000_000, position)
      hash.advance(position + 1_000_000)
    }
    expect(Buffer.from(await hash.digest(bytes.length)).toString('hex')).toBe(sha256(bytes.length))
  })

  it('rejects when the file is shorter than was said', async () => {
    await using file = await open(await fileOf(await tempFolder(), 'a', bytes))
    await using hash = hashFile(file, expected)
    hash.advance(bytes.length + 1)
    await expect(hash.digest(bytes.length + 1)).rejects.toThrow('the file ends after 3000000 bytes')
  })

  it('ends with the signal, and can be disposed of while it hashes', async () => {
    await using file = await open(await fileOf(await tempFolder(), 'a', bytes))
    await using hash = hashFile(file, expected)
    const controller = new AbortController()
    const digest = hash.digest(bytes.length, { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(digest).rejects.toThrow('enough')
    await expect(hash.digest(1, { signal: controller.signal })).rejects.toThrow('enough')
  })
})

it('says how far it is', async () => {
  const large = Buffer.concat(Array.from({ length: 24 }, () => bytes))
  await using file = await open(await fileOf(await tempFolder(), 'a', large))
  await using hash = hashFile(file, large.length)
  const seen: number[] = []
  await hash.digest(large.length, { onBytes: count => seen.push(count) })
  expect(seen).toEqual([64 * 2 ** 20])
})
