import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { expect, it } from 'vitest'
import { GrantsPolicy } from '../../src/trust/grants-policy.ts'
import type { PeerId } from '@libp2p/interface'

async function aPeer(): Promise<PeerId> {
  return peerIdFromPrivateKey(await generateKeyPair('Ed25519'))
}

it('allows nobody anything by default', async () => {
  expect(new GrantsPolicy().decide({ peer: await aPeer() }, 'admin')).toEqual({
    allow: false,
    reason: 'admin is not granted'
  })
})

it('allows what the config grants, to those whom it names', async () => {
  const [friend, stranger] = [await aPeer(), await aPeer()]
  const policy = new GrantsPolicy({ admin: [friend.toString()], 'tunnel:web': 'anyone' })
  expect(policy.decide({ peer: friend }, 'admin').allow).toBe(true)
  expect(policy.decide({ peer: stranger }, 'admin').allow).toBe(false)
  expect(policy.decide({ peer: stranger }, 'tunnel:web').allow).toBe(true)
})

it('takes a grant back without touching another one of the same function', async () => {
  const [one, two] = [await aPeer(), await aPeer()]
  const policy = new GrantsPolicy()
  const revoke = policy.grant('tunnel:web', [one])
  policy.grant('tunnel:web', [two])
  revoke()
  revoke()
  expect(policy.decide({ peer: one }, 'tunnel:web').allow).toBe(false)
  expect(policy.decide({ peer: two }, 'tunnel:web').allow).toBe(true)
})
