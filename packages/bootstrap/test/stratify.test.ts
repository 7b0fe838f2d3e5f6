import fc from 'fast-check'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '@waystone/kit/testing'
import { networkOf } from '../src/network.ts'
import { sampleSpread, stratify } from '../src/stratify.ts'
import type { Network } from '../src/network.ts'

interface Item {
  name: string
  networks: readonly Network[]
}

const item = (...addresses: string[]): Item => ({
  name: addresses.join(),
  networks: addresses.flatMap(text => networkOf(multiaddr(text)) ?? [])
})

const part = fc.integer({ min: 0, max: 3 })
const ip4 = fc.tuple(part, part, part).map(([a, b, c]) => `/ip4/8.${a}.${b}.${c}/tcp/1`)
const ip6 = fc.tuple(part, part, part).map(([a, b, c]) => `/ip6/2a00:${a}:${b}::${c + 1}/tcp/1`)
const items = fc.array(
  fc.oneof(
    ip4.map(text => item(text)),
    ip6.map(text => item(text)),
    fc.tuple(ip4, ip6).map(texts => item(...texts))
  ),
  { maxLength: 200 }
)
const caps = { narrow: 1, wide: 2, exemptPrivate: false }

function most(chosen: readonly Item[], keyOf: (network: Network) => string): number {
  const counts = new Map<string, number>()
  for (const { networks } of chosen) {
    for (const key of new Set(networks.map(keyOf))) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return Math.max(0, ...counts.values())
}

describe('a sample', () => {
  it('keeps the caps, repeats nobody, and takes only who is fit, whatever there is', () => {
    fc.assert(
      fc.property(items, fc.integer({ min: 0, max: 32 }), fc.integer(), (all, count, seed) => {
        const isFit = ({ name }: Item): boolean => !name.includes('/ip4/8.3.')
        const strata = stratify(all, caps)
        const chosen = sampleSpread(strata, { count, caps, random: seededRandom(seed), isFit })
        expect(chosen.length).toBeLessThanOrEqual(count)
        expect(new Set(chosen).size).toBe(chosen.length)
        expect(chosen.every(isFit)).toBe(true)
        expect(most(chosen, ({ narrow }) => narrow)).toBeLessThanOrEqual(1)
        expect(most(chosen, ({ wide }) => wide)).toBeLessThanOrEqual(2)
      })
    )
  })

  it('has every network before it has one twice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer(), (networks, seed) => {
        const all = Array.from({ length: networks }, (_, a) =>
          Array.from({ length: 5 }, (__, b) => item(`/ip4/8.${a}.${b}.1/tcp/1`))
        ).flat()
        const chosen = sampleSpread(stratify(all, caps), {
          count: networks,
          caps,
          random: seededRandom(seed),
          isFit: () => true
        })
        expect(new Set(chosen.map(({ networks: [first] }) => first?.wide)).size).toBe(networks)
      })
    )
  })

  it('gives each network the same chance, and each peer in it', () => {
    // one network has a thousand peers, nine have two
    const large = Array.from({ length: 1_000 }, (_, index) =>
      item(`/ip4/9.9.${index % 250}.${Math.floor(index / 250)}/tcp/1`)
    )
    const small = Array.from({ length: 18 }, (_, index) => item(`/ip4/8.${index >> 1}.${index & 1}.1/tcp/1`))
    const strata = stratify([...large, ...small], caps)
    const random = seededRandom(1)
    const counts = new Map<string, number>()
    const runs = 10_000
    for (let run = 0; run < runs; run++) {
      const chosen = sampleSpread(strata, { count: 1, caps, random, isFit: () => true })
      for (const { name } of chosen) {
        const key = name.includes('/ip4/9.') ? 'large' : name
        counts.set(key, (counts.get(key) ?? 0) + 1)
      }
    }
    const shareOf = (key: string): number => (counts.get(key) ?? 0) / runs
    expect(Math.abs(shareOf('large') - 0.1)).toBeLessThan(0.01)
    for (const { name } of small) expect(Math.abs(shareOf(name) - 0.05)).toBeLessThan(0.01)
  })

  it('takes local peers by port where local networks are shared', () => {
    const shared = { ...caps, exemptPrivate: true }
    const all = Array.from({ length: 20 }, (_, port) => item(`/ip4/127.0.0.1/tcp/${port + 1}`))
    const init = { count: 16, random: seededRandom(1), isFit: () => true }
    expect(sampleSpread(stratify(all, shared), { ...init, caps: shared })).toHaveLength(16)
    expect(sampleSpread(stratify(all, caps), { ...init, caps })).toHaveLength(1)
  })
})
