/**
 * Runs in a browser: registers, asks and watches the registry of seeds that it
 * dials over WebSockets.
 *
 * @packageDocumentation
 */
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { registry } from '@waystone/registry/client'
import { rpc } from '@waystone/rpc'
import { createLibp2p } from 'libp2p'
import type { Registry } from '@waystone/registry/client'

/** What the browser has seen so far. */
export interface BrowserSeen {
  self: string
  /** Seeds that hold its record. */
  heldBy: string[]
  asked: string[]
  disagreements: string[]
  /** `key peer` of the records that it is given now. */
  found: string[]
  /** What came by watching, in order. */
  watched: string[]
}

interface Meeting {
  seen(): Promise<BrowserSeen>
  end(): Promise<void>
}

let meeting: Meeting | undefined

/** Dials the seeds, registers under `own`, and watches from now on. */
export async function begin(addresses: string[], own: string): Promise<void> {
  const node = await createLibp2p({
    transports: [webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    // in browsers libp2p dials neither loopback nor plain WebSockets by itself
    connectionGater: { denyDialMultiaddr: () => false },
    services: { identify: identify(), rpc: rpc(), registry: registry() }
  })
  for (const address of addresses) await node.dial(multiaddr(address))
  const all = node.services.registry
  const entry = all.enroll('rendezvous', new Uint8Array(), { key: own })
  const watched: string[] = []
  const ending = new AbortController()
  const watching = watch(all, watched, ending.signal).catch((error: unknown) => void watched.push(String(error)))
  const self = node.peerId.toString()
  meeting = {
    seen: async () => ({ self, watched, heldBy: entry.heldBy().map(String), ...(await asked(all)) }),
    end: async () => {
      ending.abort()
      await watching
      await node.stop()
    }
  }
}

export async function seen(): Promise<BrowserSeen | undefined> {
  return await meeting?.seen()
}

export async function end(): Promise<void> {
  await meeting?.end()
}

async function watch(all: Registry, watched: string[], signal: AbortSignal): Promise<void> {
  for await (const change of all.watch('rendezvous', undefined, { signal })) {
    if (change.type === 'put') watched.push(`put ${change.record.key}`)
    else if (change.type === 'gone') watched.push(`gone ${change.name.key}`)
  }
}

async function asked(all: Registry): Promise<Pick<BrowserSeen, 'asked' | 'disagreements' | 'found'>> {
  const answer = await all.query('rendezvous')
  return {
    asked: answer.asked.map(String),
    disagreements: [...answer.disagreements],
    found: answer.records.map(({ key, peer }) => `${key} ${peer.toString()}`)
  }
}
