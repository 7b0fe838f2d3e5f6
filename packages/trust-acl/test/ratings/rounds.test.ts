import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { describe, expect, it } from 'vitest'
import { ManualClock, seededRandom, until } from '@waystone/kit/testing'
import { Rounds } from '../../src/ratings/rounds.ts'
import { silentLog } from './silent-log.ts'
import type { PeerId } from '@libp2p/interface'
import type { ExchangeCall, RoundsInit } from '../../src/ratings/rounds.ts'

const newPeer = async (): Promise<PeerId> => peerIdFromPrivateKey(await generateKeyPair('Ed25519'))

interface Setting {
  connected?: PeerId[]
  measured?: PeerId[]
  denied?: PeerId[]
  up?: PeerId[]
  call?: ExchangeCall
}

function setUp({ connected = [], measured = [], denied = [], up = [], call = async () => [] }: Setting) {
  const clock = new ManualClock()
  const seen: string[] = []
  const events: string[] = []
  const ratings = {
    give: async () => [],
    take: async (received: readonly unknown[]) => received.length,
    review: () => void events.push('review'),
    observe: (peer: PeerId, { measure, worked }: { measure: string; worked: boolean }) =>
      void seen.push(`${peer.toString()} ${measure} ${worked}`),
    measurements: { peers: () => measured.map(String), save: async () => void events.push('save') }
  }
  const connectionManager = {
    getConnections: () => connected.map(remotePeer => ({ remotePeer })),
    openConnection: async (peer: PeerId) => {
      events.push(`dial ${peer.toString()}`)
      if (!up.some(each => each.equals(peer))) throw new Error('nobody answers')
    },
    closeConnections: async () => undefined
  }
  const trust = {
    explain: ({ peer }: { peer: PeerId }) => ({ allow: !denied.some(each => each.equals(peer)), reason: '' })
  }
  const init = { ratings, call, connectionManager, trust, clock, random: seededRandom(1) }
  const log = silentLog
  // the parts of libp2p that are used
  const rounds = new Rounds({ ...init, log } as unknown as RoundsInit)
  return { rounds, clock, seen, events }
}

describe('a round', () => {
  it('exchanges with connected peers that have the function, and with nobody else', async () => {
    const [able, denied, away] = [await newPeer(), await newPeer(), await newPeer()]
    const called: string[] = []
    const call: ExchangeCall = async peer => {
      called.push(peer.toString())
      return []
    }
    const { rounds } = setUp({ connected: [able, denied, able], measured: [away], denied: [denied, away], call })
    await rounds.round({ signal: new AbortController().signal })
    expect(called).toEqual([able.toString()])
  })

  it('survives a partner that fails, and ends with one that never answers', async () => {
    const [fails, silent] = [await newPeer(), await newPeer()]
    const call: ExchangeCall = async (peer, _ratings, { signal }) => {
      if (peer.equals(fails)) throw new Error('no')
      const { promise, reject } = Promise.withResolvers<never>()
      signal.addEventListener('abort', () => reject(signal.reason))
      return promise
    }
    const { rounds, clock } = setUp({ connected: [fails, silent], call })
    const round = rounds.round({ signal: new AbortController().signal })
    await until(() => clock.pending > 0)
    await clock.advance(20_000)
    await expect(round).resolves.toBeUndefined()
    expect(clock.pending).toBe(0)
  })

  it('looks who is up: connected ones are, three others are dialled', async () => {
    const [here, up, ...down] = await Promise.all(Array.from({ length: 12 }, newPeer))
    if (here === undefined || up === undefined) throw new Error('no peers')
    const { rounds, seen, events } = setUp({ connected: [here], measured: [here, up, ...down], up: [up] })
    await rounds.round({ signal: new AbortController().signal })
    expect(seen).toContain(`${here.toString()} uptime true`)
    expect(events.filter(event => event.startsWith('dial'))).toHaveLength(3)
    expect(seen.filter(each => each.endsWith('uptime false')).length).toBeGreaterThanOrEqual(2)
    expect(events).toContain('save')
  })

  it('thinks ill of nobody while the node itself is cut off, and dials nobody who may not connect', async () => {
    const [here, away] = [await newPeer(), await newPeer()]
    const alone = setUp({ measured: [away] })
    await alone.rounds.round({ signal: new AbortController().signal })
    expect(alone.seen).toEqual([])
    const among = setUp({ connected: [here], measured: [away], denied: [away] })
    await among.rounds.round({ signal: new AbortController().signal })
    expect(among.seen).toEqual([])
  })

  it('comes every ten minutes or so until the end', async () => {
    const { rounds, clock, events } = setUp({})
    const controller = new AbortController()
    const running = rounds.run({ signal: controller.signal })
    const count = (): number => events.filter(event => event === 'review').length
    await clock.advance(480_000 - 1)
    expect(count()).toBe(0)
    await clock.advance(3_600_000)
    expect(count()).toBeGreaterThanOrEqual(5)
    expect(count()).toBeLessThanOrEqual(8)
    controller.abort()
    await running
    expect(clock.pending).toBe(0)
  })
})
