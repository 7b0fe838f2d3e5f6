// @peculiar/x509 stands on it
import 'reflect-metadata'
import { X509Certificate } from 'node:crypto'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { Extension } from '@peculiar/x509'
import { describe, expect, it } from 'vitest'
import { systemClock } from '@waystone/kit'
import { provePeer } from '../../src/libp2p/tls/peer-certificate.ts'
import { extensionOf, generateCertificate, makePeerCertificate } from './certificates.ts'
import { ECDSA, VALID, WRONG_SIGNATURE } from './spec-vectors.ts'

const bytes = (hex: string): Uint8Array => Buffer.from(hex, 'hex')
const NOW = systemClock.now()
const DAY_MS = 86_400_000

/** The name of what it throws, or the peer. */
const outcome = async (certificate: Uint8Array, init = { now: NOW }): Promise<string> =>
  await provePeer(certificate, init).then(String, (error: Error) => `${error.name}: ${error.message}`)

describe('certificates of the spec', () => {
  it.each(VALID)('$type', async ({ certificate, peer }) => {
    expect(await outcome(bytes(certificate))).toBe(peer)
  })

  // js-libp2p reads keys of this type in another form than the spec has, and has no peer ids for them
  it.each([
    ['ECDSA', ECDSA],
    ['ECDSA that another key has signed', WRONG_SIGNATURE]
  ])('%s: refused', async (_what, certificate) => {
    expect(await outcome(bytes(certificate))).toBe('PeerCertificateError: the certificate cannot be read')
  })
})

describe('certificates of other makers', () => {
  it.each([
    ['Ed25519', async () => await generateKeyPair('Ed25519')],
    ['secp256k1', async () => await generateKeyPair('secp256k1')],
    ['RSA', async () => await generateKeyPair('RSA', 2_048)]
  ])('of @libp2p/tls with a key of type %s', async (_type, generate) => {
    const hostKey = await generate()
    const { cert } = await generateCertificate(hostKey)
    expect(await outcome(new X509Certificate(cert).raw)).toBe(String(peerIdFromPrivateKey(hostKey)))
  })

  it('with extensions beside the one, in any order', async () => {
    const hostKey = await generateKeyPair('Ed25519')
    const other = extensionOf([Buffer.from('x')], '1.2.3.4.5')
    const usage = new Extension('2.5.29.15', true, Buffer.from('03020780', 'hex'))
    const { der } = await makePeerCertificate({ hostKey, extensions: own => [other, usage, own] })
    expect(await outcome(der)).toBe(String(peerIdFromPrivateKey(hostKey)))
  })
})

describe('certificates that prove nothing', () => {
  it('of another peer than was dialled', async () => {
    const [hostKey, other] = [await generateKeyPair('Ed25519'), await generateKeyPair('Ed25519')]
    const { der } = await makePeerCertificate({ hostKey })
    const proved = provePeer(der, { now: NOW, expected: peerIdFromPrivateKey(other) })
    await expect(proved).rejects.toThrow(expect.objectContaining({ name: 'UnexpectedPeerError' }))
  })

  it.each([
    ['are not valid yet', { notBefore: new Date(NOW + DAY_MS), notAfter: new Date(NOW + 2 * DAY_MS) }],
    ['have expired', { notBefore: new Date(NOW - 2 * DAY_MS), notAfter: new Date(NOW - DAY_MS) }]
  ])('that %s', async (what, dates) => {
    const { der } = await makePeerCertificate(dates)
    const [, ...words] = what.split(' ')
    expect(await outcome(der)).toMatch(new RegExp(`^PeerCertificateError: .*${words.at(-1) ?? ''}`))
  })

  it('that another key has signed', async () => {
    const [hostKey, signer] = [await generateKeyPair('Ed25519'), await generateKeyPair('Ed25519')]
    const { der } = await makePeerCertificate({ hostKey, signer })
    expect(await outcome(der)).toBe("PeerCertificateError: the peer's signature is wrong")
  })

  it('that are signed for another protocol', async () => {
    const { der } = await makePeerCertificate({ prefix: 'libp2p-tls-handshake' })
    expect(await outcome(der)).toBe("PeerCertificateError: the peer's signature is wrong")
  })

  it.each([
    ['without a key', 'the certificate has no libp2p key', () => []],
    ['with two keys', 'the certificate has two libp2p keys', (own: Extension) => [own, own]],
    [
      'with what is critical and not known',
      'the critical extension 2a030405 is not known',
      (own: Extension) => [own, extensionOf([], '1.2.3.4.5', true)]
    ],
    ['with half a key', 'the certificate is malformed', () => [extensionOf([Buffer.from('key')])]],
    [
      'with no sequence',
      'the certificate is malformed',
      () => [new Extension('1.3.6.1.4.1.53594.1.1', false, Buffer.from('0500', 'hex'))]
    ],
    [
      'with a key of no type',
      'the certificate cannot be read',
      () => [extensionOf([Buffer.from('key'), Buffer.from('signature')])]
    ],
    [
      'with a long one',
      /^PeerCertificateError: a certificate of \d+ bytes$/,
      (own: Extension) => [own, extensionOf([new Uint8Array(5_000)], '1.2.3')]
    ]
  ] as const)('%s', async (_what, message, extensions) => {
    const { der } = await makePeerCertificate({ extensions: extensions as (own: Extension) => Extension[] })
    const expected = typeof message === 'string' ? `PeerCertificateError: ${message}` : expect.stringMatching(message)
    expect(await outcome(der)).toEqual(expected)
  })

  it('that are nested deeply', async () => {
    const depth = 1_500
    const nested = Buffer.concat([Buffer.alloc(depth * 2, Buffer.from('3080', 'hex')), Buffer.alloc(depth * 2)])
    const { der } = await makePeerCertificate({
      extensions: () => [new Extension('1.3.6.1.4.1.53594.1.1', false, nested.subarray(0, 3_500))]
    })
    expect(await outcome(der)).toMatch(/^PeerCertificateError/)
  })
})

describe('certificates with any byte changed, or that end early', () => {
  const [{ certificate, peer }] = VALID
  const whole = bytes(certificate)

  it('are refused by name', async () => {
    for (let at = 0; at < whole.length; at++) {
      const changed = Uint8Array.from(whole, (byte, index) => (index === at ? byte ^ 0x01 : byte))
      expect(await outcome(changed), `byte ${at}`).toMatch(/^PeerCertificateError/)
      expect(await outcome(whole.subarray(0, at)), `the first ${at}`).toMatch(/^PeerCertificateError/)
    }
  })

  it('of which the whole one is good', async () => {
    expect(await outcome(whole)).toBe(peer)
  })
})
