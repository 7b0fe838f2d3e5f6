import { nextTurn, systemClock } from '@waystone/kit'
import { ManualClock, until } from '@waystone/kit/testing'
import { describe, expect, it } from 'vitest'
import { aName, fetched, insideNode } from './inside.ts'
import { plain } from './network.ts'
import type { Libp2p } from '@libp2p/interface'
import type { InsideNode } from './inside.ts'

const PROTOCOL = '/changes-test/1.0.0'
const MINUTE = 60_000

const connected = ({ libp2p }: InsideNode, peer: Libp2p): boolean => libp2p.getConnections(peer.peerId).length > 0
const idOf = ({ peerId }: Libp2p): string => peerId.toString()

/** Only who is trusted may open streams of the test's protocol. */
const matrix = { [`protocol:${PROTOCOL}`]: 'trusted' as const }
const TRUST = {
  grants: {},
  matrix,
  entries: [],
  mirrors: [],
  rules: { default: 'allow' as const, allow: [], deny: [], files: [], feeds: [] }
}

async function guardedNode(clock?: ManualClock): Promise<InsideNode> {
  const node = await insideNode('seed', { trust: TRUST }, undefined, clock)
  await node.libp2p.handle(PROTOCOL, () => {}, { maxInboundStreams: 100 })
  return node
}

async function peersOf({ libp2p }: InsideNode, count: number): Promise<Libp2p[]> {
  const peers = await Promise.all(Array.from({ length: count }, async () => await plain()))
  for (const peer of peers) await peer.dial(libp2p.getMultiaddrs())
  return peers
}

/** Whether a stream that a peer opens is let live. */
async function open({ libp2p }: InsideNode, peer: Libp2p) {
  const stream = await peer.dialProtocol(libp2p.peerId, PROTOCOL)
  const [connection] = libp2p.getConnections(peer.peerId)
  await until(
    () => stream.status !== 'open' || (connection?.streams.some(({ protocol }) => protocol === PROTOCOL) ?? false)
  )
  return stream
}

describe('what a peer has ends within a second', () => {
  it('when the lifetime of its level ends, and not before', async () => {
    const clock = new ManualClock()
    const node = await guardedNode(clock)
    const [short, long] = (await peersOf(node, 2)) as [Libp2p, Libp2p]
    const entry = { kind: 'peer' as const, trustlevel: 'trusted' as const }
    await node.trust.add({ ...entry, label: 'short', pubkey: idOf(short), trustLifetime: MINUTE })
    await node.trust.add({ ...entry, label: 'long', pubkey: idOf(long), trustLifetime: 10 * MINUTE })
    const [ends, stays] = [await open(node, short), await open(node, long)]
    await clock.advance(MINUTE - 1)
    expect([ends.status, stays.status]).toEqual(['open', 'open'])
    // the end itself, and as long as changes are gathered
    await clock.advance(1)
    await clock.advance(999)
    await until(() => ends.status !== 'open')
    expect(stays.status).toBe('open')
    expect([connected(node, short), connected(node, long)]).toEqual([true, true])
    expect(node.closed()).toEqual([expect.stringContaining(`protocol:${PROTOCOL} ${idOf(short)}: a stream of`)])
    expect((await open(node, short).catch(() => undefined))?.status ?? 'reset').not.toBe('open')
  })

  it('when a new trust file does not list it any longer', async () => {
    const node = await guardedNode()
    const [gone, kept] = (await peersOf(node, 2)) as [Libp2p, Libp2p]
    const pubkey = await aName()
    await node.trust.add({ label: 'list', pubkey, kind: 'file', trustlevel: 'trusted' })
    const nodes = [gone, kept].map(peer => ({ peer: idOf(peer), remotes: [] }))
    await node.trust.setFile(pubkey, fetched(nodes, 1n))
    const [ends, stays] = [await open(node, gone), await open(node, kept)]
    const at = systemClock.monotonic()
    await node.trust.setFile(pubkey, fetched(nodes.slice(1), 2n))
    await until(() => ends.status !== 'open')
    expect(systemClock.monotonic() - at).toBeLessThan(1_000)
    expect(stays.status).toBe('open')
    expect(connected(node, gone)).toBe(true)
  })

  it('when a file blocks it, however many other changes come', async () => {
    const node = await guardedNode()
    const [bad, good] = (await peersOf(node, 2)) as [Libp2p, Libp2p]
    const [list, other] = [await aName(), await aName()]
    await node.trust.add({ label: 'villains', pubkey: list, kind: 'file', trustlevel: 'blocked' })
    await node.trust.add({ label: 'other', pubkey: other, kind: 'file', trustlevel: 'trusted' })
    const flooding = { isOver: false }
    const flood = async (): Promise<void> => {
      for (let changes = 0; changes < 1_000 || (!flooding.isOver && changes < 20_000); changes++) {
        await node.trust.set('other', { trustlevel: changes % 2 === 0 ? 'peer' : 'trusted' })
        // as between the calls of an operator
        await nextTurn()
      }
    }
    const changing = flood()
    await node.trust.setFile(list, fetched([{ peer: idOf(bad), remotes: [] }]))
    const at = systemClock.monotonic()
    // the flood does not end before this does
    await until(() => !connected(node, bad))
    expect(systemClock.monotonic() - at).toBeLessThan(1_000)
    flooding.isOver = true
    await changing
    expect(connected(node, good)).toBe(true)
    expect(node.closed()).toHaveLength(1)
  })
})
