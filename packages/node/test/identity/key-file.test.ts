import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { generateKeyPair, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { seededRandom } from '@waystone/kit/testing'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inspectKeyFile, loadIdentity, loadOrCreateIdentity } from '../../src/identity/index.ts'
import { isPrivate } from '../../src/identity/private-file.ts'
import { scratchFolder } from './scratch-folder.ts'

const random = seededRandom(3)
const passphrase = 'secret'

interface MadeKeyFile {
  keyFile: string
  peerId: string
}

async function makeKeyFile(init: { passphrase?: string } = {}): Promise<MadeKeyFile> {
  const keyFile = join(await scratchFolder(), 'identity.key')
  const { peerId } = await loadOrCreateIdentity({ keyFile, random, cost: { N: 16, r: 1, p: 1 }, ...init })
  return { keyFile, peerId: peerId.toString() }
}

/** Changes the JSON in a key file. */
async function change(keyFile: string, edit: Record<string, unknown>): Promise<void> {
  const document: object = JSON.parse(await readFile(keyFile, 'utf8'))
  await writeFile(keyFile, JSON.stringify({ ...document, ...edit }))
}

describe('permissions of a key file', () => {
  test.each([0o644, 0o640, 0o604, 0o620, 0o601, 0o666, 0o777])('of mode %o are refused with the cure', async mode => {
    const { keyFile } = await makeKeyFile()
    await chmod(keyFile, mode)
    await expect(loadIdentity({ keyFile })).rejects.toMatchObject({
      name: 'KeyFilePermissionsError',
      exitCode: 3,
      message: expect.stringContaining(`0${mode.toString(8)}`),
      hint: expect.stringContaining(`chmod 600 ${keyFile}`)
    })
  })

  test.each([0o600, 0o400])('of mode %o are fine', async mode => {
    const { keyFile, peerId } = await makeKeyFile()
    await chmod(keyFile, mode)
    expect((await loadIdentity({ keyFile })).peerId.toString()).toBe(peerId)
  })

  test('are those of the file behind a link', async () => {
    const { keyFile } = await makeKeyFile()
    await chmod(keyFile, 0o644)
    await symlink(keyFile, `${keyFile}.link`)
    await expect(loadIdentity({ keyFile: `${keyFile}.link` })).rejects.toMatchObject({
      name: 'KeyFilePermissionsError'
    })
  })

  test('let a group read only where root hands a file to another user', () => {
    expect(isPrivate({ mode: 0o100440, uid: 0 }, 1000)).toBe(true)
    expect(isPrivate({ mode: 0o100460, uid: 0 }, 1000)).toBe(false)
    expect(isPrivate({ mode: 0o100444, uid: 0 }, 1000)).toBe(false)
    expect(isPrivate({ mode: 0o100440, uid: 0 }, 0)).toBe(false)
    expect(isPrivate({ mode: 0o100440, uid: 1000 }, 1000)).toBe(false)
  })
})

describe('a key file that is not one', () => {
  test('is absent: named, with what makes one', async () => {
    const keyFile = join(await scratchFolder(), 'identity.key')
    const error = { name: 'KeyFileNotFoundError', exitCode: 3, hint: expect.stringContaining('identity new') }
    await expect(loadIdentity({ keyFile })).rejects.toMatchObject(error)
  })

  test('is cut short anywhere', async () => {
    const { keyFile } = await makeKeyFile({ passphrase })
    const { byteLength } = await readFile(keyFile)
    for (let length = byteLength - 3; length >= 0; length -= 7) {
      await truncate(keyFile, length)
      await expect(loadIdentity({ keyFile, passphrase })).rejects.toMatchObject({ name: 'KeyFileCorruptError' })
    }
  })

  test('is any bytes', async () => {
    const { keyFile } = await makeKeyFile()
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.json()), async content => {
        await writeFile(keyFile, content)
        await expect(loadIdentity({ keyFile })).rejects.toMatchObject({ name: 'KeyFileCorruptError', exitCode: 3 })
      })
    )
  })

  test('is too large, even where it would be valid', async () => {
    const { keyFile } = await makeKeyFile()
    await writeFile(keyFile, (await readFile(keyFile, 'utf8')) + ' '.repeat(4_096))
    await expect(loadIdentity({ keyFile })).rejects.toMatchObject({
      name: 'KeyFileCorruptError',
      message: expect.stringContaining('4096')
    })
  })

  test('is a folder', async () => {
    const keyFile = join(await scratchFolder(), 'identity.key')
    await mkdir(keyFile)
    await expect(loadIdentity({ keyFile })).rejects.toMatchObject({ name: 'KeyFileCorruptError' })
  })

  test('is a pipe that nobody writes to', async () => {
    const keyFile = join(await scratchFolder(), 'identity.key')
    await promisify(execFile)('mkfifo', ['-m', '600', keyFile])
    await expect(loadIdentity({ keyFile })).rejects.toMatchObject({ name: 'KeyFileCorruptError' })
  })

  test('has a key that JSON does not allow twice, or one we do not know', async () => {
    const { keyFile } = await makeKeyFile()
    await change(keyFile, { comment: 'hello' })
    await expect(loadIdentity({ keyFile })).rejects.toMatchObject({ name: 'KeyFileCorruptError' })
  })

  test('never shows the key in its error', async () => {
    const { keyFile } = await makeKeyFile()
    const text = await readFile(keyFile, 'utf8')
    const secret: string = JSON.parse(text).privateKey
    await writeFile(keyFile, text.replace(secret, `${secret}!`).replace('"none"', 'none'))
    const error: unknown = await loadIdentity({ keyFile }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: 'KeyFileCorruptError' })
    expect(JSON.stringify([String(error), (error as Error).cause, (error as Error).stack])).not.toContain(
      secret.slice(0, 8)
    )
  })
})

describe('a key file of a later version', () => {
  test('is told apart from a damaged one', async () => {
    const { keyFile } = await makeKeyFile()
    await change(keyFile, { version: 2, protection: 'moon' })
    await expect(loadIdentity({ keyFile })).rejects.toMatchObject({ name: 'KeyFileVersionError', exitCode: 3 })
  })
})

describe('a hostile key file', () => {
  test.each([
    { N: 2 ** 30, r: 8, p: 1 },
    { N: 2 ** 19, r: 8, p: 1 },
    { N: 2, r: 2 ** 30, p: 1 },
    { N: 2 ** 16, r: 8, p: 2 ** 20 },
    { N: 2 ** 53, r: 2 ** 53, p: 2 ** 53 },
    { N: 1e308, r: 1e308, p: 1 },
    { N: 65_537, r: 8, p: 1 },
    { N: 0, r: 8, p: 1 },
    { N: -16, r: 8, p: 1 },
    { N: 16, r: 0.5, p: 1 }
  ])('that asks for the cost %j is not opened', async cost => {
    const { keyFile } = await makeKeyFile({ passphrase })
    await change(keyFile, { cost })
    const loading = loadIdentity({ keyFile, passphrase })
    await expect(loading).rejects.toMatchObject({
      name: 'KeyFileCorruptError',
      message: expect.stringContaining('cost')
    })
  })

  test('that makes opening cheaper than it was is not opened', async () => {
    const { keyFile } = await makeKeyFile({ passphrase })
    await change(keyFile, { cost: { N: 8, r: 1, p: 1 } })
    await expect(loadIdentity({ keyFile, passphrase })).rejects.toMatchObject({ name: 'PassphraseWrongError' })
  })

  test('that claims another peer id is not believed, encrypted or not', async () => {
    const { peerId } = await makeKeyFile()
    const [plain, encrypted] = [await makeKeyFile(), await makeKeyFile({ passphrase })]
    await change(plain.keyFile, { peerId })
    await change(encrypted.keyFile, { peerId })
    await expect(loadIdentity(plain)).rejects.toMatchObject({ name: 'KeyFileCorruptError' })
    const opening = loadIdentity({ ...encrypted, passphrase })
    await expect(opening).rejects.toMatchObject({ name: 'PassphraseWrongError' })
  })

  test('whose public half belongs to another key is not believed', async () => {
    const [{ keyFile }, mine, other] = [
      await makeKeyFile(),
      await generateKeyPair('Ed25519'),
      await generateKeyPair('Ed25519')
    ]
    const raw = Buffer.concat([Buffer.from([8, 1, 0x12, 64]), mine.raw.subarray(0, 32), other.publicKey.raw])
    await change(keyFile, { privateKey: raw.toString('base64'), peerId: other.publicKey.toString() })
    await expect(loadIdentity({ keyFile })).rejects.toMatchObject({
      name: 'KeyFileCorruptError',
      message: expect.stringContaining('public half')
    })
  })

  test('with a key of another type is refused', async () => {
    const [{ keyFile }, key] = [await makeKeyFile(), await generateKeyPair('secp256k1')]
    const privateKey = Buffer.from(privateKeyToProtobuf(key)).toString('base64')
    await change(keyFile, { privateKey, peerId: key.publicKey.toString() })
    await expect(loadIdentity({ keyFile })).rejects.toMatchObject({
      name: 'KeyFileCorruptError',
      message: expect.stringContaining('secp256k1')
    })
  })

  test.each(['salt', 'nonce', 'ciphertext', 'peerId'])('with a changed %s is not opened', async field => {
    const { keyFile } = await makeKeyFile({ passphrase })
    const document: Record<string, string> = JSON.parse(await readFile(keyFile, 'utf8'))
    const [first = '', ...rest] = document[field] ?? ''
    await change(keyFile, { [field]: `${first === 'B' ? 'C' : 'B'}${rest.join('')}` })
    await expect(loadIdentity({ keyFile, passphrase })).rejects.toMatchObject({ name: 'PassphraseWrongError' })
  })
})

describe('looking at a key file', () => {
  test('shows the public half of an encrypted one without its passphrase', async () => {
    const { keyFile, peerId } = await makeKeyFile({ passphrase })
    const closed = await inspectKeyFile({ keyFile })
    expect(closed).toMatchObject({ peerId, encrypted: true, verified: false, mode: 0o600 })
    expect(await inspectKeyFile({ keyFile, passphrase })).toEqual({ ...closed, verified: true })
    await expect(inspectKeyFile({ keyFile, passphrase: 'no' })).rejects.toMatchObject({ name: 'PassphraseWrongError' })
  })

  test('of an open one checks the key, passphrase or not', async () => {
    const { keyFile, peerId } = await makeKeyFile()
    const summary = { peerId, encrypted: false, verified: true }
    expect(await inspectKeyFile({ keyFile, passphrase })).toMatchObject(summary)
  })

  test.each(['nonsense', 'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG'])('refuses the peer id %s', async peerId => {
    const { keyFile } = await makeKeyFile({ passphrase })
    await change(keyFile, { peerId })
    await expect(inspectKeyFile({ keyFile })).rejects.toMatchObject({ name: 'KeyFileCorruptError' })
  })
})
