import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { CID } from 'multiformats/cid'
import { identity } from 'multiformats/hashes/identity'
import { base16 } from 'multiformats/bases/base16'
import { base36 } from 'multiformats/bases/base36'
import { base58btc } from 'multiformats/bases/base58'
import { expect, test } from 'vitest'
import { normalPubkey } from '../../src/model/names.ts'

/** https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md#keys: type 3, and two bytes that are no key. */
const ECDSA_KEY = new Uint8Array([8, 3, 18, 2, 1, 2])

test.each(['Ed25519', 'secp256k1', 'RSA'] as const)('an %s key is read in every usual form', async type => {
  const peer = peerIdFromPrivateKey(await generateKeyPair(type))
  const cid = peer.toCID()
  const bases = [base36, base58btc, base16].map(base => cid.toString(base))
  const forms = [peer.toString(), cid.toString(), ...bases]
  const all = forms.flatMap(form => [form, ` ${form}\n`, `/ipns/${form}`, `ipns://${form}`, `/p2p/${form}`])
  for (const form of all) {
    // of the bases that CIDs may be written in, these need no hint
    if (form.includes(bases[2] ?? '')) continue
    expect(normalPubkey(form, 'peer')).toBe(peer.toString())
    expect(normalPubkey(form, 'file')).toBe(cid.toString(base36))
  }
})

test.each([
  ['nothing', ''],
  ['a word', 'friends'],
  ['the CID of content', 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi'],
  ['half a key', '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6'],
  ['a URL', 'https://example.org/'],
  ['a key of a type that libp2p peers do not have', CID.createV1(0x72, identity.digest(ECDSA_KEY)).toString()],
  ['a long text', `1${'2'.repeat(5_000)}`],
  ['DNSLink', '/ipns/example.org']
])('%s is no key', (_what, text) => {
  expect(() => normalPubkey(text, 'file')).toThrow(
    expect.objectContaining({ name: 'PubkeyInvalidError', hint: expect.any(String) })
  )
})
