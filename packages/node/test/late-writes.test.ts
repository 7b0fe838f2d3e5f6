import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SqliteDatastore } from '@waystone/kit/sqlite-datastore'
import { until } from '@waystone/kit/testing'
import { startLocalNode } from './local-node.ts'
import type { AbortOptions } from '@libp2p/interface'
import type { Key } from 'interface-datastore'

const rejections: unknown[] = []
const remember = (reason: unknown): void => void rejections.push(reason)

beforeEach(() => void process.on('unhandledRejection', remember))
afterEach(() => void process.off('unhandledRejection', remember))

/** Counts what is asked of it when it is closed. */
class ClosedEarly extends SqliteDatastore {
  asked = 0
  #closed = false

  static async open(): Promise<ClosedEarly> {
    const datastore = new ClosedEarly({ path: ':memory:' })
    await datastore.open()
    return datastore
  }

  override async close(): Promise<void> {
    this.#closed = true
    await super.close()
  }

  override async get(key: Key, options?: AbortOptions): Promise<Uint8Array> {
    if (this.#closed) this.asked++
    return super.get(key, options)
  }
}

// libp2p updates the node's own record a second after its listeners closed (address-manager/index.ts)
test('what libp2p still writes after a stop is no unhandled rejection', async () => {
  const [first, second] = [await ClosedEarly.open(), await ClosedEarly.open()]
  await using relay = await startLocalNode('relay', {}, { datastore: first })
  await using edge = await startLocalNode('edge', {}, { datastore: second })
  await edge.node.libp2p.dial(multiaddr(relay.addresses[0]))
  for (const { node } of [edge, relay]) await node.stop()
  for (const datastore of [first, second]) await datastore.close()
  await until(() => first.asked > 0 && second.asked > 0)
  expect(rejections).toEqual([])
})
