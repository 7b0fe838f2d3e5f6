import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decide, levelOf } from '../../src/decide/decide.ts'
import { PeerIndex } from '../../src/decide/peer-index.ts'
import { createVoice } from '../../src/decide/voice.ts'
import { LEVELS, RANK } from '../../src/index.ts'
import { OTHER, PEER, viewOf } from './view.ts'
import type { EntryLevel } from '../../src/index.ts'
import type { TestEntry } from './view.ts'

const functions = fc.constantFrom('admin', 'offer-relay', 'use-as-relay', 'connect', 'tunnel:web', 'protocol:/x/1')
const level = fc.constantFrom(...LEVELS.filter((name): name is EntryLevel => name !== 'none'))
const entry = fc.record({
  label: fc.constant(''),
  level,
  functions: fc.dictionary(functions, fc.boolean(), { maxKeys: 3 }),
  endsAt: fc.oneof(fc.constant(Infinity), fc.nat(100)),
  peers: fc.subarray([PEER, OTHER])
})
const entries = fc.array(entry, { maxLength: 6 }).map(all => all.map((one, index) => ({ ...one, label: `e${index}` })))
const time = fc.nat(110)

function naming(all: readonly TestEntry[], now: number): TestEntry[] {
  return all.filter(({ peers = [], endsAt = 0 }) => peers.includes(PEER) && now < endsAt)
}

test('the order of the entries does not matter, nor does what ended or names others', () => {
  fc.assert(
    fc.property(entries, functions, time, (all, name, now) => {
      const { allow } = decide(viewOf(all), { peer: PEER }, name, now)
      expect(decide(viewOf(all.toReversed()), { peer: PEER }, name, now).allow).toBe(allow)
      expect(decide(viewOf(naming(all, now)), { peer: PEER }, name, now).allow).toBe(allow)
    })
  )
})

test('one live block is enough to deny everything, and without any the level is the highest', () => {
  fc.assert(
    fc.property(entries, functions, time, (all, name, now) => {
      const levels = naming(all, now).map(one => one.level)
      const view = viewOf(all)
      if (levels.includes('blocked')) {
        expect([levelOf(view, PEER, now), decide(view, { peer: PEER }, name, now).allow]).toEqual(['blocked', false])
      } else expect(RANK[levelOf(view, PEER, now)]).toBe(Math.max(RANK.none, ...levels.map(one => RANK[one])))
    })
  )
})

test('without overrides a higher level never loses a right', () => {
  const lasting = entries.map(all => all.map(one => ({ ...one, functions: {}, endsAt: Infinity, peers: [PEER] })))
  fc.assert(
    fc.property(lasting, level, functions, (all, added, name) => {
      const before = decide(viewOf(all), { peer: PEER }, name, 0).allow
      const after = decide(viewOf([...all, { label: 'more', level: added }]), { peer: PEER }, name, 0).allow
      expect(after).toBe(added === 'blocked' ? false : after || before)
    })
  )
})

test('an index to which entries were added and removed is that of the entries that are left', () => {
  const step = fc.record({ id: fc.constantFrom('a', 'b', 'c'), entry: fc.option(entry) })
  fc.assert(fc.property(fc.array(step, { maxLength: 12 }), assertSameAsFresh))
})

function assertSameAsFresh(steps: { id: string; entry: TestEntry | null }[]): void {
  const index = new PeerIndex()
  const left = new Map<string, TestEntry>()
  for (const { id, entry: one } of steps) {
    if (one === null) index.delete(id)
    else index.set(voiceOf(id, one), nodesOf(one))
    if (one === null) left.delete(id)
    else left.set(id, one)
  }
  const fresh = viewOf([...left].map(([label, one]) => ({ ...one, label })))
  for (const peer of [PEER, OTHER]) {
    const made = { ...fresh, index }
    expect(levelOf(made, peer, 50)).toBe(levelOf(fresh, peer, 50))
    expect(decide(made, { peer }, 'admin', 50).allow).toBe(decide(fresh, { peer }, 'admin', 50).allow)
  }
  expect(index.size).toBe(fresh.index.size)
}

function voiceOf(id: string, { level: trustlevel, functions: trustedFunctions = {}, endsAt = Infinity }: TestEntry) {
  return createVoice({ pubkey: id, label: id, trustlevel, trustedFunctions }, endsAt)
}

function nodesOf({ peers = [] }: TestEntry) {
  return peers.map(peer => ({ label: '', peer, remotes: [], remotesStrict: false }))
}
