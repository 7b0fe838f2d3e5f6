import { createPrivateKey, sign } from 'node:crypto'
import { privateKeyFromProtobuf } from '@libp2p/crypto/keys'
import { seededRandom } from '@waystone/kit/testing'
import { expect, test } from 'vitest'
import { createIdentity, exportPrivateKey } from '../../src/identity/index.ts'

const random = seededRandom(5)

test('an exported libp2p key is the base64 protobuf that libp2p reads back', async () => {
  const { privateKey } = await createIdentity({ random })
  const text = exportPrivateKey(privateKey, 'libp2p')
  expect(text).toMatch(/^CAES[A-Za-z0-9+/=]+\n$/)
  expect(privateKeyFromProtobuf(Buffer.from(text, 'base64')).equals(privateKey)).toBe(true)
})

test('an exported PEM signs in other programs what the peer id verifies', async () => {
  const { privateKey } = await createIdentity({ random })
  const pem = exportPrivateKey(privateKey, 'pem')
  const message = Buffer.from('hello')
  expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----\n[\s\S]+\n-----END PRIVATE KEY-----\n$/)
  const signature = sign(null, message, createPrivateKey(pem))
  expect(await privateKey.publicKey.verify(message, signature)).toBe(true)
})
