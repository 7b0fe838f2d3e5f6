import { createServer } from 'node:http'
import { Writable } from 'node:stream'
import { until } from '@waystone/kit/testing'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { defaultsFor } from '../../src/config/defaults.ts'
import { NodeLog } from '../../src/logging/node-log.ts'
import { peersOf, shippedCluster, startSeed } from './running-cluster.ts'
import type { AddressInfo } from 'node:net'
import type { SeedDiscovery } from '@waystone/seed-discovery'
import type { RunningSeed } from './running-cluster.ts'

/** A list of seeds that a test fills. */
async function startList(): Promise<{ url: string; addresses: string[] }> {
  const addresses: string[] = []
  const server = createServer((_request, response) => void response.end(JSON.stringify({ seeds: addresses })))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, addresses }
}

/** What an operator reads, from information on. */
function readableLog(): { logger: NodeLog; lines: string[] } {
  const lines: string[] = []
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk))
      done()
    }
  })
  return { logger: new NodeLog(pino({ level: 'info' }, stream)), lines }
}

const rowOf = ({ node }: RunningSeed) =>
  (Reflect.get(node.libp2p.services, 'seedDiscovery') as SeedDiscovery).sources().find(({ source }) => source === 'url')

test('a seed whose own address is in the list of seeds passes it over in silence, and meets the others', async () => {
  const cluster = await shippedCluster(await peersOf(2))
  const list = await startList()
  const { logger, lines } = readableLog()
  const discovery = { ...defaultsFor('seed').discovery, urls: [list.url], interval: '1s' }
  await using one = await startSeed(0, { cluster, discovery }, { logger })
  const place = (address: string | undefined): string => (address ?? '').replace(/\/p2p\/.*/, '')
  list.addresses.push(place(one.addresses[0]))
  await until(() => rowOf(one)?.found === 1)
  await using other = await startSeed(1, { cluster })
  list.addresses.push(place(other.addresses[0]))
  await until(() => one.cluster.state() === 'joined')
  await until(() => rowOf(one)?.found === 2)
  expect(rowOf(one)).toMatchObject({ refused: 0 })
  expect(lines.filter(line => /self|"level":[4-6]0/.test(line))).toEqual([])
})
