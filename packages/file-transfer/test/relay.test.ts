import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { ManualClock } from '@waystone/kit/testing'
import { createLibp2p } from 'libp2p'
import { afterEach, describe, expect, it } from 'vitest'
import { fileTransfer } from '../src/index.ts'
import { cleanUp, content, endLater, fileOf, tempFolder } from './nodes.ts'
import type { FileNode } from './nodes.ts'
import type { FileTransferInit, SendProgress } from '../src/index.ts'
import type { Libp2p } from '@libp2p/interface'

afterEach(cleanUp)

const base = { connectionEncrypters: [noise()], streamMuxers: [yamux()] }

async function relay(dataLimit: bigint): Promise<Libp2p> {
  const node = await createLibp2p({
    ...base,
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    services: {
      identify: identify(),
      relay: circuitRelayServer({ reservations: { defaultDataLimit: dataLimit } })
    }
  })
  return endLater(node)
}

function circuitOf(node: Libp2p): string {
  return `${String(node.getMultiaddrs()[0])}/p2p-circuit`
}

/** A node that is reached only through the relays. */
async function hidden(relays: Libp2p[], init: FileTransferInit): Promise<FileNode> {
  const node = await createLibp2p({
    ...base,
    addresses: { listen: relays.map(circuitOf) },
    // with the default of 1 a node that listens on two relays never starts (circuit-relay-v2 4.2.13)
    transports: [tcp(), circuitRelayTransport({ reservationConcurrency: 2 })],
    services: { identify: identify(), files: fileTransfer(init) }
  })
  return endLater(node) as FileNode
}

function through(relays: Libp2p[], node: Libp2p): ReturnType<typeof multiaddr>[] {
  return relays.map(via => multiaddr(`${circuitOf(via)}/p2p/${node.peerId.toString()}`))
}

describe('over relays', () => {
  it('resumes through the other relay when one is killed under the transfer', async () => {
    const relays = [await relay(2n ** 40n), await relay(2n ** 40n)]
    const inbox = await tempFolder()
    const receiver = await hidden(relays, { inbox })
    const clock = new ManualClock()
    const sender = await hidden([], { clock })
    const bytes = content(12_000_000)
    const used: string[] = []
    let killed = false
    const onProgress = (progress: SendProgress): void => {
      if (progress.phase === 'waiting') setImmediate(() => void clock.advance(15_000))
      if (killed || progress.phase !== 'sending' || progress.bytes < 4_000_000) return
      killed = true
      const [connection] = sender.getConnections(receiver.peerId)
      used.push(connection?.remoteAddr.toString() ?? '')
      const victim = relays.find(node => connection?.remoteAddr.toString().includes(node.peerId.toString()))
      void victim?.stop()
    }
    const sent = await sender.services.files.send(receiver.peerId, await fileOf(await tempFolder(), 'a', bytes), {
      addresses: through(relays, receiver),
      onProgress
    })
    const [now] = sender.getConnections(receiver.peerId)
    expect(used).toHaveLength(1)
    expect(now?.remoteAddr.toString()).not.toBe(used[0])
    expect(sent.attempts).toBeGreaterThan(1)
    expect(sent.route).toMatchObject({ path: 'relayed' })
    expect((await readFile(join(inbox, 'a'))).equals(bytes)).toBe(true)
  })

  it('gets a file through a relay that cuts every circuit after a few bytes', async () => {
    const relays = [await relay(2_000_000n)]
    const inbox = await tempFolder()
    const receiver = await hidden(relays, { inbox })
    const clock = new ManualClock()
    const sender = await hidden([], { clock })
    const bytes = content(5_000_000)
    const onProgress = (progress: SendProgress): void => {
      if (progress.phase === 'waiting') setImmediate(() => void clock.advance(15_000))
    }
    const sent = await sender.services.files.send(receiver.peerId, await fileOf(await tempFolder(), 'a', bytes), {
      addresses: through(relays, receiver),
      onProgress
    })
    expect(sent.attempts).toBeGreaterThan(2)
    expect((await readFile(join(inbox, 'a'))).equals(bytes)).toBe(true)
  })
})
