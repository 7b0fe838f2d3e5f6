import { FUNCTIONS } from '@waystone/trust-acl'
import { FunctionMatrix, LEVELS } from '@waystone/trust-acl/offline'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cases } from './trust-cases.ts'
import { trustNetwork } from './trust-network.ts'
import type { WaystoneNode } from '@waystone/node'
import type { Case } from './trust-cases.ts'
import type { TrustNetwork } from './trust-network.ts'

// seven nodes on a busy machine
const HOOK_TIMEOUT_MS = 60_000

/** What refusals say; anything else is another failure. */
const REFUSED = /denied|this needs the function|not dialled|aborted/i

/** Levels that may, of the seven, by function in the order of the table. */
const ALLOWED_LEVELS = [3, 2, 2, 4, 4, 1, 3, 2, 4, 2, 2, 2, 2, 2]

let network: TrustNetwork
beforeAll(async () => void (network = await trustNetwork()), HOOK_TIMEOUT_MS)
afterAll(async () => await network[Symbol.asyncDispose](), HOOK_TIMEOUT_MS)

/**
 * What a node looks up for its own plans: nobody wanted anything, so nothing is
 * counted as denied. Of the others every denial is in the log of who denied.
 */
const PLANNED = ['use-for-bootstrap', 'connect-on-startup', 'hold-and-reconnect']

/** What the decider has told its operator about that peer and function. */
function toldReasons({ decider, bad }: Case, name: string): string[] {
  const subject = bad.libp2p.peerId.toString()
  const events = network.inside(decider).audit.events()
  return events
    .filter(event => event.kind === 'denied' && event.function === name && event.subject === subject)
    .map(({ reason }) => reason)
}

/** Has the decider say of one peer what it may; nothing else is known of the peer there. */
async function know(decider: WaystoneNode, peer: WaystoneNode, functions: Record<string, boolean>): Promise<void> {
  const { trust } = network.inside(decider)
  const pubkey = peer.libp2p.peerId.toString()
  if (trust.entry(pubkey) !== undefined) await trust.remove(pubkey)
  const addresses = peer.libp2p.getMultiaddrs().map(address => address.toString().replace(/\/p2p\/[^/]+$/, ''))
  const direct = addresses.filter(address => !address.includes('/p2p-circuit'))
  const label = `the peer ${pubkey.slice(-8)}`
  await trust.add({ label, pubkey, kind: 'peer', trustlevel: 'peer', trustedFunctions: functions, addresses: direct })
}

async function decideIn({ decider, good, bad, also = [] }: Case, name: string): Promise<void> {
  const others = Object.fromEntries(also.map(one => [one, true]))
  await know(decider, bad, { ...others, [name]: false })
  await know(decider, good, { ...others, [name]: true })
}

describe('on a running network', () => {
  test('every function has its case', () => {
    expect(Object.keys(cases).toSorted()).toEqual(Object.keys(FUNCTIONS).toSorted())
  })

  test.each(Object.keys(cases))('%s works for the one who may, and fails for the other with its reason', async name => {
    const made = await cases[name]?.(network)
    if (made === undefined) throw new Error('no such case')
    await decideIn(made, name)
    await made.attempt(made.good)
    await expect(made.attempt(made.bad)).rejects.toThrow(REFUSED)
    const peer = made.bad.libp2p.peerId
    const { allow, reason } = network.inside(made.decider).trust.explain({ peer }, name)
    const label = `the peer ${peer.toString().slice(-8)}`
    expect({ allow, reason }).toEqual({ allow: false, reason: `${name} is denied by "${label}" (override)` })
    expect([...new Set(toldReasons(made, name))]).toEqual(PLANNED.includes(name) ? [] : [reason])
  })

  test('seven levels by fourteen functions, as nodes have them whose config changes nothing', () => {
    const matrix = new FunctionMatrix()
    const rows = Object.keys(FUNCTIONS).map(name => {
      const marks = LEVELS.map(level => [level, matrix.allows(name, level) ? 'yes' : '-'])
      return { function: name, ...Object.fromEntries(marks) }
    })
    expect(rows.map(row => Object.values(row).filter(mark => mark === 'yes').length)).toEqual(ALLOWED_LEVELS)
    console.table(rows)
  })
})
