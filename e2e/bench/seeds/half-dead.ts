import { once } from 'node:events'
import { createServer } from 'node:net'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { systemClock } from '@waystone/kit'
import { temporaryFolder } from '@waystone/kit/testing/node'
import { ALL_TRANSPORTS, startRole } from '../foundation/roles.ts'
import { interleave } from '../interleave.ts'
import { startSeeds } from './cluster.ts'
import { memberKey, writeCluster } from './fixtures/cluster-files.ts'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { Row } from '../report.ts'
import type { MeasureOptions, Measurement } from '../suite.ts'

const SEEDS = 8
const MAX_RATIO = 1.5

/** A process of its own, from its start until ready. Of the dead seeds half refuse, and half take a connection and say nothing. */
export const halfDead: Measurement = {
  name: 'half dead',
  async measure({ runs }: MeasureOptions): Promise<Row[]> {
    await using folder = await temporaryFolder()
    const settings = await writeCluster(folder.path, SEEDS)
    const members = Array.from({ length: SEEDS }, (_, index) => index)
    await using seeds = await startSeeds({ settings, members, seeds: [] })
    await using dead = await deadSeeds(SEEDS / 2)
    const { addresses } = seeds.ready
    // every second one, so that no order of the list is lucky
    const mixed = addresses.map((address, index) => (index % 2 === 0 ? (dead.addresses[index / 2] ?? '') : address))
    const samples = await interleave(
      { alive: async () => await timeEdge(addresses), halfDead: async () => await timeEdge(mixed) },
      { runs }
    )
    const row: Row = {
      name: `a cold edge with half of ${SEEDS} seeds dead, until ready`,
      unit: 'ms',
      samples: samples.halfDead,
      baseline: { name: 'all alive', samples: samples.alive },
      target: { ratioAtMost: MAX_RATIO }
    }
    return [row]
  }
}

async function timeEdge(seeds: string[]): Promise<number> {
  const startedAt = systemClock.monotonic()
  await using edge = await startRole({ role: 'edge', transports: ALL_TRANSPORTS, seeds })
  return edge.readyAt - startedAt
}

/** Addresses with the peer ids of nobody. */
async function deadSeeds(count: number): Promise<{ addresses: string[] } & AsyncDisposable> {
  const addresses: string[] = []
  const silent: Server[] = []
  const sockets = new Set<Socket>()
  for (let index = 0; index < count; index++) {
    const server = createServer(socket => void sockets.add(socket))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const peer = peerIdFromPrivateKey(await memberKey(SEEDS + 1 + index)).toString()
    addresses.push(`/ip4/127.0.0.1/tcp/${port}/p2p/${peer}`)
    if (index % 2 === 0) await once(server.close(), 'close')
    else silent.push(server)
  }
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    for (const server of silent) await once(server.close(), 'close')
  }
  return { addresses, [Symbol.asyncDispose]: close }
}
