import { expect, test } from 'vitest'
import { syncTrust } from '../../src/registry/sync-trust.ts'
import { peerOf } from '../cluster/cluster-file.ts'
import type { TrustDecision } from '@waystone/interface'

const peer = await peerOf(10)

function setUp() {
  const [changed, listeners] = [{ isRevoked: false }, new Set<() => void>()]
  const onChange = (listener: () => void) => {
    const own = () => listener()
    listeners.add(own)
    return () => void listeners.delete(own)
  }
  const explain = (): TrustDecision => ({ allow: true, reason: 'the test says so' })
  const trust = syncTrust({ explain, onChange }, { membership: { onChange }, isRevoked: () => changed.isRevoked })
  return { changed, listeners, trust }
}

test('a node that was removed from its cluster compares its registry with nobody, and takes records as before', () => {
  const { changed, trust } = setUp()
  const asked = (): boolean[] =>
    ['registry-sync', 'registry:rendezvous'].map(name => trust.explain({ peer }, name).allow)
  expect(asked()).toEqual([true, true])
  changed.isRevoked = true
  expect(asked()).toEqual([false, true])
  changed.isRevoked = false
  expect(asked()).toEqual([true, true])
})

test('a change of the members is told as one of trust, until nobody listens', () => {
  const { listeners, trust } = setUp()
  let told = 0
  const unfollow = trust.onChange(() => void told++)
  for (const listener of listeners) listener()
  expect(told).toBe(2)
  unfollow()
  expect(listeners.size).toBe(0)
})
