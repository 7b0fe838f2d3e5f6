import { stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { seededRandom } from '@waystone/kit/testing'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { inspectKeyFile } from '../../src/identity/index.ts'
import { namedKeys } from '../../src/trust/named-keys.ts'
import { shippedCopies } from '../../src/trust/shipped-copies.ts'

it('makes a key once, in a file for its owner alone, encrypted as the key of the node is', async () => {
  await using folder = await temporaryFolder()
  const open = namedKeys({ dataDir: folder.path, passphrase: undefined, random: seededRandom(1) })
  const key = await open.get('cluster')
  expect((await open.get('cluster')).equals(key)).toBe(true)
  expect((await open.get('other')).equals(key)).toBe(false)
  expect((await stat(path.join(folder.path, 'keys', 'cluster.key'))).mode & 0o777).toBe(0o600)
  const sealed = namedKeys({ dataDir: folder.path, passphrase: 'secret', random: seededRandom(2) })
  await expect(sealed.get('cluster')).rejects.toMatchObject({ name: 'KeyNotEncryptedError' })
  await sealed.get('sealed')
  const summary = await inspectKeyFile({ keyFile: path.join(folder.path, 'keys', 'sealed.key') })
  expect(summary.encrypted).toBe(true)
})

it.each(['', '../identity', 'a/b', 'A', '.', 'a'.repeat(65)])('has no key of the name %j', async name => {
  await using folder = await temporaryFolder()
  const keys = namedKeys({ dataDir: folder.path, passphrase: undefined, random: seededRandom(1) })
  await expect(keys.get(name)).rejects.toMatchObject({ name: 'PublishKeyNameError' })
})

it('reads shipped copies when they are needed, and no more of them than they may have', async () => {
  await using folder = await temporaryFolder()
  const [file, record] = [path.join(folder.path, 'file'), path.join(folder.path, 'record')]
  const entry = { label: 'a', pubkey: 'k51', trustlevel: 'trusted' as const, file, record }
  const [copy] = shippedCopies([entry, { label: 'b', pubkey: 'k52', trustlevel: 'trusted', file }])
  await expect(copy?.load()).rejects.toMatchObject({ name: 'ShippedCopyError' })
  await writeFile(file, 'file')
  await writeFile(record, 'record')
  const { file: bytes, record: signed } = (await copy?.load()) ?? {}
  expect([bytes, signed].map(part => new TextDecoder().decode(part))).toEqual(['file', 'record'])
  await writeFile(record, Buffer.alloc(10_241))
  await expect(copy?.load()).rejects.toMatchObject({ name: 'ShippedCopyError' })
})
