/**
 * A program of its own, so that it runs on a machine of the lab: peers that
 * register and take back records at one seed.
 *
 * @packageDocumentation
 */
import { noise } from '@libp2p/noise'
import { identify } from '@libp2p/identify'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { signRecord } from '@waystone/registry'
import { rpc } from '@waystone/rpc'
import { RegistryService } from '@waystone/wire/registry'
import { createLibp2p } from 'libp2p'
import { writerKey } from './registry-writes.ts'
import type { RegistryWrite, WriterInit } from './registry-writes.ts'

const { address, expiry, writes } = JSON.parse(process.argv[2] ?? '{}') as WriterInit
const byPeer = Map.groupBy(writes, ({ peer }) => peer)
await Promise.all([...byPeer].map(async ([peer, own]) => await writeAs(peer, own)))

async function writeAs(peer: number, own: readonly RegistryWrite[]): Promise<void> {
  const privateKey = await writerKey(peer)
  const libp2p = await createLibp2p({
    privateKey,
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), ping: ping(), rpc: rpc() }
  })
  const { remotePeer } = await libp2p.dial(multiaddr(address))
  const records = own.map(async ({ room, sequence, withdrawn }) =>
    signRecord(privateKey, { kind: 'rendezvous', key: room, sequence, expiry, withdrawn })
  )
  const client = libp2p.services.rpc.client(RegistryService, remotePeer)
  const { results } = await client.register({ records: await Promise.all(records) })
  const refused = results.find(({ error }) => error !== '')
  if (refused !== undefined) throw new Error(`${refused.error}: ${refused.message}`)
  await libp2p.stop()
}
