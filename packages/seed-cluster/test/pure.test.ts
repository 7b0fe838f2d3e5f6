import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NewsDelay } from '../src/news-delay.ts'
import { hasToYield, isSignedBy, requireInstance, signInstance } from '../src/instance.ts'
import { SequenceClaims } from '../src/sequence-claims.ts'
import { clusterState } from '../src/state.ts'
import { keyOf, newInstance, NOW } from './network.ts'

const instances = fc.record({
  id: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  startedAt: fc.bigInt(0n, 3n),
  fence: fc.bigInt(0n, 2n),
  keeper: fc.bigInt(0n, 2n)
})

test('of two runs with one key exactly one yields, whoever is asked', () => {
  fc.assert(
    fc.property(instances, instances, (one, other) => {
      fc.pre(one.id.some((byte, index) => byte !== other.id[index]))
      expect(hasToYield(one, other)).toBe(!hasToYield(other, one))
    })
  )
})

test('a lease that another keeper counts says nothing, and no lease at all says enough', () => {
  const id = new Uint8Array(16)
  const [older, younger] = [
    { id, startedAt: 1n, fence: 1n, keeper: 5n },
    { id, startedAt: 2n, fence: 9n, keeper: 5n }
  ]
  expect(hasToYield(older, younger)).toBe(true)
  expect(hasToYield(older, { ...younger, keeper: 6n })).toBe(false)
  expect(hasToYield({ ...older, fence: 0n, keeper: 0n }, younger)).toBe(true)
})

test('what an instance says cannot be changed', async () => {
  const key = await keyOf(1)
  const said = await signInstance({ ...newInstance(), fence: 2n, keeper: 5n }, key, { now: NOW })
  expect(await isSignedBy(said, key.publicKey)).toBe(true)
  for (const change of [
    { fence: 3n },
    { keeper: 3n },
    { startedAt: 1n },
    { saidAt: 1n },
    { id: new Uint8Array(16) },
    { seen: new Uint8Array(16) },
    { signature: new Uint8Array(3) }
  ])
    expect(await isSignedBy({ ...said, ...change }, key.publicKey)).toBe(false)
})

test.each([1, 15, 17, 100_000])('an instance that names another one by %d bytes is none', length => {
  const said = {
    id: new Uint8Array(16),
    startedAt: 1n,
    fence: 0n,
    keeper: 0n,
    saidAt: 1n,
    signature: new Uint8Array(64)
  }
  expect(() => requireInstance({ ...said, seen: new Uint8Array(length) })).toThrow('names no instance')
})

test.each([
  [{ hasFile: false }, 'no-file'],
  [{ isMember: false }, 'not-a-member'],
  [{ isMember: false, wasMember: true }, 'revoked'],
  [{ others: 0, connected: 0 }, 'alone'],
  [{ connected: 0 }, 'alone'],
  [{ connected: 3 }, 'partial'],
  [{ connected: 4 }, 'joined'],
  [{ others: 30, connected: 16 }, 'joined']
] as const)('%o is %s', (change, state) => {
  const init = { hasFile: true, isMember: true, wasMember: false, others: 4, connected: 4 }
  expect(clusterState({ ...init, ...change })).toBe(state)
})

describe('claims of a newer file', () => {
  test('of one less each time make nobody look for ever', () => {
    const claims = new SequenceClaims()
    const own = 5n
    let looks = 0
    for (let claimed = 2n ** 64n - 1n, now = 0; now < 590_000; now += 5_000, claimed--) {
      if (!claims.isWorthALook('a', claimed, { own, now })) continue
      claims.looking(now)
      claims.looked('a', claimed, { own, now })
      looks++
    }
    expect(looks).toBe(3)
    expect(claims.isWorthALook('a', 6n, { own, now: 590_000 })).toBe(true)
  })

  test('are looked into at most every five seconds, whoever makes them', () => {
    const claims = new SequenceClaims()
    const own = 1n
    expect(claims.isWorthALook('a', 1n, { own, now: 0 })).toBe(false)
    expect(claims.isWorthALook('a', 2n, { own, now: 0 })).toBe(true)
    claims.looking(0)
    expect(claims.isWorthALook('b', 2n, { own, now: 4_999 })).toBe(false)
    expect(claims.isWorthALook('b', 2n, { own, now: 5_000 })).toBe(true)
  })

  test('are ignored after three that were false, for ten minutes, and then after one', () => {
    const claims = new SequenceClaims()
    const at = (now: number) => ({ own: 1n, now })
    expect([0, 1, 2].map(now => claims.looked('a', 9n, at(now)))).toEqual([false, false, true])
    expect(claims.isFalse('a', 3)).toBe(true)
    expect(claims.isWorthALook('a', 10n, at(10_000))).toBe(false)
    expect(claims.isWorthALook('b', 10n, at(10_000))).toBe(true)
    expect(claims.isWorthALook('a', 9n, at(600_002))).toBe(true)
    expect(claims.looked('a', 9n, at(600_003))).toBe(true)
  })

  test('of a lower sequence are worth a look all the same, and right ones clear the name', () => {
    const claims = new SequenceClaims()
    const at = (own: bigint) => ({ own, now: 10_000 })
    for (let time = 0; time < 3; time++) claims.looked('a', 9n, at(1n))
    expect(claims.isWorthALook('a', 2n, at(1n))).toBe(true)
    expect(claims.looked('a', 2n, at(2n))).toBe(false)
    expect(claims.isFalse('a', 10_000)).toBe(false)
  })
})

test('news waits little at first, longer while there is news all the time, and little again after a quiet time', () => {
  const delay = new NewsDelay()
  let now = 0
  const waits = Array.from({ length: 5 }, () => {
    const ms = delay.next(now)
    now += ms
    return ms
  })
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 4_000])
  expect(delay.next(now + 9_999)).toBe(4_000)
  expect(delay.next(now + 9_999 + 4_000 + 10_000)).toBe(500)
})
