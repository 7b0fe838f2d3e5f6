import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { ManualClock } from '@waystone/kit/testing'
import { expect, test } from 'vitest'
import { meet } from '../../src/candidates/meeting.ts'
import { Outcome } from '../../src/candidates/outcome.ts'
import { newKey } from '../network.ts'
import type { PeerId } from '@libp2p/interface'
import type { MeetInit } from '../../src/candidates/meeting.ts'
import type { OutcomeInit } from '../../src/candidates/outcome.ts'

const ADDRESS = multiaddr('/ip4/127.0.0.1/tcp/4001')

/** Two peers, that of the lower id first. */
async function twoPeers(): Promise<[PeerId, PeerId]> {
  const [one, other] = (await Promise.all([newKey(), newKey()])).map(key => peerIdFromPrivateKey(key)) as [
    PeerId,
    PeerId
  ]
  return one.toString() < other.toString() ? [one, other] : [other, one]
}

/** A node that is connected to a peer, and has just dialled it. */
async function setUp(other: object) {
  const [peer, self] = await twoPeers()
  const clock = new ManualClock()
  const closed: string[] = []
  const open = (id: string, fields: object) => ({
    id,
    remotePeer: peer,
    remoteAddr: ADDRESS,
    status: 'open',
    streams: [],
    close: async () => void closed.push(id),
    ...fields
  })
  const connections = [open('other', other)]
  const dialled = open('dialled', { direction: 'outbound' })
  const init = {
    self,
    clock,
    signal: new AbortController().signal,
    log: () => {},
    isSurplus: () => false,
    connectionGater: {},
    connectionManager: { getConnections: () => connections, getDialQueue: () => [] },
    transportManager: {
      dial: async () => {
        connections.push(dialled)
        return dialled
      }
    },
    peerStore: { merge: async () => {} },
    admission: { admits: async () => true, isBlind: false }
  }
  const meeting = await meet(
    { addresses: [ADDRESS], peer, source: 'member', isFresh: true },
    init as unknown as MeetInit & { signal: AbortSignal }
  )
  const outcome = new Outcome(init as unknown as OutcomeInit)
  outcome.of(meeting)
  await clock.advance(0)
  await clock.advance(1_000)
  await outcome.stop()
  return closed
}

test.each(['inbound', 'outbound'])('a direct connection stays although there is a relayed one, %s', async direction => {
  expect(await setUp({ direction, limits: { seconds: 60 } })).toEqual([])
})

test.each(['inbound', 'outbound'])('a second direct connection goes, %s', async direction => {
  expect(await setUp({ direction })).toEqual(['dialled'])
})
