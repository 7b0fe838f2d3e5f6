import { expect, test } from 'vitest'
import { aPeer, openAcl } from '../people.ts'
import type { TrustEntryChange } from '../../src/index.ts'

test.each<[TrustEntryChange, string]>([
  [{ trustlevel: 'blocked' }, 'a: from level peer to blocked'],
  [{ trustedFunctions: { admin: true, 'offer-relay': false } }, 'a: admin allowed'],
  [{ trustedFunctions: { admin: true } }, 'a: no override of offer-relay any more, admin allowed'],
  [{ trustedFunctions: {} }, 'a: no override of offer-relay any more'],
  [{ trustedFunctions: { 'offer-relay': true } }, 'a: offer-relay allowed'],
  [{ trustLifetime: 5_000 }, 'a: trust-lifetime 5000 ms'],
  [{ cacheLifetime: 5_000 }, 'a: cache-lifetime 5000 ms'],
  [{ addresses: ['/ip4/192.0.2.7/tcp/1'] }, 'a: addresses /ip4/192.0.2.7/tcp/1'],
  [{ label: 'z', trustlevel: 'trusted' }, 'z: from level peer to trusted, label was "a"'],
  [{}, 'a: at level peer as before']
])('the audit says what %j has made different', async (change, line) => {
  await using made = await openAcl()
  const pubkey = (await aPeer()).toString()
  await made.acl.add({ label: 'a', pubkey, trustlevel: 'peer', trustedFunctions: { 'offer-relay': false } })
  await made.acl.set('a', change)
  expect(made.told.of('changed')).toEqual([line])
})

test('a level that is given again, later, is not one that stayed', async () => {
  await using made = await openAcl()
  await made.acl.add({ label: 'a', pubkey: (await aPeer()).toString(), trustlevel: 'peer' })
  await made.clock.advance(1)
  await made.acl.set('a', { trustlevel: 'peer' })
  expect(made.told.of('changed')).toEqual(['a: at level peer, given again'])
})
