import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, test } from 'vitest'
import { decide, levelOf } from '../../src/decide/decide.ts'
import { Grants } from '../../src/decide/grants.ts'
import { FUNCTIONS, LEVELS } from '../../src/index.ts'
import { FunctionMatrix } from '../../src/model/matrix.ts'
import { OTHER, PEER, SELF, viewOf } from './view.ts'
import type { TrustLevel } from '@waystone/interface'
import type { TestEntry } from './view.ts'

const NAMES = [...Object.keys(FUNCTIONS), 'admin', 'tunnel:web', 'protocol:/x/1', 'of-a-plugin']
const OVERRIDES = { none: undefined, positive: true, negative: false }

function entriesAt(level: TrustLevel, name: string, override: boolean | undefined): TestEntry[] {
  const functions = override === undefined ? {} : { [name]: override }
  return level === 'none' ? [] : [{ label: 'it', level, functions }]
}

/** Said once more, in other words than the code. */
function expected(level: TrustLevel, name: string, override: boolean | undefined): [boolean, string] {
  if (level === 'blocked') return [false, 'blocked by "it"']
  if (override !== undefined && level !== 'none') {
    return [override, `${name} is ${override ? 'allowed' : 'denied'} by "it" (override)`]
  }
  const allow = new FunctionMatrix().row(name).allowed.includes(level)
  return [allow, `${name} is ${allow ? 'allowed' : 'denied'} at level ${level}`]
}

describe.each(LEVELS)('at level %s', level => {
  test.each(NAMES)('%s, without and with overrides', name => {
    for (const override of Object.values(OVERRIDES)) {
      const answer = decide(viewOf(entriesAt(level, name, override)), { peer: PEER }, name, 0)
      expect([answer.allow, answer.reason]).toEqual(expected(level, name, override))
    }
  })
})

const FRIEND: TestEntry = { label: 'friend', level: 'ultimate' }
const EVIL: TestEntry = { label: 'evil', level: 'blocked' }
const rules = (allow: boolean) => ({ check: () => ({ allow, reason: 'a rule' }) })
const address = multiaddr('/ip4/192.0.2.7/tcp/1')

describe('the order', () => {
  test('a denying address rule comes before everything, an allowing one ends nothing', () => {
    const subject = { peer: PEER, address }
    expect(decide(viewOf([FRIEND], { rules: rules(false) }), subject, 'connect', 0).reason).toBe('a rule')
    expect(decide(viewOf([], { rules: rules(false), self: PEER }), subject, 'connect', 0).allow).toBe(false)
    expect(decide(viewOf([EVIL], { rules: rules(true) }), subject, 'connect', 0).reason).toBe('blocked by "evil"')
    expect(decide(viewOf([FRIEND], { rules: rules(false) }), { peer: PEER }, 'connect', 0).allow).toBe(true)
  })

  test('blocked wins over every other entry, override and grant, and over being this node', () => {
    const friend = { ...FRIEND, functions: { admin: true } }
    const grants = new Grants({ admin: 'anyone' })
    for (const entries of [
      [EVIL, friend],
      [friend, EVIL]
    ]) {
      expect(decide(viewOf(entries, { grants, self: PEER }), { peer: PEER }, 'admin', 0)).toEqual({
        allow: false,
        reason: 'blocked by "evil"'
      })
    }
  })

  test('this node itself may do everything', () => {
    const view = viewOf([{ label: 'me', level: 'peer', functions: { admin: false }, peers: [SELF] }])
    expect(decide(view, { peer: SELF }, 'admin', 0)).toEqual({ allow: true, reason: 'this node itself' })
  })

  test('a negative override in any entry beats positive ones, grants and levels', () => {
    const entries: TestEntry[] = [
      { label: 'a', level: 'ultimate', functions: { admin: true } },
      { label: 'b', level: 'peer', functions: { admin: false } },
      { label: 'c', level: 'trusted', functions: { admin: true } }
    ]
    for (const shuffled of [entries, entries.toReversed()]) {
      const answer = decide(viewOf(shuffled, { grants: new Grants({ admin: [PEER] }) }), { peer: PEER }, 'admin', 0)
      expect(answer).toEqual({ allow: false, reason: 'admin is denied by "b" (override)' })
    }
  })

  test('a grant counts without any entry, for its grantees alone', () => {
    const grants = new Grants({ admin: [PEER], 'tunnel:web': 'anyone' })
    const view = viewOf([], { grants })
    expect(decide(view, { peer: PEER }, 'admin', 0).reason).toBe('admin is granted to this peer')
    expect(decide(view, { peer: OTHER }, 'admin', 0).allow).toBe(false)
    expect(decide(view, { peer: OTHER }, 'tunnel:web', 0).reason).toBe('tunnel:web is granted to anyone')
  })

  test('a grant that is taken back leaves another one of the same function alone', () => {
    const grants = new Grants()
    const revoke = grants.grant('tunnel:web', 'anyone')
    grants.grant('tunnel:web', [{ toString: () => OTHER } as never])
    revoke()
    revoke()
    expect(grants.answer(PEER, 'tunnel:web')).toBeUndefined()
    expect(grants.answer(OTHER, 'tunnel:web')?.allow).toBe(true)
  })
})

describe('the level', () => {
  test('is the highest of the entries that last', () => {
    const entries: TestEntry[] = [
      { label: 'a', level: 'marginal' },
      { label: 'b', level: 'ultimate', endsAt: 100 },
      { label: 'c', level: 'trusted', endsAt: 200 }
    ]
    expect([99, 100, 200].map(now => levelOf(viewOf(entries), PEER, now))).toEqual(['ultimate', 'trusted', 'marginal'])
  })

  test('a block that ended blocks no more, an override that ended allows no more', () => {
    const entries: TestEntry[] = [
      { ...EVIL, endsAt: 100 },
      { label: 'a', level: 'peer', functions: { admin: true }, endsAt: 200 }
    ]
    expect(levelOf(viewOf(entries), PEER, 99)).toBe('blocked')
    expect([99, 100, 200].map(now => decide(viewOf(entries), { peer: PEER }, 'admin', now).allow)).toEqual([
      false,
      true,
      false
    ])
  })

  test('ratings lift to marginal at most, and never the blocked', () => {
    const rated = (level: 'peer' | 'marginal') => ({ ratedLevel: () => level })
    expect(levelOf(viewOf([], rated('marginal')), PEER, 0)).toBe('marginal')
    expect(levelOf(viewOf([], rated('peer')), PEER, 0)).toBe('peer')
    expect(levelOf(viewOf([{ label: 'a', level: 'trusted' }], rated('marginal')), PEER, 0)).toBe('trusted')
    expect(levelOf(viewOf([{ label: 'a', level: 'marginal' }], rated('peer')), PEER, 0)).toBe('marginal')
    expect(levelOf(viewOf([EVIL], rated('marginal')), PEER, 0)).toBe('blocked')
    expect(levelOf(viewOf([], { ratedLevel: () => 'ultimate' as never }), PEER, 0)).toBe('peer')
  })
})
