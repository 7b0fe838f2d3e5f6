import { until } from '@waystone/kit/testing'
import { expect, it } from 'vitest'
import { createTestnet } from '../src/index.ts'
import { nodeAt } from './services.ts'
import type { WaystoneNode } from '@waystone/node'
import type { Registry } from '@waystone/registry/client'

function registryOf({ libp2p }: WaystoneNode): Registry {
  return libp2p.services['registry'] as Registry
}

/** A message without addresses has no bytes. */
const meeting = new Uint8Array()

it('registers, asks and watches in every role, and all seeds hold the same', async () => {
  await using testnet = await createTestnet({ seeds: 2, relays: 0, edges: 2 })
  const registering = registryOf(nodeAt(testnet.edges, 0))
  const asking = registryOf(nodeAt(testnet.edges, 1))
  const entry = registering.enroll('rendezvous', meeting, { key: 'chess' })
  await until(() => entry.heldBy().length === 2)
  const answer = await asking.query('rendezvous')
  expect(answer).toMatchObject({ disagreements: [], records: [{ kind: 'rendezvous', key: 'chess' }] })
  expect(answer.asked.length).toBe(2)
  const bySeed = await registryOf(nodeAt(testnet.seeds, 1)).query('rendezvous')
  expect(bySeed).toMatchObject({ asked: [], records: [{ key: 'chess' }] })
  // both seeds are relays, and say so
  await until(async () => (await asking.query('relay-advert')).records.length === 2)
  await entry.withdraw()
  expect((await asking.query('rendezvous')).records).toEqual([])
  const { kinds } = await asking.kinds()
  expect(kinds.map(({ kind }) => kind).sort()).toEqual(['capability', 'relay-advert', 'rendezvous'])
})

it('keeps the registry in memory without a word: there is no folder for it', async () => {
  const errors: string[] = []
  const log = Object.assign(() => undefined, {
    enabled: true,
    trace: () => undefined,
    error: (text: unknown) => void errors.push(String(text)),
    newScope: () => log
  })
  await using testnet = await createTestnet({
    seeds: 1,
    relays: 0,
    edges: 1,
    logger: () => ({ forComponent: () => log })
  })
  const entry = registryOf(nodeAt(testnet.edges, 0)).enroll('rendezvous', meeting, { key: 'chess' })
  await until(() => entry.heldBy().length === 1)
  expect(errors.filter(text => text.includes('registry'))).toEqual([])
})

it('tells of what comes and goes, and goes on at another seed', async () => {
  await using testnet = await createTestnet({ seeds: 2, relays: 0, edges: 2 })
  const seen: string[] = []
  const ending = new AbortController()
  const asking = registryOf(nodeAt(testnet.edges, 1))
  const watching = (async () => {
    for await (const change of asking.watch('rendezvous', undefined, { signal: ending.signal })) {
      if (change.type === 'put') seen.push(`put ${change.record.key}`)
      if (change.type === 'gone') seen.push(`gone ${change.name.key}`)
    }
  })().catch(() => {})
  const registering = registryOf(nodeAt(testnet.edges, 0))
  const chess = registering.enroll('rendezvous', meeting, { key: 'chess' })
  registering.enroll('rendezvous', meeting, { key: 'go' })
  await until(() => seen.length === 2)
  await chess.withdraw()
  await until(() => seen.includes('gone chess'))
  await nodeAt(testnet.seeds, 0).stop()
  registering.enroll('rendezvous', meeting, { key: 'shogi' })
  await until(() => seen.includes('put shogi'))
  // begins with nothing, and may be the only one before it knows all: that makes nothing gone
  await testnet.replace(nodeAt(testnet.seeds, 0))
  await nodeAt(testnet.seeds, 1).stop()
  registering.enroll('rendezvous', meeting, { key: 'draughts' })
  await until(() => seen.includes('put draughts'))
  // nothing was told twice
  expect(seen.toSorted()).toEqual(['gone chess', 'put chess', 'put draughts', 'put go', 'put shogi'])
  ending.abort()
  await watching
})
