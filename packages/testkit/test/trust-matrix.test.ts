import { FUNCTIONS, LEVELS } from '@waystone/trust-acl'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cases } from './trust-cases.ts'
import { nodeAt, trustNetwork } from './trust-network.ts'
import type { WaystoneNode } from '@waystone/node'
import type { Case } from './trust-cases.ts'
import type { TrustNetwork } from './trust-network.ts'

// seven nodes on a busy machine
const HOOK_TIMEOUT_MS = 60_000

/** What refusals say; anything else is another failure. */
const REFUSED = /denied|this needs the function|not dialled|aborted/i

let network: TrustNetwork
beforeAll(async () => void (network = await trustNetwork()), HOOK_TIMEOUT_MS)
afterAll(async () => await network[Symbol.asyncDispose](), HOOK_TIMEOUT_MS)

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
    expect({ allow, reason }).toEqual({
      allow: false,
      reason: expect.stringContaining(`${name} is denied by "the peer`)
    })
  })

  test('seven levels by fourteen functions', async () => {
    const { trust } = network.inside(nodeAt(network.testnet.edges, 0))
    const rows = Object.keys(FUNCTIONS).map(name => {
      const marks = LEVELS.map(level => [level, trust.matrix.allows(name, level) ? 'yes' : '-'])
      return { function: name, ...Object.fromEntries(marks) }
    })
    expect(rows.map(row => Object.keys(row).length)).toEqual(Array(14).fill(8))
    console.table(rows)
  })
})
