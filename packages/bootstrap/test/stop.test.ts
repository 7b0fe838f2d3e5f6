import { TypedEventEmitter } from '@libp2p/interface'
import { expect, it } from 'vitest'
import { ManualClock, seededRandom } from '@waystone/kit/testing'
import { bootstrap } from '../src/index.ts'
import { newPeer } from './records.ts'
import { TrustDouble } from './trust-double.ts'
import type { Libp2pEvents, Startable } from '@libp2p/interface'
import type { BootstrapComponents } from '../src/index.ts'

it('leaves nothing behind when it is stopped while it starts, as when another service cannot start', async () => {
  const clock = new ManualClock()
  const events = new TypedEventEmitter<Libp2pEvents>()
  const read = Promise.withResolvers<void>()
  let served = 0
  const components = {
    peerId: await newPeer(),
    events,
    logger: { forComponent: () => Object.assign(() => undefined, { error: () => undefined }) },
    connectionManager: { getConnections: () => [] },
    peerStore: {},
    datastore: {
      async *query() {
        await read.promise
        yield* []
      }
    },
    rpc: {
      serveLate: async () => {
        served++
        return async () => void served--
      }
    }
  } as unknown as BootstrapComponents
  const make = bootstrap({ trust: new TrustDouble(), serve: true, clock, random: seededRandom(1) })
  const service = make(components) as unknown as Startable
  const starting = service.start()
  await service.stop()
  read.resolve()
  await starting
  const listeners = (['connection:open', 'connection:close', 'peer:identify', 'peer:disconnect'] as const).map(type =>
    events.listenerCount(type)
  )
  expect([listeners, served, clock.pending]).toEqual([[0, 0, 0, 0], 0, 0])
})
