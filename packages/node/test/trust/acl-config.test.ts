import { peerIdFromString } from '@libp2p/peer-id'
import { expect, test } from 'vitest'
import { defaultsFor } from '../../src/config/defaults.ts'
import { trustAclConfig } from '../../src/trust/acl-config.ts'
import { localConfig, startLocalNode } from '../local-node.ts'

const PEER = '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp'

test('the config becomes what the trust database takes', () => {
  const entry = { label: 'friends', pubkey: PEER, trustlevel: 'trusted' as const }
  const trust = {
    ...defaultsFor('edge').trust,
    grants: { admin: [peerIdFromString(PEER).toCID().toString()], 'tunnel:web': 'anyone' as const },
    entries: [{ ...entry, functions: ['offer-relay', '-use-as-relay'], lifetime: '1d', file: '/a', record: '/b' }]
  }
  const made = trustAclConfig(localConfig('edge', { trust, seeds: [`/ip4/192.0.2.7/tcp/1/p2p/${PEER}`] }))
  expect(made.grants).toEqual({ admin: [PEER], 'tunnel:web': 'anyone' })
  expect(made.entries).toEqual([
    { ...entry, trustedFunctions: { 'offer-relay': true, 'use-as-relay': false }, trustLifetime: 86_400_000 }
  ])
  expect(made.seeds).toEqual([`/ip4/192.0.2.7/tcp/1/p2p/${PEER}`])
})

test('a node keeps its trust database in its data folder', async () => {
  const trust = {
    ...defaultsFor('edge').trust,
    entries: [{ label: 'friend', pubkey: PEER, trustlevel: 'peer' as const }]
  }
  await using local = await startLocalNode('edge', { trust })
  const { datastore } = Object(local.node.libp2p).components
  const keys: string[] = []
  for await (const key of datastore.queryKeys({ prefix: '/trust/' })) keys.push(key.toString())
  expect(keys.sort()).toEqual([`/trust/entry/${PEER}`, `/trust/seen/${PEER}`])
})
